#include "master.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artifacts/artifacts.h"
#include "artifacts/stage.h"
#include "clock.h"
#include "log.h"
#include "run_dir.h"
#include "store/group_commit.h"
#include "store/migrate.h"
#include "worker.h"

enum {
    POOLS = 4,
    SHORT_LIFE = 2000, /* ms; a worker that crashes earlier, and never served, delays the next */
    FIRST_DELAY = 100, /* ms; doubled with each short life */
    LONGEST_DELAY = 5000,
    CLEAN_EVERY = 3600000, /* ms */
};

static const struct pool_kind {
    const char *name;
    size_t workers; /* the setting that holds their number */
    bool logs;      /* its workers write single metrics, many at once */
} kinds[POOLS] = {
    { "ingest", offsetof(struct config, ingest_workers), true },
    { "query", offsetof(struct config, query_workers), false },
    { "artifact", offsetof(struct config, artifact_workers), false },
    { "archive", offsetof(struct config, archive_workers), false },
};

struct child {
    struct child *next;
    pid_t pid;
    struct worker_slot *slot;
    int generation;
    int64_t started;
    bool leaving; /* was told to stop */
    bool killed;  /* was stuck */
};

struct pool {
    const struct pool_kind *kind;
    int listener;
    struct group *group; /* if they log; NULL: each worker for itself */
    struct child *children;
    int64_t delay;      /* ms, after short lives */
    int64_t respawn_at; /* clock_ms() before which none is started */
};

struct master {
    struct config *config;
    int argc;
    char **argv;
    pid_t pid;
    int lock_file, signal_file, ready_file;
    struct pool pools[POOLS];
    int generation; /* goes up with each reload */
    bool serving;   /* every pool had a worker, the pid file is written */
    bool stopping;
    int64_t stop_by;  /* clock_ms() at which running requests are cut */
    int64_t clean_at; /* clock_ms() of the janitor's next round */
};

static int64_t wanted(const struct master *m, const struct pool *pool)
{
    return *(const int64_t *)(const void *)((const char *)m->config + pool->kind->workers);
}

static void unlink_sockets(const struct master *m)
{
    for (int i = 0; i < POOLS; i++)
        run_dir_unlink(m->config, m->pools[i].kind->name);
}

/* Signals are read from a file; the mask is inherited by the workers, which
 * take theirs while they wait for a request. */
static int open_signals(struct master *m)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGUSR1);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    m->signal_file = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    m->ready_file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return m->signal_file < 0 || m->ready_file < 0 ? start_failed("signals", "") : 0;
}

/* In the child. The lock is the master's alone: workers that outlive a killed
 * master, to finish their request, must not keep the next one out. */
static _Noreturn void run_child(struct master *m, const struct pool *pool,
                                const struct child *child)
{
    struct worker worker = { m->config, child->slot, pool->group, pool->listener, m->ready_file };
    char name[16];

    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != m->pid)
        _exit(EXIT_FAILURE);
    (void)snprintf(name, sizeof(name), "cairn-%s", pool->kind->name);
    (void)prctl(PR_SET_NAME, name);
    (void)close(m->lock_file);
    (void)close(m->signal_file);
    worker_run(&worker);
}

static void child_free(struct child *child)
{
    if (child->slot)
        (void)munmap(child->slot, sizeof(*child->slot));
    free(child);
}

