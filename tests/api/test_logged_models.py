"""Logged models: created, finalized, tagged, found."""

import base64
import json
import re

import pytest

from harness.api import missing, unique, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
MODELS = "logged-models"


def pair(key, value="1"):
    return {"key": key, "value": value}


def create(api, experiment, **more):
    return api.post(MODELS, {"experiment_id": experiment, **more}).ok()["model"]


def model_id(api, experiment, **more):
    return create(api, experiment, **more)["info"]["model_id"]


def get(api, model, **query):
    return api.get(f"{MODELS}/{model}", query).ok()["model"]


def finalize(api, model, status="LOGGED_MODEL_READY"):
    return api.request("PATCH", f"{MODELS}/{model}", json={"model_id": model, "status": status})


def set_tags(api, model, *tags):
    return api.request("PATCH", f"{MODELS}/{model}/tags", json={"tags": list(tags)})


def search(api, *experiments, **more):
    return api.post(f"{MODELS}/search", {"experiment_ids": list(experiments), **more})


def found(api, *experiments, **more):
    return [m["info"]["name"] for m in search(api, *experiments, **more).ok().get("models", [])]


def not_found(model):
    return (404, GONE, f"Logged model with ID '{model}' not found.")


# -- one model


def test_a_model_is_created(api, experiment, run):
    made = create(
        api, experiment, name="m", model_type="t", source_run_id=run, params=[pair("b"), pair("a")], tags=[pair("d"), pair("c")]
    )
    info = made["info"]
    assert re.fullmatch(r"m-[0-9a-f]{32}", info["model_id"])
    location = api.get_experiment(experiment)["artifact_location"]
    assert info["creation_timestamp_ms"] == info["last_updated_timestamp_ms"] > 1.6e12
    assert info == {
        "model_id": info["model_id"],
        "experiment_id": experiment,
        "name": "m",
        "creation_timestamp_ms": info["creation_timestamp_ms"],
        "last_updated_timestamp_ms": info["creation_timestamp_ms"],
        "artifact_uri": f"{location}/models/{info['model_id']}/artifacts",
        "status": "LOGGED_MODEL_PENDING",
        "model_type": "t",
        "source_run_id": run,
        "tags": [pair("c"), pair("d")],
    }
    assert made["data"] == {"params": [pair("a"), pair("b")]}
    assert list(made) == ["info", "data"]
    assert get(api, info["model_id"]) == made


def test_a_model_of_nothing_but_its_experiment(api, experiment):
    made = create(api, experiment)
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+|.{20}", made["info"]["name"])
    assert (made["info"]["model_type"], made["info"]["source_run_id"], made["data"]) == ("", "", {})
    assert create(api, experiment, name="")["info"]["name"]
    assert "tags" not in made["info"] and "status_message" not in made["info"]


@pytest.mark.parametrize("sign", list("/:.%\"'"))
def test_names_that_are_refused(api, experiment, sign):
    name = f"a{sign}b"
    api.post(MODELS, {"experiment_id": experiment, "name": name}).fails(
        400,
        INVALID,
        f"Invalid model name ({name!r}) provided. Model name must be a non-empty string and cannot contain the following "
        "characters: ('/', ':', '.', '%', '\"', \"'\")",
    )


@pytest.mark.parametrize("name", ["日本語 🚀", "a b", " ", "x" * 500, "a_b-c"])
def test_names_that_are_taken(api, experiment, name):
    assert create(api, experiment, name=name)["info"]["name"] == name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"experiment_id": ""}, missing("experiment_id")),
        ({"experiment_id": 5}, wrong("experiment_id", 5, "int")),
        ({"experiment_id": "abc"}, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
        ({"name": 5}, wrong("name", 5, "int")),
        ({"model_type": []}, wrong("model_type", [], "list")),
        ({"source_run_id": 1.5}, wrong("source_run_id", 1.5, "float")),
        ({"params": "x"}, wrong("params", "x", "str")),
        ({"tags": {"a": "b"}}, wrong("tags", {"a": "b"}, "dict")),
    ],
)
def test_create_refuses(api, experiment, change, message):
    api.post(MODELS, {"experiment_id": experiment, "name": "n", **change}).fails(400, INVALID, message)
    assert found(api, experiment) == []


