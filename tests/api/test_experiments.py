"""Experiments: create, get, rename, delete, restore and their tags."""

import re
import time

import pytest

from harness.api import missing, unique, wrong

INVALID = "INVALID_PARAMETER_VALUE"
GONE = "RESOURCE_DOES_NOT_EXIST"


def now():
    return int(time.time() * 1000)


# -- create


def test_a_created_experiment_can_be_read(api):
    name, before = unique("made"), now()
    made = api.post("experiments/create", {"name": name}).ok()
    assert set(made) == {"experiment_id"}
    assert made["experiment_id"].isdigit()
    got = api.get_experiment(made["experiment_id"])
    assert before <= got.pop("creation_time") == got.pop("last_update_time") <= now()
    assert got == {
        "experiment_id": made["experiment_id"],
        "name": name,
        "artifact_location": f"mlflow-artifacts:/{made['experiment_id']}",
        "lifecycle_stage": "active",
        "workspace": "default",
    }


def test_the_default_experiment_is_zero(api):
    default = api.get_experiment("0")
    assert default["name"] == "Default"
    assert default["artifact_location"] == "mlflow-artifacts:/0"
    assert default["lifecycle_stage"] == "active"


def test_tags_given_at_creation_come_back_by_key(api):
    made = api.experiment(tags=[{"key": "b", "value": "2"}, {"key": "a", "value": "1"}, {"key": "e", "value": ""}])
    assert api.get_experiment(made)["tags"] == [
        {"key": "a", "value": "1"},
        {"key": "b", "value": "2"},
        {"key": "e", "value": ""},
    ]


@pytest.mark.parametrize("name", ["日本語 🚀", "a/b:c d", "quote ' \" `", "%_\\", " leading", "x" * 250])
def test_odd_names_are_kept_as_they_are(api, name):
    made = api.experiment(name=name)
    assert api.get_experiment(made)["name"] == name
    found = api.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]
    assert found["experiment_id"] == made


@pytest.mark.parametrize("other", ["same", "upper case", "deleted"])
def test_a_name_is_taken_once(api, other):
    name = unique("once")
    first = api.experiment(name=name)
    if other == "deleted":
        api.post("experiments/delete", {"experiment_id": first}).ok()
    again = name.upper() if other == "upper case" else name
    api.post("experiments/create", {"name": again}).fails(
        400, "RESOURCE_ALREADY_EXISTS", re.compile(rf"^Experiment\(name={again}\) already exists\.")
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, missing("name")),
        ({"name": ""}, missing("name")),
        ({"name": None}, missing("name")),
        ({"name": 123}, wrong("name", 123, "int")),
        ({"name": 1.5}, wrong("name", 1.5, "float")),
        ({"name": True}, wrong("name", True, "bool")),
        ({"name": ["x"]}, wrong("name", ["x"], "list")),
        ({"name": {"a": 1}}, wrong("name", {"a": 1}, "dict")),
        ({"name": "n", "tags": {"a": "b"}}, wrong("tags", {"a": "b"}, "dict")),
        ({"name": "n", "tags": "t"}, wrong("tags", "t", "str")),
        ({"name": "n", "artifact_location": 5}, wrong("artifact_location", 5, "int")),
        ({"name": "n" * 501}, "'name' exceeds the maximum length of 500 characters"),
        ({"name": "n", "artifact_location": "runs:/x"}, "Artifact location cannot be a runs:/ URI. Given: 'runs:/x'"),
        ({"name": "n", "artifact_location": "s3://b/p?x=../y"}, "Invalid query string"),
        (
            {"name": "n", "artifact_location": "s3://b/p#frag"},
            "'artifact_location' URL can't include fragments or params.",
        ),
        (
            {"name": "n", "tags": [{"key": "", "value": "v"}]},
            'Invalid value "" for parameter \'key\' supplied: Names may be treated as files in certain cases, and '
            "must not resolve to other names when treated as such. This name would resolve to '.'",
        ),
    ],
)
def test_create_refuses(api, body, message):
    api.post("experiments/create", body).fails(400, INVALID, message)


@pytest.mark.parametrize("scheme", ["ftp", "sftp", "hdfs", "viewfs", "http", "https", "r2", "b2"])
def test_create_refuses_locations_on_foreign_hosts(api, scheme):
    reply = api.post("experiments/create", {"name": unique("x"), "artifact_location": f"{scheme}://host/p"})
    reply.fails(400, INVALID, re.compile(rf"'artifact_location' cannot use the '{scheme}' scheme"))