static int spawn(struct master *m, struct pool *pool)
{
    struct child *child = calloc(1, sizeof(*child));

    if (!child)
        return -1;
    child->slot =
        mmap(NULL, sizeof(*child->slot), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (child->slot == MAP_FAILED)
        child->slot = NULL;
    child->generation = m->generation;
    child->started = clock_ms();
    child->next = pool->children;
    pool->children = child; /* so that it is reachable in the child as well */
    child->pid = child->slot ? fork() : -1;
    if (child->pid == 0)
        run_child(m, pool, child);
    if (child->pid < 0) {
        pool->children = child->next;
        child_free(child);
        return -1;
    }
    log_line(LOG_DEBUG, "event=worker_started pool=%s worker=%ld", pool->kind->name,
             (long)child->pid);
    return 0;
}

/* A crash soon after the start delays the next start, and more each time. A
 * worker that has served is replaced at once: waiting would help nobody. */
static void back_off(struct pool *pool, bool useful)
{
    if (useful) {
        pool->delay = 0;
        return;
    }
    pool->delay = pool->delay ? pool->delay * 2 : FIRST_DELAY;
    if (pool->delay > LONGEST_DELAY)
        pool->delay = LONGEST_DELAY;
    pool->respawn_at = clock_ms() + pool->delay;
}

static void fill_pool(struct master *m, struct pool *pool)
{
    int64_t missing = wanted(m, pool);

    for (const struct child *child = pool->children; child; child = child->next)
        if (child->generation == m->generation && !child->leaving)
            missing--;
    if (missing <= 0 || clock_ms() < pool->respawn_at)
        return;
    while (missing-- > 0)
        if (spawn(m, pool) < 0) {
            log_line(LOG_ERROR, "event=fork_failed pool=%s", pool->kind->name);
            back_off(pool, false);
            return;
        }
}

static int64_t count_ready(const struct master *m, const struct pool *pool)
{
    int64_t ready = 0;

    for (const struct child *child = pool->children; child; child = child->next)
        ready += child->generation == m->generation && child->slot->ready;
    return ready;
}

static void tell_to_stop(struct child *child)
{
    if (!child->leaving)
        (void)kill(child->pid, SIGTERM);
    child->leaving = true;
}

/* Workers of older generations leave when the new ones are all there: if those
 * crash at their start, the old ones go on serving. */
static void retire_old(struct master *m, struct pool *pool)
{
    if (count_ready(m, pool) < wanted(m, pool))
        return;
    for (struct child *child = pool->children; child; child = child->next)
        if (child->generation != m->generation)
            tell_to_stop(child);
}

static void log_exit(const struct pool *pool, const struct child *child, int status)
{
    char what[300];
    bool deliberate = WIFEXITED(status) && (WEXITSTATUS(status) == WORKER_STOPPED ||
                                            WEXITSTATUS(status) == WORKER_RECYCLED);

    if (deliberate) {
        log_line(LOG_DEBUG, "event=worker_ended pool=%s worker=%ld status=%d", pool->kind->name,
                 (long)child->pid, WEXITSTATUS(status));
        return;
    }
    child->slot->what[sizeof(child->slot->what) - 1] = '\0';
    log_line(LOG_ERROR, "event=worker_died pool=%s worker=%ld %s=%d request=%s", pool->kind->name,
             (long)child->pid, WIFSIGNALED(status) ? "signal" : "status",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
             log_quote(what, sizeof(what), child->slot->busy_since ? child->slot->what : "none"));
}

static void child_ended(struct master *m, struct pool *pool, struct child *child, int status)
{
    bool deliberate = WIFEXITED(status) && (WEXITSTATUS(status) == WORKER_STOPPED ||
                                            WEXITSTATUS(status) == WORKER_RECYCLED);

    if (!child->killed)
        log_exit(pool, child, status);
    if (!deliberate && !child->killed && child->generation == m->generation)
        back_off(pool, child->slot->served || clock_ms() - child->started >= SHORT_LIFE);
}

static void reap(struct master *m)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < POOLS; i++)
            for (struct child **at = &m->pools[i].children; *at; at = &(*at)->next) {
                struct child *child = *at;

                if (child->pid != pid)
                    continue;
                child_ended(m, &m->pools[i], child, status);
                *at = child->next;
                child_free(child);
                break;
            }
}

static bool is_empty(const struct master *m)
{
    for (int i = 0; i < POOLS; i++)
        if (m->pools[i].children)
            return false;
    return true;
}

/* What binds the sockets is not changed by a reload. */
static void keep_fixed(const struct config *old, struct config *new)
{
    if (strcmp(old->run_dir, new->run_dir) != 0 || strcmp(old->pid_file, new->pid_file) != 0 ||
        strcmp(old->socket_mode, new->socket_mode) != 0)
        log_line(LOG_WARN, "event=reload ignored=\"run_dir, pid_file and socket_mode\" "
                           "reason=\"they change with a restart\"");
    new->run_dir = old->run_dir;
    new->pid_file = old->pid_file;
    new->socket_mode = old->socket_mode;
}

/* In a process of its own: to remove a large file takes seconds on some disks. */
static void clean_stage(struct master *m)
{
    m->clean_at = clock_ms() + CLEAN_EVERY;
    if (fork() != 0)
        return; /* reap() takes its exit; if there is no process, the next round is in time */
    (void)prctl(PR_SET_NAME, "cairn-janitor");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)close(m->lock_file);
    stage_clean(m->config);
    _exit(EXIT_SUCCESS);
}