def test_experiments_that_take_no_models(api, experiment):
    api.post(MODELS, {"experiment_id": "99999"}).fails(404, GONE, "No Experiment with id=99999 exists")
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post(MODELS, {"experiment_id": experiment}).fails(
        400, INVALID, f"The experiment {experiment} must be in the 'active' state. Current state is deleted."
    )


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("LOGGED_MODEL_READY", "LOGGED_MODEL_READY"),
        ("LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_UPLOAD_FAILED"),
        ("LOGGED_MODEL_PENDING", "LOGGED_MODEL_PENDING"),
        (2, "LOGGED_MODEL_READY"),
        ("BOGUS", "LOGGED_MODEL_STATUS_UNSPECIFIED"),
    ],
)
def test_a_model_is_finalized(api, experiment, status, shown):
    made = create(api, experiment, name="m", tags=[pair("t")])
    done = finalize(api, made["info"]["model_id"], status).ok()["model"]
    assert done["info"].pop("last_updated_timestamp_ms") >= made["info"].pop("last_updated_timestamp_ms")
    assert done == {**made, "info": {**made["info"], "status": shown}}
    assert get(api, made["info"]["model_id"])["info"]["status"] == shown


def test_finalize_refuses(api, experiment):
    model = model_id(api, experiment)
    for body, name in (({"status": 2}, "model_id"), ({"model_id": model}, "status"), ({}, "model_id")):
        api.request("PATCH", f"{MODELS}/{model}", json=body).fails(400, INVALID, missing(name))
    finalize(api, "m-none").fails(*not_found("m-none"))


def test_a_deleted_model_is_hidden_and_can_be_asked_for(api, experiment):
    model = model_id(api, experiment, name="m")
    for _ in range(2):
        assert api.request("DELETE", f"{MODELS}/{model}").ok() == {}
    api.get(f"{MODELS}/{model}").fails(*not_found(model))
    api.get(f"{MODELS}/{model}", {"allow_deleted": "false"}).fails(*not_found(model))
    assert get(api, model, allow_deleted="True")["info"]["name"] == "m"
    assert found(api, experiment) == []
    set_tags(api, model, pair("t")).ok()
    assert finalize(api, model).ok()["model"]["info"]["tags"] == [pair("t")]
    api.request("DELETE", f"{MODELS}/m-none").fails(*not_found("m-none"))


def test_tags_are_set_changed_and_deleted(api, experiment):
    model = model_id(api, experiment, tags=[pair("a", "0")])
    assert set_tags(api, model, pair("b", "1"), pair("a", "2"), pair("b", "3"), {"key": "c"}).ok() == {}
    assert get(api, model)["info"]["tags"] == [pair("a", "2"), pair("b", "3"), pair("c", "")]
    assert set_tags(api, model).ok() == {}
    assert api.request("DELETE", f"{MODELS}/{model}/tags/b").ok() == {}
    assert get(api, model)["info"]["tags"] == [pair("a", "2"), pair("c", "")]
    api.request("DELETE", f"{MODELS}/{model}/tags/b").fails(
        404, GONE, f"No tag with key 'b' found for model with ID '{model}'."
    )
    api.request("DELETE", f"{MODELS}/m-none/tags/b").fails(*not_found("m-none"))
    set_tags(api, "m-none", pair("a")).fails(*not_found("m-none"))
    api.request("PATCH", f"{MODELS}/{model}/tags", json={"tags": "x"}).fails(400, INVALID, wrong("tags", "x", "str"))


def test_params_are_added(api, experiment):
    model = model_id(api, experiment, params=[pair("a", "0")])

    def log(params, **more):
        return api.post(f"{MODELS}/{model}/params", {"model_id": model, "params": params, **more})

    long = "v" * 20000
    assert log([pair("c", long), pair("b", "é")]).ok() == {}
    assert log([]).ok() == {}
    assert get(api, model)["data"] == {"params": [pair("a", "0"), pair("b", "é"), pair("c", long)]}
    api.post(f"{MODELS}/{model}/params", {"params": []}).fails(400, INVALID, missing("model_id"))
    api.post(f"{MODELS}/m-none/params", {"model_id": "m-none"}).fails(*not_found("m-none"))


