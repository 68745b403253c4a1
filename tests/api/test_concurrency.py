"""Many at once: what was acknowledged is there, once, and nobody gets a 5xx."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pymysql
import pytest

from harness.api import Api, unique
from harness.processes import wait_until


def together(server, n, work):
    """Run `work(api, i)` n times at the same moment; the replies, in order of i."""
    barrier = threading.Barrier(n)

    def one(i):
        api = Api(server)
        barrier.wait(30)
        try:
            return work(api, i)
        finally:
            api.session.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(one, range(n)))


def log_batches(server_url, port, run, worker, batches, failed):
    """Body of a logging process, as training jobs are."""

    class There:
        url, is_peer = server_url, False

    There.port = port
    api = Api(There)
    for b in range(batches):
        metrics = [
            {"key": f"m{k}", "value": worker * 1000 + b + k / 10, "timestamp": b + 1, "step": worker * 1000 + b}
            for k in range(10)
        ]
        params = [{"key": f"w{worker}/b{b}", "value": str(b)}]
        tags = [{"key": "last", "value": f"{worker}-{b}"}]
        reply = api.post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": params, "tags": tags})
        if reply.status != 200:
            failed.put(str(reply))


def test_eight_processes_log_batches_to_one_run(api, server, run):
    context = multiprocessing.get_context("spawn")
    failed = context.Queue()
    batches = 25
    jobs = [
        context.Process(target=log_batches, args=(server.url, server.port, run, w, batches, failed)) for w in range(8)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(100)
        assert job.exitcode == 0
    errors = []
    while not failed.empty():
        errors.append(failed.get())
    assert errors == []
    for k in range(10):
        got = [m["step"] for m in api.history(run, f"m{k}")]
        assert sorted(got) == sorted(w * 1000 + b for w in range(8) for b in range(batches))
        assert api.metrics(run)[f"m{k}"]["value"] == 7000 + batches - 1 + k / 10
    assert len(api.params(run)) == 8 * batches


def test_single_metrics_at_once_get_each_its_own_answer(api, server, experiment):
    """Workers write together what comes together; what is wrong with one of it is nobody else's."""
    runs = [api.run(experiment) for _ in range(3)]
    gone = api.run(experiment)
    api.post("runs/delete", {"run_id": gone}).ok()
    each = 25

    def log(own, i):
        run, key = runs[i % 3], f"m{i % 2}"
        if i == 12:
            run = "0" * 32
        elif i == 13:
            run = gone
        return [
            own.post("runs/log-metric", {"run_id": run, "key": key, "value": i + n / 100, "timestamp": n, "step": n})
            for n in range(each)
        ]

    replies = together(server, 14, log)
    for i in range(12):
        assert [r.status for r in replies[i]] == [200] * each, str(replies[i])
    for reply in replies[12]:
        reply.fails(404, "RESOURCE_DOES_NOT_EXIST", "Run with id=" + "0" * 32 + " not found")
    for reply in replies[13]:
        reply.fails(400, "INVALID_PARAMETER_VALUE",
                    f"The run {gone} must be in the 'active' state. Current state is deleted.")
    for k in range(6):
        run, key = runs[k % 3], f"m{k % 2}"
        got = sorted((m["step"], m["value"]) for m in api.history(run, key))
        mates = [i for i in range(12) if i % 3 == k % 3 and i % 2 == k % 2]
        assert got == sorted((n, i + n / 100) for i in mates for n in range(each))
        assert api.metrics(run)[key]["step"] == each - 1
    assert api.metrics(gone) == {}


@pytest.mark.cairn_only("looks at the locks of our own database")
def test_a_batch_holds_its_run(api, server, run):
    """Its rows are written without asking for the run each time, so nobody may delete that meanwhile."""
    point = {"key": "m", "value": 1, "timestamp": 1, "step": 1}
    api.post("runs/log-metric", {"run_id": run, **point}).ok()
    other, deleter = (server.db.mariadb.connect(server.db.name) for _ in range(2))
    other.begin()
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM latest_metrics WHERE run_uuid = %s FOR UPDATE", (run,))
    replies = []
    batch = {"run_id": run, "metrics": [{**point, "step": 2}], "params": [{"key": "p", "value": "1"}]}
    logger = threading.Thread(target=lambda: replies.append(Api(server).post("runs/log-batch", batch)))
    logger.start()
    try:
        wait_until(lambda: server.db.lock_waits() == 1, 10, "the batch waits for the metric")
        with deleter.cursor() as cursor, pytest.raises(pymysql.err.OperationalError) as refused:
            cursor.execute("SET innodb_lock_wait_timeout = 1")
            cursor.execute("DELETE FROM runs WHERE run_uuid = %s", (run,))
        assert refused.value.args[0] == 1205  # it waited for the batch, and was not told of the run's rows (1451)
    finally:
        for link in (other, deleter):
            link.close()
        logger.join(30)
    assert replies[0].status == 200 and api.metrics(run)["m"]["step"] == 2


