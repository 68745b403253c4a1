#include "run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

int start_failed(const char *step, const char *path)
{
    char quoted[400], reason[100];

    log_line(LOG_ERROR, "event=start_failed step=%s path=%s reason=%s", step,
             log_quote(quoted, sizeof(quoted), path),
             log_quote(reason, sizeof(reason), strerror(errno)));
    return -1;
}

static int close_failed(int descriptor, const char *step, const char *path)
{
    (void)start_failed(step, path);
    (void)close(descriptor);
    return -1;
}

static int open_lock(const char *dir, char *path, size_t size, int flags)
{
    (void)snprintf(path, size, "%s/cairn.lock", dir);
    return open(path, flags | O_CLOEXEC, 0600);
}

static int is_taken(int lock, const char *dir)
{
    char owner[32] = "", quoted[320];
    ssize_t length = read(lock, owner, sizeof(owner) - 1);

    owner[length > 0 ? length : 0] = '\0';
    log_line(LOG_ERROR,
             "event=start_failed reason=\"another cairn serves here\" run_dir=%s owner=%ld",
             log_quote(quoted, sizeof(quoted), dir), strtol(owner, NULL, 10));
    (void)close(lock);
    return -1;
}

int run_dir_lock(const char *dir)
{
    char path[300], owner[32];
    int lock = open_lock(dir, path, sizeof(path), O_RDWR | O_CREAT), length;

    if (lock < 0)
        return start_failed("lock", path);
    if (flock(lock, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? is_taken(lock, dir) : close_failed(lock, "lock", path);
    length = snprintf(owner, sizeof(owner), "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) < 0 || write(lock, owner, (size_t)length) != length)
        return close_failed(lock, "lock", path);
    return lock;
}

bool run_dir_is_locked(const char *dir)
{
    char path[300];
    int lock = open_lock(dir, path, sizeof(path), O_RDONLY), taken;

    if (lock < 0)
        return false;
    taken = flock(lock, LOCK_SH | LOCK_NB);
    (void)close(lock);
    return taken < 0;
}

static struct sockaddr_un socket_address(const struct config *c, const char *pool)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    /* config_load() has checked that it fits. */
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.93s/%.8s.sock", c->run_dir, pool);
    return address;
}

int run_dir_backlog(const struct config *c, const char *pool)
{
    /* The kernel lets one more wait. */
    return (int)(strcmp(pool, "archive") ? c->backlog : c->archive_workers - 1);
}

int run_dir_listen(const struct config *c, const char *pool)
{
    struct sockaddr_un address = socket_address(c, pool);
    mode_t mode = (mode_t)strtol(c->socket_mode, NULL, 8), old;
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), bound;

    if (listener < 0)
        return start_failed("socket", address.sun_path);
    if (unlink(address.sun_path) < 0 && errno != ENOENT)
        return close_failed(listener, "unlink", address.sun_path);
    /* The umask makes the socket right from its first moment. */
    old = umask(0777 & ~mode);
    bound = bind(listener, (struct sockaddr *)&address, sizeof(address));
    (void)umask(old);
    if (bound < 0)
        return close_failed(listener, "bind", address.sun_path);
    if (listen(listener, run_dir_backlog(c, pool)) < 0)
        return close_failed(listener, "listen", address.sun_path);
    return listener;
}

void run_dir_unlink(const struct config *c, const char *pool)
{
    struct sockaddr_un address = socket_address(c, pool);

    (void)unlink(address.sun_path);
}

int run_dir_write_pid(const char *path)
{
    char part[4200];
    FILE *file;
    int failed;

    if (!*path)
        return 0;
    (void)snprintf(part, sizeof(part), "%s.part", path);
    file = fopen(part, "we");
    if (!file)
        return start_failed("pid_file", part);
    failed = fprintf(file, "%ld\n", (long)getpid()) < 0;
    failed |= fclose(file) != 0;
    if (failed || rename(part, path) < 0)
        return start_failed("pid_file", path);
    return 0;
}