@pytest.mark.improves("the peer answers the same code with the text of its SQL")
def test_params_of_a_model_never_change(api, experiment):
    model = model_id(api, experiment, params=[pair("a", "0")])
    for params in ([pair("a", "1")], [pair("b"), pair("a", "0")], [pair("c"), pair("c")]):
        error = api.post(f"{MODELS}/{model}/params", {"model_id": model, "params": params}).fails(400, "BAD_REQUEST")
        assert "SQL" not in error["message"]
    assert get(api, model)["data"] == {"params": [pair("a", "0")]}


@pytest.mark.improves("the peer acts on the model that the body names")
def test_path_and_body_name_one_model(api, experiment):
    one, two = model_id(api, experiment), model_id(api, experiment)
    api.request("PATCH", f"{MODELS}/{one}", json={"model_id": two, "status": 2}).fails(400, INVALID)
    assert get(api, two)["info"]["status"] == "LOGGED_MODEL_PENDING"


def test_metrics_of_a_model_are_all_shown(api, experiment, run):
    model = model_id(api, experiment)
    data = {"dataset_name": "ds", "dataset_digest": "d1"}
    api.log_metric(run, "loss", 0.5, 7, 1, model_id=model, **data).ok()
    api.log_metric(run, "loss", 0.25, 8, 2, model_id=model).ok()
    api.log_metric(run, "loss", 0.25, 8, 2, model_id=model).ok()
    batch = [{"key": "acc", "value": 1.0, "timestamp": 9, "model_id": model, **data}, {"key": "x", "value": 1, "timestamp": 9}]
    api.post("runs/log-batch", {"run_id": run, "metrics": batch}).ok()
    head = {"model_id": model, "run_id": run}
    assert get(api, model)["data"]["metrics"] == [
        {"key": "acc", "value": 1.0, "timestamp": 9, "step": 0, **data, **head},
        {"key": "loss", "value": 0.5, "timestamp": 7, "step": 1, **data, **head},
        {"key": "loss", "value": 0.25, "timestamp": 8, "step": 2, **head},
    ]
    assert list(get(api, model)["data"]["metrics"][0]) == [
        "key", "value", "timestamp", "step", "dataset_name", "dataset_digest", "model_id", "run_id",
    ]  # fmt: skip


@pytest.mark.parametrize("more", [{"dataset_name": "ds"}, {"dataset_digest": "d"}])
def test_name_and_digest_of_a_dataset_go_together(api, experiment, run, more):
    point = {"key": "m", "value": 1, "timestamp": 1, "model_id": model_id(api, experiment), **more}
    text = "Both dataset_name and dataset_digest must be provided if one is provided"
    api.post("runs/log-metric", {"run_id": run, **point}).fails(400, INVALID, text)
    api.post("runs/log-batch", {"run_id": run, "metrics": [point]}).fails(400, INVALID, text)
    assert api.metrics(run) == {}


# -- search


@pytest.fixture(scope="module")
def zoo(api):
    """An experiment of three models, a to c from old to new."""
    experiment = api.experiment()
    run = api.run(experiment)
    kinds = [
        ("a", "linear", [pair("lr", "0.1")], [pair("team", "red")], [("acc", 0.5, 1), ("acc", 0.9, 2), ("loss", 3, 1)]),
        ("b", "Tree", [pair("lr", "0.01")], [pair("team", "Blue"), pair("a b", "x")], [("acc", 0.7, 1)]),
        ("c", "tree", [pair("depth", "3")], [], []),
    ]
    ids = {}
    for name, kind, params, tags, metrics in kinds:
        ids[name] = model_id(api, experiment, name=name, model_type=kind, params=params, tags=tags, source_run_id=run)
        for key, value, timestamp in metrics:
            data = {"dataset_name": "ds", "dataset_digest": "d1"} if key == "acc" and timestamp == 1 else {}
            api.log_metric(run, key, value, timestamp, model_id=ids[name], **data).ok()
    api.log_metric(run, "size", 2, 1, model_id=ids["a"], dataset_name="two", dataset_digest="d2").ok()
    finalize(api, ids["c"]).ok()
    return experiment, run, ids