@pytest.mark.parametrize("round", range(3))
def test_one_of_many_creates_the_experiment(server, api, round):
    name = unique("race")
    replies = together(server, 8, lambda a, i: a.post("experiments/create", {"name": name}))
    assert sorted(r.status for r in replies) == [200] + [400] * 7
    for reply in replies:
        if reply.status == 400:
            reply.fails(400, "RESOURCE_ALREADY_EXISTS")


@pytest.mark.parametrize("round", range(3))
@pytest.mark.parametrize("route", ["log-parameter", "log-batch"])
def test_one_of_many_sets_the_param(server, api, run, route, round):
    def log(a, i):
        if route == "log-parameter":
            return a.post("runs/log-parameter", {"run_id": run, "key": "p", "value": str(i)})
        return a.post("runs/log-batch", {"run_id": run, "params": [{"key": "p", "value": str(i)}]})

    if server.is_peer:
        pytest.skip("the peer answers some of the losers with the text of its SQL, or with 503")
    replies = together(server, 8, log)
    winners = [i for i, r in enumerate(replies) if r.status == 200]
    assert len(winners) == 1
    assert api.params(run) == {"p": str(winners[0])}
    for reply in replies:
        if reply.status != 200:
            reply.fails(400, "INVALID_PARAMETER_VALUE")


def test_the_same_param_from_many(server, api, run):
    if server.is_peer:
        pytest.skip("the peer answers some with the text of its SQL")
    replies = together(server, 8, lambda a, i: a.post("runs/log-parameter", {"run_id": run, "key": "p", "value": "1"}))
    assert {r.status for r in replies} == {200}
    assert api.params(run) == {"p": "1"}


def test_one_tag_from_many(server, api, run):
    def tag(a, i):
        return [a.post("runs/set-tag", {"run_id": run, "key": "t", "value": f"{i}-{n}"}).status for n in range(10)]

    statuses = together(server, 8, tag)
    if not server.is_peer:
        assert {s for each in statuses for s in each} == {200}
    assert api.tags(run)["t"].split("-")[1] == "9"


def test_the_latest_of_many_metrics_is_the_greatest_step(server, api, run):
    def log(a, i):
        return [a.log_metric(run, "m", i + n / 100, timestamp=n + 1, step=n * 8 + i).status for n in range(25)]

    statuses = together(server, 8, log)
    assert {s for each in statuses for s in each} == {200}
    assert len(api.history(run, "m")) == 200
    assert api.metrics(run)["m"]["step"] == 24 * 8 + 7


def test_batches_that_cross_do_not_deadlock(server, api, run):
    """The same keys in opposite order: the classical victim."""
    if server.is_peer:
        pytest.skip("the peer gives up after two deadlocks: 503")
    keys = [f"k{n:02}" for n in range(40)]

    def log(a, i):
        order = keys if i % 2 else keys[::-1]
        replies = []
        for n in range(8):
            metrics = [{"key": k, "value": n, "timestamp": n + 1, "step": i * 100 + n} for k in order]
            tags = [{"key": k, "value": str(i)} for k in order]
            replies.append(a.post("runs/log-batch", {"run_id": run, "metrics": metrics, "tags": tags}))
        return replies

    bad = [str(r) for each in together(server, 8, log) for r in each if r.status != 200]
    assert bad == []
    assert {m["step"] for m in api.metrics(run).values()} == {707}
    assert len(api.history(run, "k00")) == 64


def test_runs_created_at_once_differ(server, experiment):
    replies = together(server, 16, lambda a, i: a.post("runs/create", {"experiment_id": experiment}))
    assert len({r.ok()["run"]["info"]["run_id"] for r in replies}) == 16


def test_a_reader_never_sees_half_a_batch(server, api, run):
    if server.is_peer:
        pytest.skip("the peer writes the latest values one by one")
    stop = threading.Event()

    def work(a, i):
        if i == 0:
            for n in range(60):
                both = [{"key": k, "value": n, "timestamp": n + 1, "step": n} for k in "ab"]
                a.post("runs/log-batch", {"run_id": run, "metrics": both}).ok()
            stop.set()
            return []
        torn = []
        while not stop.is_set():
            values = {m["key"]: m["value"] for m in a.get_run(run)["data"].get("metrics", [])}
            if values and values.get("a") != values.get("b"):
                torn.append(values)
        return torn

    assert [t for each in together(server, 4, work) for t in each] == []
