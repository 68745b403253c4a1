"""log-inputs, outputs, search-datasets, and what runs show of them."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.api import Api, missing, unique, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"
SEARCH = "/ajax-api/2.0/mlflow/experiments/search-datasets"


def tag(key, value):
    return {"key": key, "value": value}


def dataset(name="ds", digest="d1", **more):
    return {"name": name, "digest": digest, "source_type": "local", "source": "s", **more}


def inputs(*items, **more):
    return {"datasets": [{"tags": t, "dataset": d} for d, t in items], **more}


def log(api, run, *items, **more):
    return api.post("runs/log-inputs", {"run_id": run, **inputs(*items, **more)})


def read(api, run):
    """name/digest -> tags, of the datasets of a run."""
    found = api.get_run(run)["inputs"].get("dataset_inputs", [])
    return {
        (i["dataset"]["name"], i["dataset"]["digest"]): {t["key"]: t["value"] for t in i.get("tags", [])} for i in found
    }


def summaries(api, *experiments):
    found = api.post(SEARCH, {"experiment_ids": list(experiments)}).ok().get("dataset_summaries", [])
    return sorted(found, key=lambda s: json.dumps(s, sort_keys=True))


# -- log-inputs


def test_a_dataset_is_shown_with_its_run(api, run):
    d = dataset(schema='{"c": 1}', profile="{}")
    assert log(api, run, (d, [tag("b", "2"), tag("a", "1")])).ok() == {}
    assert api.get_run(run)["inputs"] == {"dataset_inputs": [{"tags": [tag("a", "1"), tag("b", "2")], "dataset": d}]}


@pytest.mark.parametrize("more", [{}, {"schema": "", "profile": ""}])
def test_what_a_dataset_lacks_is_not_shown(api, run, more):
    log(api, run, (dataset(**more), [])).ok()
    assert api.get_run(run)["inputs"] == {"dataset_inputs": [{"dataset": dataset()}]}


def test_members_may_be_missing(api, run):
    api.post("runs/log-inputs", {"run_id": run, "datasets": [{}, {"dataset": {"name": "n"}, "tags": [{"key": "k"}]}]}).ok()
    assert read(api, run) == {("", ""): {}, ("n", ""): {"k": ""}}


def test_camel_case_is_read(api, run):
    d = {"name": "n", "digest": "d", "sourceType": "local", "source": "s"}
    api.post("runs/log-inputs", {"run_id": run, "datasets": [{"dataset": d}]}).ok()
    [item] = api.get_run(run)["inputs"]["dataset_inputs"]
    assert item["dataset"]["source_type"] == "local"


def test_a_run_has_a_dataset_once_and_keeps_its_first_tags(api, run):
    log(api, run, (dataset(), [tag("a", "1")])).ok()
    log(api, run, (dataset(source="other"), [tag("a", "2"), tag("b", "2")])).ok()
    log(api, run, (dataset("two"), [tag("c", "3")]), (dataset("two"), [tag("d", "4")])).ok()
    assert read(api, run) == {("ds", "d1"): {"a": "1"}, ("two", "d1"): {"c": "3"}}
    assert {i["dataset"]["source"] for i in api.get_run(run)["inputs"]["dataset_inputs"]} == {"s"}


def test_runs_of_an_experiment_share_a_dataset_and_not_its_tags(api, experiment):
    one, two = api.run(experiment), api.run(experiment)
    log(api, one, (dataset(), [tag("a", "1")])).ok()
    log(api, two, (dataset(source="of two"), [tag("a", "2")])).ok()
    assert read(api, one) == {("ds", "d1"): {"a": "1"}}
    assert read(api, two) == {("ds", "d1"): {"a": "2"}}
    assert api.get_run(two)["inputs"]["dataset_inputs"][0]["dataset"]["source"] == "s"


def test_experiments_have_datasets_of_their_own(api, run):
    other = api.run(api.experiment())
    log(api, run, (dataset(), [])).ok()
    log(api, other, (dataset(source="other"), [])).ok()
    assert api.get_run(other)["inputs"]["dataset_inputs"][0]["dataset"]["source"] == "other"


def test_the_same_name_with_another_digest_is_another_dataset(api, run):
    log(api, run, (dataset(), []), (dataset(digest="d2"), [])).ok()
    assert read(api, run) == {("ds", "d1"): {}, ("ds", "d2"): {}}


@pytest.mark.improves("the peer answers the same code with the text of its SQL")
def test_datasets_that_differ_only_in_case(api, run):
    log(api, run, (dataset(), [])).ok()
    assert "SQL" not in log(api, run, (dataset("DS"), [])).fails(400, "BAD_REQUEST")["message"]
    assert "SQL" not in log(api, run, (dataset("x"), [tag("a", "1"), tag("a", "2")])).fails(400, "BAD_REQUEST")["message"]
    assert read(api, run) == {("ds", "d1"): {}}


def test_models_are_inputs_of_a_run(api, run):
    for _ in range(2):
        assert log(api, run, models=[{"model_id": "m-2"}, {"model_id": "m-1"}, {"model_id": "m-1"}]).ok() == {}
    assert api.get_run(run)["inputs"] == {"model_inputs": [{"model_id": "m-1"}, {"model_id": "m-2"}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"run_id": ""}, missing("run_id")),
        ({"run_id": 5}, wrong("run_id", 5, "int")),
        ({"run_id": "a b"}, re.compile(r"^Invalid value \"a b\" for parameter 'run_id' supplied")),
        ({"datasets": "x"}, wrong("datasets", "x", "str")),
        ({"models": {"a": 1}}, wrong("models", {"a": 1}, "dict")),
        (inputs((dataset("n" * 501), [])), "'name' exceeds the maximum length of 500 characters"),
        (inputs((dataset("n", "d" * 37), [])), "'digest' exceeds the maximum length of 36 characters"),
        (inputs((dataset(source="s" * 65536), [])), "'source' exceeds the maximum length of 65535 characters"),
        (inputs((dataset(schema="s" * 1048576), [])), "'schema' exceeds the maximum length of 1048575 characters"),
        (inputs((dataset(), [tag("k" * 256, "v")])), "'key' exceeds the maximum length of 255 characters"),
        (inputs((dataset(), [tag("k", "v" * 501)])), "'value' exceeds the maximum length of 500 characters"),
        (inputs((dataset(), []), (dataset("n" * 501), [])), "'name' exceeds the maximum length of 500 characters"),
    ],
)
def test_log_inputs_refuses(api, run, change, message):
    api.post("runs/log-inputs", {"run_id": run, **inputs((dataset("fine"), [])), **change}).fails(400, INVALID, message)
    assert api.get_run(run)["inputs"] == {}


def test_the_longest_values_are_taken(api, run):
    d = dataset("名" * 500, "d" * 36, source="s" * 65535, schema="x" * 1048575)
    log(api, run, (d, [tag("k" * 255, "値" * 500)])).ok()
    assert api.get_run(run)["inputs"]["dataset_inputs"] == [{"tags": [tag("k" * 255, "値" * 500)], "dataset": d}]


@pytest.mark.parametrize("route", ["log-inputs", "outputs"])
def test_runs_that_take_no_inputs(api, run, route):
    body = {"datasets": [], "models": []}
    api.post(f"runs/{route}", {"run_id": "none", **body}).fails(404, GONE, "Run with id=none not found")
    api.post("runs/delete", {"run_id": run}).ok()
    api.post(f"runs/{route}", {"run_id": run, **body}).fails(
        400, INVALID, f"The run {run} must be in the 'active' state. Current state is deleted."
    )


def test_runs_that_log_one_new_dataset_at_once(api, server, experiment):
    runs = [api.run(experiment) for _ in range(8)]
    items = [(dataset(f"n{i}"), [tag("t", str(i))]) for i in range(10)]

    def work(run):
        own = Api(server)
        try:
            return log(own, run, *(items if len(run) % 2 else reversed(items))).ok()
        finally:
            own.session.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, runs)) == [{}] * 8
    for run in runs:
        assert read(api, run) == {(f"n{i}", "d1"): {"t": str(i)} for i in range(10)}


test_runs_that_log_one_new_dataset_at_once = pytest.mark.improves("the peer answers 400 to those who come second")(
    test_runs_that_log_one_new_dataset_at_once
)


# -- outputs


def test_models_are_outputs_of_a_run(api, run):
    assert api.post("runs/outputs", {"run_id": run, "models": [{"model_id": "m-b", "step": 5}, {"model_id": "m-a"}]}).ok() == {}
    assert api.post("runs/outputs", {"run_id": run, "models": []}).ok() == {}
    assert api.get_run(run)["outputs"] == {"model_outputs": [{"model_id": "m-a", "step": 0}, {"model_id": "m-b", "step": 5}]}


@pytest.mark.improves("the peer answers the same code with the text of its SQL")
def test_a_run_has_an_output_once(api, run):
    api.post("runs/outputs", {"run_id": run, "models": [{"model_id": "m"}]}).ok()
    error = api.post("runs/outputs", {"run_id": run, "models": [{"model_id": "n"}, {"model_id": "m"}]}).fails(400, "BAD_REQUEST")
    assert "SQL" not in error["message"]
    assert api.get_run(run)["outputs"] == {"model_outputs": [{"model_id": "m", "step": 0}]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"models": []}, missing("run_id")),
        ({"run_id": "r"}, missing("models")),
        ({"run_id": "r", "models": "x"}, wrong("models", "x", "str")),
    ],
)
def test_outputs_refuses(api, body, message):
    api.post("runs/outputs", body).fails(400, INVALID, message)


# -- search-datasets


def test_datasets_of_experiments_are_found_once_for_each_context(api, experiment):
    context = "mlflow.data.context"
    one, two = api.run(experiment), api.run(experiment)
    log(api, one, (dataset(), [tag(context, "train"), tag("x", "y")]), (dataset("b"), [])).ok()
    log(api, two, (dataset(), [tag(context, "test")]), (dataset("b"), [tag(context, "")])).ok()
    log(api, api.run(experiment), (dataset(), [tag(context, "train")])).ok()
    found = summaries(api, experiment)
    head = {"experiment_id": experiment, "digest": "d1"}
    assert {**head, "name": "ds", "context": "train"} in found
    assert {**head, "name": "ds", "context": "test"} in found
    assert [s for s in found if s["name"] == "b"] == [{**head, "name": "b"}] * 2
    assert len(found) == 4


def test_datasets_of_several_experiments(api, experiment):
    other = api.experiment()
    for e in (experiment, other):
        log(api, api.run(e), (dataset(unique("d")), [])).ok()
    assert [s["experiment_id"] for s in summaries(api, experiment, other)] == sorted([experiment, other])
    assert summaries(api, other, other) == summaries(api, other)
    assert api.post(SEARCH, {"experiment_ids": [api.experiment()]}).ok() == {}
    assert api.post(SEARCH, {"experiment_ids": ["99999"]}).ok() == {}


def test_a_dataset_of_no_run_is_not_found(api, experiment, run):
    log(api, run, (dataset(), [])).ok()
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    assert len(summaries(api, experiment)) == 1  # the peer looks at no stage


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "SearchDatasets request must specify at least one experiment_id."),
        ({"experiment_ids": []}, "SearchDatasets request must specify at least one experiment_id."),
        (
            {"experiment_ids": [str(i) for i in range(21)]},
            "SearchDatasets request cannot specify more than 20 experiment_ids. Received 21 experiment_ids.",
        ),
        ({"experiment_ids": ["abc"]}, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
    ],
)
def test_search_datasets_refuses(api, body, message):
    api.post(SEARCH, body).fails(400, INVALID, message)


def test_search_datasets_is_for_the_pages_alone(api):
    assert api.post("experiments/search-datasets", {"experiment_ids": ["0"]}).status == 404


def test_runs_are_found_by_their_datasets(api, experiment):
    one, two = api.run(experiment), api.run(experiment)
    log(api, one, (dataset("a"), [tag("mlflow.data.context", "train")])).ok()
    log(api, two, (dataset("b"), [])).ok()

    def search(text):
        found = api.post("runs/search", {"experiment_ids": [experiment], "filter": text}).ok().get("runs", [])
        return {r["info"]["run_id"] for r in found}

    assert search("dataset.name = 'a'") == {one}
    assert search("dataset.digest = 'd1'") == {one, two}
    assert search("dataset.context = 'train'") == {one}
    assert search("dataset.name IN ('b', 'c')") == {two}
    assert search("dataset.name = 'a' AND dataset.name = 'b'") == set()