# filter -> names of the models found; {a} is the id of model a, {run} that of the run
FILTERS = [
    ("", "abc"), (None, "abc"), ("name = 'a'", "a"), ("name='a'", "a"), ("name = 'A'", ""), ("name != 'a'", "bc"),
    ("name LIKE '%'", "abc"), ("name ilike 'A'", "a"), ("name IN ('a', 'c')", "ac"), ("name in ('b')", "b"),
    ("name NOT IN ('a', 'c')", "b"), ("name not in ('a')", "bc"), ('name = "a"', ""), ("name = a", "a"), ("name = '''a'''", "a"),
    ("attributes.name = 'a'", "a"), ("`name` = 'a'", "a"), ("attributes.`name` = 'a'", "a"), ("model_type LIKE 'tr%'", "c"),
    ("model_type ILIKE 'tr%'", "bc"), ("model_type = 'tree'", "c"), ("source_run_id = '{run}'", "abc"),
    ("model_id = '{a}'", "a"), ("model_id IN ('{a}', '{c}')", "ac"), ("attributes.model_id IN ('{b}')", "b"),
    ("status = 'READY'", ""), ("status = '2'", "c"), ("status != '2'", "ab"), ("status = 2", "c"), ("status IN ('1')", "ab"),
    ("lifecycle_stage = 'active'", "abc"), ("experiment_id LIKE '%'", "abc"), ("artifact_location LIKE '%{b}%'", "b"),
    ("status_message = 'x'", ""), ("creation_timestamp > 0", "abc"), ("creation_time < 5", ""), ("creation_timestamp_ms > 1e3", "abc"),
    ("last_updated_timestamp >= 1.5", "abc"), ("attributes.last_updated_timestamp_ms != 1", "abc"),
    ("params.lr = '0.1'", "a"), ("params.lr = 0.1", "a"), ("params.lr != '0.1'", "b"), ("params.lr LIKE '0.%'", "ab"),
    ("params.`depth` = '3'", "c"), ("params.nope = '1'", ""), ("params.lr IN ('0.1', '0.01')", "ab"), ("params.LR = '0.1'", "a"),
    ("tags.team = 'red'", "a"), ("tags.team = 'blue'", ""), ("tags.team ILIKE 'blue'", "b"), ("tags.`a b` = 'x'", "b"),
    ("metrics.acc > 0.6", "ab"), ("metrics.acc > 0.8", "a"), ("metrics.acc = 0.5", "a"), ("metrics.acc != 0.5", "ab"),
    ("metrics.acc >= .7", "ab"), ("metrics.acc < -1", ""), ("metrics.loss = 3", "a"), ("metrics.`loss` <= 3e0", "a"),
    ("metrics.acc > 0.6 AND params.lr = '0.01'", "b"), ("metrics.acc > 0.6 AND metrics.loss > 1", "a"),
    ("metrics.acc > 0.6 and name = 'a' AND tags.team = 'red'", "a"), ("name = 'a' AND", "a"), ("AND name = 'a'", "a"),
    ("name = 'a' name = 'a'", "a"), ("name = 'a'\nAND model_type = 'linear'", "a"), (" name = 'a' ", "a"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), FILTERS)
def test_filters(api, zoo, text, names):
    experiment, run, ids = zoo
    for name, value in {"run": run, **ids}.items():
        text = text and text.replace("{%s}" % name, value)
    assert sorted(found(api, experiment, filter=text)) == list(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name > 'a'", "Invalid comparison operator for attributes.name: '>'. Expected one of ('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')."),
        ("metrics.acc LIKE 'a'", "Invalid comparison operator for metrics.acc: 'LIKE'. Expected one of ('<', '<=', '>', '>=', '=', '!=')."),
        ("creation_time IN ('1')", "Invalid comparison operator for attributes.creation_timestamp_ms: 'IN'. Expected one of ('<', '<=', '>', '>=', '=', '!=')."),
        ("params.a > 1", "Invalid comparison operator for params.a: '>'. Expected one of ('=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN')."),
        ("param.a = '1'", "Invalid entity type: 'param'. Expected one of ['attributes', 'metrics', 'params', 'tags']."),
        ("foo.a = '1'", "Invalid entity type: 'foo'. Expected one of ['attributes', 'metrics', 'params', 'tags']."),
        ("name IS NULL", "Invalid comparison: nameIS NULL. Expected a comparison with 3 tokens."),
        ("name = 'a' OR name = 'b'", "Invalid filter string: \"name = 'a' OR name = 'b'\". Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."),
        ("name", "Invalid filter string: 'name'. Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."),
        ("(name = 'a')", "Invalid filter string: \"(name = 'a')\". Expected a list of comparisons separated by 'AND' (e.g. 'metrics.loss > 0.1 AND params.lr = 0.01')."),
        ("name = 'a'; name = 'b'", "Invalid filter string: \"name = 'a'; name = 'b'\". Expected a single SQL expression."),
        ("name = 'a' /* c */ AND", "Invalid comparison: name = 'a' /* c */. Expected a comparison with 3 tokens."),
    ],
)  # fmt: skip
def test_filters_that_are_refused(api, experiment, text, message):
    search(api, experiment, filter=text).fails(400, INVALID, message)


