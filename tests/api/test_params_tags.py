"""log-parameter, set-tag, delete-tag."""

import re

import pytest

from harness.api import missing, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"


def log_param(api, run, key, value):
    return api.post("runs/log-parameter", {"run_id": run, "key": key, "value": value})


def set_tag(api, run, key, value):
    return api.post("runs/set-tag", {"run_id": run, "key": key, "value": value})


# -- params


def test_a_param_is_logged_once_and_the_same_again_is_nothing(api, run):
    assert log_param(api, run, "p", "1").ok() == {}
    assert log_param(api, run, "p", "1").ok() == {}
    assert api.get_run(run)["data"]["params"] == [{"key": "p", "value": "1"}]


def test_a_param_never_changes(api, run):
    log_param(api, run, "p", "1").ok()
    log_param(api, run, "p", "2").fails(
        400,
        INVALID,
        "Changing param values is not allowed. Param with key='p' was already logged with value='1' "
        f"for run ID='{run}'. Attempted logging new value '2'.",
    )
    assert api.params(run) == {"p": "1"}


@pytest.mark.parametrize("again", ["1\t", "", " 1"])
def test_blanks_make_another_value(api, run, again):
    log_param(api, run, "p", "1").ok()
    log_param(api, run, "p", again).fails(400, INVALID, re.compile("^Changing param values is not allowed"))


@pytest.mark.improves("the peer says 200 and stores nothing; of another value it tells its SQL")
def test_a_param_key_that_differs_only_in_case(api, run):
    log_param(api, run, "p", "1").ok()
    assert "SQL" not in log_param(api, run, "P", "1").fails(400, "BAD_REQUEST")["message"]
    assert api.params(run) == {"p": "1"}


@pytest.mark.parametrize("value", ["", " ", "日本語 🚀", "a'b\"c\\d`e", "%_", "a\nb\tc", "\u0001\u007f", "0", "\u2028</script>"])
def test_values_come_back_as_they_were(api, run, value):
    log_param(api, run, "p", value).ok()
    set_tag(api, run, "t", value).ok()
    assert api.params(run) == {"p": value}
    assert api.tags(run)["t"] == value


def test_a_missing_value_is_empty(api, run):
    api.post("runs/log-parameter", {"run_id": run, "key": "p"}).ok()
    api.post("runs/set-tag", {"run_id": run, "key": "t"}).ok()
    assert api.params(run) == {"p": ""}
    assert api.tags(run)["t"] == ""


@pytest.mark.parametrize("letter", ["v", "語", "🚀"])
def test_long_values_are_cut(api, run, letter):
    log_param(api, run, "p", letter * 6001).ok()
    assert api.params(run) == {"p": letter * 6000}
    log_param(api, run, "p", letter * 7000).ok()  # compared after cutting
    set_tag(api, run, "t", letter * 8001).ok()
    assert api.tags(run)["t"] == letter * 8000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": ""}, missing("key")),
        ({"key": None}, missing("key")),
        ({"key": 5}, wrong("key", 5, "int")),
        ({"value": 5}, wrong("value", 5, "int")),
        ({"value": 0.5}, wrong("value", 0.5, "float")),
        ({"value": False}, wrong("value", False, "bool")),
        ({"value": {"a": [1]}}, wrong("value", {"a": [1]}, "dict")),
        ({"run_id": ["x"]}, wrong("run_id", ["x"], "list")),
        ({"key": "a$"}, re.compile("^Invalid value \"a\\$\" for parameter '\\w+' supplied: Names may only contain")),
        ({"key": "a/../b"}, re.compile("This name would resolve to 'b'$")),
        ({"key": "k" * 251}, re.compile("exceeds the maximum length of 250 characters$")),
    ],
)
@pytest.mark.parametrize("route", ["log-parameter", "set-tag"])
def test_params_and_tags_refuse(api, run, route, change, message):
    body = {"run_id": run, "key": "k", "value": "v", **change}
    api.post(f"runs/{route}", {k: v for k, v in body.items() if v is not None}).fails(400, INVALID, message)
    assert "params" not in api.get_run(run)["data"]
    assert list(api.tags(run)) == ["mlflow.runName"]


@pytest.mark.parametrize("key", ["日本/語", "a.b-c_d: e", "x" * 250, " "])
def test_keys_that_are_taken(api, run, key):
    log_param(api, run, key, "1").ok()
    set_tag(api, run, key, "1").ok()
    assert api.params(run) == {key: "1"}
    assert api.tags(run)[key] == "1"


# -- tags


def test_a_tag_is_set_changed_and_deleted(api, run):
    assert set_tag(api, run, "t", "1").ok() == {}
    assert set_tag(api, run, "t", "2").ok() == {}
    assert api.tags(run)["t"] == "2"
    assert api.post("runs/delete-tag", {"run_id": run, "key": "t"}).ok() == {}
    assert "t" not in api.tags(run)
    api.post("runs/delete-tag", {"run_id": run, "key": "t"}).fails(
        404, GONE, f"No tag with name: t in run with id {run}"
    )


def test_a_tag_that_differs_only_in_case_is_the_same_tag(api, run):
    set_tag(api, run, "Case", "1").ok()
    set_tag(api, run, "case", "2").ok()
    tags = {k: v for k, v in api.tags(run).items() if k.lower() == "case"}
    assert list(tags.values()) == ["2"]


def test_delete_tag_refuses(api, run):
    api.post("runs/delete-tag", {"run_id": run}).fails(400, INVALID, missing("key"))
    api.post("runs/delete-tag", {"key": "t"}).fails(400, INVALID, missing("run_id"))
    api.post("runs/delete-tag", {"run_id": run, "key": 5}).fails(400, INVALID, wrong("key", 5, "int"))