def test_create_keeps_a_location_of_the_object_store(api):
    made = api.experiment(artifact_location="s3://bucket/path")
    assert api.get_experiment(made)["artifact_location"] == "s3://bucket/path"
    run = api.get_run(api.run(made))
    assert run["info"]["artifact_uri"] == f"s3://bucket/path/{run['info']['run_id']}/artifacts"


@pytest.mark.parametrize("location", ["/etc", "file:///etc/x", "rel/dir"])
@pytest.mark.improves("the peer opens any local directory of its machine as a store")
def test_a_local_directory_is_the_clients_and_never_opened(api, location):
    made = api.experiment(artifact_location=location)
    run = api.run(made)
    uri = api.get_run(run)["info"]["artifact_uri"]
    assert location in uri and uri.endswith(f"/{run}/artifacts")
    api.get("artifacts/list", {"run_id": run}).fails(400, INVALID)


@pytest.mark.parametrize("field", ["name", "artifact_location"])
def test_values_longer_than_the_column_are_refused(api, field):
    body = {"name": unique("x"), field: "s3://b/" + "n" * 400}
    assert api.post("experiments/create", body).status == 400


# -- get


@pytest.mark.parametrize(
    ("experiment_id", "status", "code", "message"),
    [
        ("99999", 404, GONE, "No Experiment with id=99999 exists"),
        ("abc", 400, INVALID, "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."),
        ("", 400, INVALID, missing("experiment_id")),
    ],
)
def test_get_of_what_is_not_there(api, experiment_id, status, code, message):
    api.get("experiments/get", {"experiment_id": experiment_id}).fails(status, code, message)


def test_get_without_an_id(api):
    api.get("experiments/get").fails(400, INVALID, missing("experiment_id"))


@pytest.mark.parametrize("experiment_id", ["-1", "99999999999999999999", "2147483648", "1e3", "0x1"])
def test_strange_ids_are_answered_with_an_error(api, experiment_id):
    assert api.get("experiments/get", {"experiment_id": experiment_id}).status in (400, 404)


def test_get_by_name_ignores_case(api):
    name = unique("case")
    made = api.experiment(name=name)
    found = api.get("experiments/get-by-name", {"experiment_name": name.upper()}).ok()["experiment"]
    assert (found["experiment_id"], found["name"]) == (made, name)


def test_get_by_name_of_what_is_not_there(api):
    api.get("experiments/get-by-name", {"experiment_name": "nope"}).fails(
        404, GONE, "Could not find experiment with name 'nope'"
    )
    api.get("experiments/get-by-name").fails(400, INVALID, missing("experiment_name"))


# -- rename


def test_rename_changes_name_and_time(api, experiment):
    before = api.get_experiment(experiment)
    name = unique("renamed")
    time.sleep(0.002)  # last_update_time counts milliseconds
    assert api.post("experiments/update", {"experiment_id": experiment, "new_name": name}).ok() == {}
    after = api.get_experiment(experiment)
    assert after["name"] == name
    assert after["last_update_time"] > before["last_update_time"]
    assert after["creation_time"] == before["creation_time"]


def test_rename_refuses(api, experiment):
    api.post("experiments/update", {"experiment_id": experiment}).fails(400, INVALID, missing("new_name"))
    api.post("experiments/update", {"new_name": "x"}).fails(400, INVALID, missing("experiment_id"))
    api.post("experiments/update", {"experiment_id": "99999", "new_name": "x"}).fails(
        404, GONE, "No Experiment with id=99999 exists"
    )


@pytest.mark.improves("the peer answers BAD_REQUEST with the text of its SQL")
def test_rename_onto_a_taken_name(api, experiment):
    taken = unique("taken")
    api.experiment(name=taken)
    api.post("experiments/update", {"experiment_id": experiment, "new_name": taken}).fails(
        400, "RESOURCE_ALREADY_EXISTS", re.compile(rf"^Experiment\(name={taken}\) already exists\.")
    )


@pytest.mark.improves("the peer answers 500, and its client retries that for minutes")
def test_rename_of_a_deleted_experiment(api, experiment):
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post("experiments/update", {"experiment_id": experiment, "new_name": unique("x")}).fails(
        400, "INVALID_STATE", "Cannot rename a non-active experiment."
    )


# -- delete and restore