@pytest.mark.improves("the peer answers 500")
@pytest.mark.parametrize(
    "text",
    ["foo = '1'", "Metrics.a > 1", "metrics.a > 'x'", "metrics.a > '1'", "metrics.a > inf", "name IN ('a'", "name IN (1)",
     "name = ('a', 'b')", "1 = 1", "tags = 'x'", "metrics.a = (1)", "attributes.foo = '1'"],
)  # fmt: skip
def test_filters_that_the_peer_cannot_read(api, experiment, text):
    search(api, experiment, filter=text).fails(400, INVALID)


@pytest.mark.improves("the peer answers 500: it knows the alias without 'attributes.' only")
def test_an_alias_with_its_entity(api, zoo):
    assert sorted(found(api, zoo[0], filter="attributes.creation_timestamp > 0 AND attributes.creation_time > 0")) == list("abc")


def order(field, ascending=None, **more):
    return {"field_name": field, **({} if ascending is None else {"ascending": ascending}), **more}


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ([order("name")], "abc"),
        ([order("name", False)], "cba"),
        ([order("model_type", True), order("name", False)], "acb"),
        ([order("metrics.acc")], "bac"),
        ([order("metrics.acc", False)], "abc"),
        ([order("metrics.acc", True, dataset_name="ds")], "abc"),
        ([order("metrics.acc", False, dataset_name="ds", dataset_digest="d1")], "bac"),
        ([order("metrics.acc", False, dataset_digest="no"), order("name")], "abc"),
        ([order("status", False), order("name", False)], "cba"),
        ([order("status_message"), order("name")], "abc"),
        ([order("metrics.acc"), order("metrics.loss"), order("name", False)], "bac"),
        ([order("metrics.nope", False), order("creation_timestamp", True)], "abc"),
    ],
)
def test_orders(api, zoo, by, names):
    assert found(api, zoo[0], order_by=by) == list(names)


def test_the_newest_come_first(api, zoo):
    times = {m["info"]["name"]: m["info"] for m in search(api, zoo[0]).ok()["models"]}
    newest = sorted(times, key=lambda n: (-times[n]["creation_timestamp_ms"], times[n]["model_id"]))
    assert found(api, zoo[0]) == newest
    assert found(api, zoo[0], order_by=[order("creation_time", False)]) == newest
    oldest = sorted(times, key=lambda n: (times[n]["creation_timestamp_ms"], times[n]["model_id"]))
    assert found(api, zoo[0], order_by=[order("creation_timestamp_ms")]) == oldest


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("foo", "Invalid order by field name: foo"),
        ("", "Invalid order by field name: "),
        ("params.a", "Invalid order by field name: params.a. Only metrics are supported."),
        ("attributes.name", "Invalid order by field name: attributes.name. Only metrics are supported."),
    ],
)
def test_orders_that_are_refused(api, experiment, field, message):
    search(api, experiment, order_by=[order(field)]).fails(400, INVALID, message)


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"datasets": [{"dataset_name": "ds", "dataset_digest": "d1"}]}, "ab"),
        ({"datasets": [{"dataset_name": "ds"}]}, ""),
        ({"datasets": [{"dataset_name": "ds", "dataset_digest": "no"}]}, ""),
        ({"datasets": [{"dataset_name": "no"}, {"dataset_name": "two", "dataset_digest": "d2"}]}, "a"),
        ({"datasets": [{"dataset_name": "ds", "dataset_digest": "d1"}], "filter": "metrics.acc > 0.6"}, "b"),
        ({"datasets": [{"dataset_name": "ds", "dataset_digest": "d1"}], "filter": "name = 'a'"}, "a"),
        ({"datasets": [{"dataset_name": "ds", "dataset_digest": "d1"}, {"dataset_name": "two", "dataset_digest": "d2"}], "filter": "metrics.size > 1"}, "a"),
        ({"datasets": []}, "abc"),
    ],
)
def test_datasets_of_metrics(api, zoo, more, names):
    assert sorted(found(api, zoo[0], **more)) == list(names)