/* One for each generation: those of another may have another database. */
static void renew_group(struct pool *pool)
{
    group_free(pool->group);
    pool->group = pool->kind->logs ? group_create() : NULL;
}

static void reload(struct master *m)
{
    char **argv = calloc((size_t)m->argc + 1, sizeof(*argv));
    struct config fresh;
    int argc = m->argc;

    if (!argv)
        return;
    memcpy(argv, m->argv, (size_t)m->argc * sizeof(*argv));
    if (config_load(&fresh, &argc, argv) < 0) {
        log_line(LOG_ERROR, "event=reload_failed reason=\"the old configuration stays\"");
    } else {
        keep_fixed(m->config, &fresh);
        *m->config = fresh;
        m->generation++;
        (void)log_set_level(fresh.log_level);
        for (int i = 0; i < POOLS; i++) {
            m->pools[i].delay = m->pools[i].respawn_at = 0;
            renew_group(&m->pools[i]);
            (void)listen(m->pools[i].listener, run_dir_backlog(&fresh, kinds[i].name));
        }
        log_line(LOG_INFO, "event=reload generation=%d", m->generation);
        clean_stage(m);
    }
    free(argv);
}

static void kill_all(struct master *m)
{
    for (int i = 0; i < POOLS; i++)
        for (struct child *child = m->pools[i].children; child; child = child->next)
            (void)kill(child->pid, SIGKILL);
}

/* The first time: no new connections; what waits on the sockets is served, and
 * running requests end. The second time: at once. */
static void stop(struct master *m)
{
    if (m->stopping) {
        log_line(LOG_WARN, "event=stop mode=at_once");
        kill_all(m);
        return;
    }
    log_line(LOG_INFO, "event=stop mode=graceful");
    m->stopping = true;
    m->stop_by = clock_ms() + m->config->stop_timeout * 1000;
    unlink_sockets(m);
    for (int i = 0; i < POOLS; i++)
        for (struct child *child = m->pools[i].children; child; child = child->next) {
            child->slot->drain = !child->leaving;
            tell_to_stop(child);
        }
}