def test_delete_takes_the_active_runs_along_and_restore_brings_all_back(api, experiment):
    kept, dropped = api.run(experiment), api.run(experiment)
    api.post("runs/delete", {"run_id": dropped}).ok()
    time.sleep(0.002)
    before = api.get_experiment(experiment)["last_update_time"]
    assert api.post("experiments/delete", {"experiment_id": experiment}).ok() == {}
    gone = api.get_experiment(experiment)
    assert gone["lifecycle_stage"] == "deleted"
    assert gone["last_update_time"] > before
    assert {api.get_run(r)["info"]["lifecycle_stage"] for r in (kept, dropped)} == {"deleted"}
    assert api.post("experiments/restore", {"experiment_id": experiment}).ok() == {}
    assert api.get_experiment(experiment)["lifecycle_stage"] == "active"
    assert {api.get_run(r)["info"]["lifecycle_stage"] for r in (kept, dropped)} == {"active"}


def test_delete_twice_and_restore_of_an_active_one(api, experiment):
    text = f"No Experiment with id={experiment} exists"
    api.post("experiments/restore", {"experiment_id": experiment}).fails(404, GONE, text)
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post("experiments/delete", {"experiment_id": experiment}).fails(404, GONE, text)


@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_delete_and_restore_refuse(api, verb):
    api.post(f"experiments/{verb}", {}).fails(400, INVALID, missing("experiment_id"))
    api.post(f"experiments/{verb}", {"experiment_id": "99999"}).fails(404, GONE, "No Experiment with id=99999 exists")
    api.post(f"experiments/{verb}", {"experiment_id": 1}).fails(400, INVALID, wrong("experiment_id", 1, "int"))


def test_a_deleted_experiment_is_found_by_name(api):
    name = unique("gone")
    made = api.experiment(name=name)
    api.post("experiments/delete", {"experiment_id": made}).ok()
    found = api.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]
    assert (found["experiment_id"], found["lifecycle_stage"]) == (made, "deleted")


def test_no_run_is_created_in_a_deleted_experiment(api, experiment):
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    api.post("runs/create", {"experiment_id": experiment}).fails(
        400, INVALID, f"The experiment {experiment} must be in the 'active' state. Current state is deleted."
    )


# -- tags


def test_a_tag_is_set_changed_and_deleted(api, experiment):
    before = api.get_experiment(experiment)["last_update_time"]
    tag = {"experiment_id": experiment, "key": "k"}
    assert api.post("experiments/set-experiment-tag", {**tag, "value": "v"}).ok() == {}
    assert api.get_experiment(experiment)["tags"] == [{"key": "k", "value": "v"}]
    api.post("experiments/set-experiment-tag", {**tag, "value": "日本 🚀 " + "w" * 19000}).ok()
    assert api.get_experiment(experiment)["tags"] == [{"key": "k", "value": "日本 🚀 " + "w" * 19000}]
    assert api.get_experiment(experiment)["last_update_time"] == before, "tags do not count as an update"
    assert api.post("experiments/delete-experiment-tag", tag).ok() == {}
    assert "tags" not in api.get_experiment(experiment)
    api.post("experiments/delete-experiment-tag", tag).fails(
        404, GONE, f"No tag with name: k in experiment with id {experiment}"
    )


def test_a_tag_without_value_is_empty(api, experiment):
    api.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "k"}).ok()
    assert api.get_experiment(experiment)["tags"] == [{"key": "k", "value": ""}]


def test_tags_refuse(api, experiment):
    tag = {"experiment_id": experiment, "key": "k", "value": "v"}
    for verb in ("set-experiment-tag", "delete-experiment-tag"):
        api.post(f"experiments/{verb}", {**tag, "key": ""}).fails(400, INVALID, missing("key"))
        api.post(f"experiments/{verb}", {"key": "k"}).fails(400, INVALID, missing("experiment_id"))
        api.post(f"experiments/{verb}", {**tag, "experiment_id": "99999"}).fails(
            404, GONE, "No Experiment with id=99999 exists"
        )
    api.post("experiments/set-experiment-tag", {**tag, "value": "v" * 20001}).fails(
        400, INVALID, "'value' exceeds the maximum length of 20000 characters"
    )
    api.post("experiments/set-experiment-tag", {**tag, "key": "k" * 251}).fails(
        400, INVALID, "'key' exceeds the maximum length of 250 characters"
    )
    api.post("experiments/set-experiment-tag", {**tag, "key": "a$"}).fails(
        400, INVALID, re.compile("Names may only contain alphanumerics")
    )
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    for verb in ("set-experiment-tag", "delete-experiment-tag"):
        api.post(f"experiments/{verb}", tag).fails(
            400, INVALID, f"The experiment {experiment} must be in the 'active' state. Current state is deleted."
        )