def test_a_dataset_has_a_name(api, experiment):
    search(api, experiment, datasets=[{"dataset_digest": "d"}]).fails(
        400, INVALID, "`dataset_name` in the `datasets` clause must be specified."
    )


def test_pages(api, zoo):
    by = [order("name", False)]
    first = search(api, zoo[0], max_results=2, order_by=by, filter="name != 'x'").ok()
    assert [m["info"]["name"] for m in first["models"]] == ["c", "b"]
    token = first["next_page_token"]
    assert json.loads(base64.b64decode(token)) == {
        "experiment_ids": [zoo[0]],
        "filter_string": "name != 'x'",
        "order_by": [{"field_name": "name", "ascending": False, "dataset_name": None, "dataset_digest": None}],
        "offset": 2,
    }
    last = search(api, zoo[0], max_results=2, order_by=by, filter="name != 'x'", page_token=token).ok()
    assert [m["info"]["name"] for m in last["models"]] == ["a"]
    assert "next_page_token" not in last
    assert "next_page_token" not in search(api, zoo[0], max_results=3).ok()
    assert json.loads(base64.b64decode(search(api, zoo[0], max_results=1).ok()["next_page_token"])) == {
        "experiment_ids": [zoo[0]], "filter_string": None, "order_by": None, "offset": 1,
    }  # fmt: skip


def test_a_token_belongs_to_its_search(api, zoo, experiment):
    token = search(api, zoo[0], max_results=1).ok()["next_page_token"]
    search(api, experiment, page_token=token).fails(
        400,
        INVALID,
        "Experiment IDs in the page token do not match the requested experiment IDs. "
        f"Expected: ['{experiment}']. Found: ['{zoo[0]}']",
    )
    search(api, zoo[0], page_token=token, filter="name = 'a'").fails(
        400,
        INVALID,
        "Filter string in the page token does not match the requested filter string. Expected: name = 'a'. Found: None",
    )
    search(api, zoo[0], page_token=token, order_by=[order("name")]).fails(
        400,
        INVALID,
        "Order by in the page token does not match the requested order by. Expected: [{'field_name': 'name', "
        "'ascending': True, 'dataset_name': None, 'dataset_digest': None}]. Found: None",
    )


@pytest.mark.improves("the peer answers 500 to most of these")
@pytest.mark.parametrize("token", ["x", "!!!!", "bm90anNvbg==", "W10=", "eyJvZmZzZXQiOiAyfQ", "bnVsbA=="])
def test_tokens_that_are_refused(api, experiment, token):
    search(api, experiment, page_token=token).fails(400, INVALID)


def test_other_members_of_a_search(api, zoo, experiment):
    assert search(api).ok() == {}
    assert search(api, experiment).ok() == {}
    assert search(api, "99999").ok() == {}
    assert len(found(api, zoo[0], max_results=0)) == 3
    assert len(found(api, zoo[0], experiment, zoo[0])) == 3
    api.post(f"{MODELS}/search", {}).fails(400, INVALID, missing("experiment_ids"))
    search(api, "abc").fails(400, INVALID, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    api.post(f"{MODELS}/search", {"experiment_ids": "1"}).fails(400, INVALID, wrong("experiment_ids", "1", "str"))
    search(api, "0", max_results="x").fails(400, INVALID, wrong("max_results", "x", "str"))


def test_a_page_has_fifty_models(api, experiment):
    for i in range(51):
        create(api, experiment, name=f"m{i:02}")
    first = search(api, experiment, order_by=[order("name")]).ok()
    assert [m["info"]["name"] for m in first["models"]] == [f"m{i:02}" for i in range(50)]
    last = search(api, experiment, order_by=[order("name")], page_token=first["next_page_token"]).ok()
    assert [m["info"]["name"] for m in last["models"]] == ["m50"]