static void read_signals(struct master *m)
{
    struct signalfd_siginfo signal;

    while (read(m->signal_file, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
        if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
            stop(m);
        else if (signal.ssi_signo == SIGHUP && !m->stopping)
            reload(m);
    }
    reap(m);
}

static void kill_stuck(struct master *m, struct pool *pool, struct child *child)
{
    char what[300];

    child->slot->what[sizeof(child->slot->what) - 1] = '\0';
    log_line(LOG_ERROR, "event=worker_stuck pool=%s worker=%ld seconds=%" PRId64 " request=%s",
             pool->kind->name, (long)child->pid, m->config->request_timeout,
             log_quote(what, sizeof(what), child->slot->what));
    child->killed = true;
    (void)kill(child->pid, SIGKILL);
}

/* Kills workers that are stuck in one request. Returns the time of the next look:
 * whoever becomes busy after this one has at least the whole limit left. */
static int64_t look_for_stuck(struct master *m, int64_t now)
{
    int64_t limit = m->config->request_timeout * 1000, next = now + limit;

    if (!limit)
        return INT64_MAX;
    for (int i = 0; i < POOLS; i++)
        for (struct child *child = m->pools[i].children; child; child = child->next) {
            int64_t since = child->slot->busy_since;

            if (!since || child->killed)
                continue;
            if (now - since >= limit)
                kill_stuck(m, &m->pools[i], child);
            else if (since + limit < next)
                next = since + limit;
        }
    return next;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Whatever is due now. Returns when something will be due next. */
static int64_t settle(struct master *m)
{
    int64_t now = clock_ms(), next = look_for_stuck(m, now);

    if (m->stopping) {
        if (now < m->stop_by)
            return earlier(next, m->stop_by);
        log_line(LOG_WARN, "event=stop mode=cut reason=\"stop_timeout is over\"");
        kill_all(m);
        m->stop_by = INT64_MAX;
        return next;
    }
    if (m->serving) {
        if (now >= m->clean_at)
            clean_stage(m);
        next = earlier(next, m->clean_at);
    }
    for (int i = 0; i < POOLS; i++) {
        fill_pool(m, &m->pools[i]);
        retire_old(m, &m->pools[i]);
        if (m->pools[i].respawn_at > now)
            next = earlier(next, m->pools[i].respawn_at);
    }
    return next;
}

/* Once each pool has a worker: those who wait for the pid file may connect. */
static int begin_serving(struct master *m)
{
    for (int i = 0; i < POOLS; i++)
        if (count_ready(m, &m->pools[i]) == 0)
            return 0;
    if (run_dir_write_pid(m->config->pid_file) < 0)
        return -1;
    m->serving = true;
    log_line(LOG_INFO,
             "event=serving version=%s ingest=%" PRId64 " query=%" PRId64 " artifact=%" PRId64
             " archive=%" PRId64,
             CAIRN_VERSION, m->config->ingest_workers, m->config->query_workers,
             m->config->artifact_workers, m->config->archive_workers);
    clean_stage(m);
    return 0;
}

static void wait_for_events(struct master *m, int64_t until)
{
    struct pollfd files[] = {
        { .fd = m->signal_file, .events = POLLIN },
        { .fd = m->ready_file, .events = POLLIN },
    };
    int64_t ms = until - clock_ms();
    eventfd_t ignored;

    if (until == INT64_MAX)
        ms = -1;
    else if (ms < 0)
        ms = 0;
    else if (ms > 3600000)
        ms = 3600000;
    if (poll(files, 2, (int)ms) <= 0)
        return;
    (void)eventfd_read(m->ready_file, &ignored);
    read_signals(m);
}

static int supervise(struct master *m)
{
    int failed = 0;

    while (!m->stopping || !is_empty(m)) {
        int64_t next = settle(m);

        if (!m->serving && !m->stopping && begin_serving(m) < 0) {
            failed = 1;
            stop(m);
        }
        wait_for_events(m, next);
    }
    return failed;
}

/* A database that is away is no reason not to start: the workers answer 503 and
 * look at the schema themselves when it is there. */
static int check_schema(const struct config *config)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    struct db db = { .err = &err, .mem = mem };
    char why[600];
    int unfit = 0;

    if (config->artifacts_only) {
        arena_destroy(mem);
        return 0;
    }
    if (db_open(&db, config) < 0 || db_ready(&db) < 0) {
        log_line(LOG_WARN, "event=no_database reason=%s",
                 log_quote(why, sizeof(why), err.detail ? err.detail : err.message));
    } else if (migrate_known(&db) < 0) {
        unfit = -1;
        log_line(LOG_ERROR, "event=start_failed reason=%s",
                 log_quote(why, sizeof(why), err.message));
    }
    db_close(&db);
    arena_destroy(mem);
    return unfit;
}

static void check_directory(const char *name, const char *path)
{
    char quoted[400];

    if (access(path, R_OK | W_OK | X_OK) < 0)
        log_line(LOG_ERROR,
                 "event=no_artifacts setting=%s path=%s reason=\"%s; make it a directory that user "
                 "%ld may write, or change the setting\"",
                 name, log_quote(quoted, sizeof(quoted), path), strerror(errno), (long)geteuid());
}

/* Runs are logged without their files as well: a disk that is not mounted yet is no
 * reason not to start either. */
static void check_directories(const struct config *config)
{
    struct arena *mem = arena_create(0);
    struct error err = { .mem = mem };
    struct artifact_store store = artifact_store_of(&err, mem, config);

    if (!artifact_is_remote(&store)) {
        check_directory("artifact_root", store.prefix);
        check_directory("stage_dir", config->stage_dir);
    }
    arena_destroy(mem);
}

static int master_open(struct master *m)
{
    m->lock_file = run_dir_lock(m->config->run_dir);
    if (m->lock_file < 0 || check_schema(m->config) < 0 || open_signals(m) < 0)
        return -1;
    for (int i = 0; i < POOLS; i++) {
        m->pools[i].kind = &kinds[i];
        m->pools[i].listener = run_dir_listen(m->config, kinds[i].name);
        if (m->pools[i].listener < 0)
            return -1;
        renew_group(&m->pools[i]);
    }
    check_directories(m->config);
    return 0;
}

int master_run(struct config *config, int argc, char **argv)
{
    struct master m = { .config = config, .argc = argc, .argv = argv, .pid = getpid() };
    int failed;

    if (master_open(&m) < 0)
        return EXIT_FAILURE;
    failed = supervise(&m);
    for (int i = 0; i < POOLS; i++)
        group_free(m.pools[i].group);
    if (*config->pid_file)
        (void)unlink(config->pid_file);
    log_line(LOG_INFO, "event=stopped");
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
