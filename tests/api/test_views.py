"""Saved views of runs: tags of their experiment, or rows when they belong to none."""

import json

import pytest

from harness.api import missing, unique
from harness.cairn import cairn

pytestmark = pytest.mark.cairn_only("MLflow has no such routes")
VIEWS = "/ajax-api/cairn/1/views/"
INVALID, UNKNOWN, TAKEN = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "RESOURCE_ALREADY_EXISTS"


@pytest.fixture(params=["experiment", "everywhere"])
def scope(request, api):
    return {"experiment_id": api.experiment()} if request.param == "experiment" else {}


def create(api, scope, name=None, state="filter=metrics.a+%3E+1"):
    return api.post(VIEWS + "create", {**scope, "name": name or unique("view"), "state": state}).ok()["view"]


def listed(api, scope):
    return api.get(VIEWS + "list", scope).ok()


def ids(api, scope):
    return [view["view_id"] for view in listed(api, scope)["views"]]


def get(api, scope, view_id):
    return api.get(VIEWS + "get", {**scope, "view_id": view_id})


def tags(api, experiment):
    return {t["key"]: t["value"] for t in api.get_experiment(experiment).get("tags", [])}


def test_a_view_is_saved_listed_changed_and_deleted(api, scope):
    first, second = create(api, scope, "一番 \"best\" \\ ones"), create(api, scope)
    assert first["name"] == "一番 \"best\" \\ ones" and first["state"] == "filter=metrics.a+%3E+1"
    assert first.get("experiment_id") == scope.get("experiment_id")
    assert len(first["view_id"]) == 12 and first["creation_time"] == first["last_update_time"] > 1_700_000_000_000
    assert [i for i in ids(api, scope) if i in (first["view_id"], second["view_id"])] == [first["view_id"], second["view_id"]]
    which = {**scope, "view_id": first["view_id"]}
    changed = api.post(VIEWS + "update", {**which, "state": "cols=a,b"}).ok()["view"]
    assert (changed["name"], changed["state"]) == (first["name"], "cols=a,b")
    assert changed["creation_time"] == first["creation_time"] <= changed["last_update_time"]
    name = unique("new")
    api.post(VIEWS + "update", {**which, "name": name}).ok()
    assert get(api, scope, first["view_id"]).ok()["view"] == {
        **changed, "name": name, "last_update_time": get(api, scope, first["view_id"]).ok()["view"]["last_update_time"]}
    api.post(VIEWS + "delete", which).ok()
    assert first["view_id"] not in ids(api, scope) and second["view_id"] in ids(api, scope)
    for route in ("delete", "update"):
        api.post(VIEWS + route, which).fails(404, UNKNOWN)
    get(api, scope, first["view_id"]).fails(404, UNKNOWN)


def test_views_belong_to_their_experiment(api, experiment):
    scope, other = {"experiment_id": experiment}, {"experiment_id": api.experiment()}
    mine, everywhere = create(api, scope), create(api, {})
    for stranger in (other, {}):
        get(api, stranger, mine["view_id"]).fails(404, UNKNOWN)
    get(api, scope, everywhere["view_id"]).fails(404, UNKNOWN)
    assert ids(api, scope) == [mine["view_id"]] and ids(api, other) == []
    assert mine["view_id"] not in ids(api, {})


def test_a_view_of_an_experiment_is_a_tag_that_mlflow_shows(api, experiment):
    view = create(api, {"experiment_id": experiment}, "shown")
    value = json.loads(tags(api, experiment)["cairn.view." + view["view_id"]])
    assert value == {"name": "shown", "state": view["state"], "created": view["creation_time"], "updated": view["creation_time"]}


def test_what_somebody_else_wrote_under_our_names_is_no_view(api, experiment):
    for n, value in enumerate(["", "no JSON", "[]", '{"name": 1, "state": "a"}', '{"name": "x"}']):
        api.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": f"cairn.view.{n}", "value": value}).ok()
    assert listed(api, {"experiment_id": experiment}) == {"views": []}


def test_an_experiment_opens_with_its_default(api, experiment):
    scope = {"experiment_id": experiment}
    first, second = create(api, scope)["view_id"], create(api, scope)["view_id"]
    for view in (first, second):
        api.post(VIEWS + "set-default", {**scope, "view_id": view}).ok()
        assert listed(api, scope)["default_view_id"] == view == tags(api, experiment)["cairn.defaultView"]
    api.post(VIEWS + "delete", {**scope, "view_id": first}).ok()
    assert listed(api, scope)["default_view_id"] == second
    api.post(VIEWS + "delete", {**scope, "view_id": second}).ok()
    assert "default_view_id" not in listed(api, scope)
    third = create(api, scope)["view_id"]
    api.post(VIEWS + "set-default", {**scope, "view_id": third}).ok()
    api.post(VIEWS + "set-default", scope).ok()
    assert "default_view_id" not in listed(api, scope)
    api.post(VIEWS + "set-default", {**scope, "view_id": first}).fails(404, UNKNOWN)
    api.post(VIEWS + "set-default", {"view_id": third}).fails(400, INVALID, missing("experiment_id"))


def test_a_long_state_becomes_a_link(api):
    state = "filter=" + "a" * 15_000
    link = api.post(VIEWS + "link", {"state": state}).ok()["view"]
    assert "name" not in link and link["state"] == state
    assert api.post(VIEWS + "link", {"state": state}).ok()["view"]["view_id"] == link["view_id"]
    assert api.post(VIEWS + "link", {"state": state + "b"}).ok()["view"]["view_id"] != link["view_id"]
    assert get(api, {}, link["view_id"]).ok()["view"]["state"] == state
    assert link["view_id"] not in ids(api, {})
    experiment = {"experiment_id": api.experiment()}
    assert get(api, experiment, link["view_id"]).ok()["view"]["state"] == state
    api.post(VIEWS + "set-default", {**experiment, "view_id": link["view_id"]}).fails(400, INVALID)
    api.post(VIEWS + "delete", {**experiment, "view_id": link["view_id"]}).fails(404, UNKNOWN)
    api.post(VIEWS + "update", {"view_id": link["view_id"], "state": "a=b"}).fails(400, INVALID, "A link stays as it is.")


def test_of_too_many_links_the_oldest_go(api, server):
    server.db.execute("DELETE FROM cairn_views")
    server.db.execute(
        "INSERT INTO cairn_views SELECT LPAD(HEX(seq), 12, '0'), NULL, 'a=b', seq, seq FROM seq_1_to_10000")
    named = create(api, {})
    link = api.post(VIEWS + "link", {"state": "a=1"}).ok()["view"]["view_id"]
    assert server.db.rows("SELECT COUNT(*), MIN(updated) FROM cairn_views WHERE name IS NULL") == [(10000, 2)]
    assert named["view_id"] in ids(api, {}) and get(api, {}, link).status == 200


def test_names_are_unique_and_views_are_bounded(api, scope):
    first, second = create(api, scope), create(api, scope)
    api.post(VIEWS + "create", {**scope, "name": first["name"]}).fails(400, TAKEN)
    api.post(VIEWS + "update", {**scope, "view_id": second["view_id"], "name": first["name"]}).fails(400, TAKEN)
    api.post(VIEWS + "update", {**scope, "view_id": first["view_id"], "name": first["name"]}).ok()
    most = 50 if scope else 200
    while len(ids(api, scope)) < most:
        create(api, scope)
    api.post(VIEWS + "create", {**scope, "name": "one more"}).fails(400, INVALID)
    api.post(VIEWS + "update", {**scope, "view_id": first["view_id"], "name": "another"}).ok()
    if not scope:
        api.server.db.execute("DELETE FROM cairn_views")


@pytest.mark.parametrize("body", [
    {"name": "n" * 101}, {"name": "  "}, {"name": "a\nb"}, {"state": "a b"}, {"state": "a#b"}, {"state": "é"},
    {"state": "a" * 16_001}, {"state": 'a="'}])
def test_what_cannot_be_is_refused(api, scope, body):
    view = create(api, scope)
    api.post(VIEWS + "create", {**scope, "name": "x", "state": "a=b", **body}).fails(400, INVALID)
    api.post(VIEWS + "update", {**scope, "view_id": view["view_id"], **body}).fails(400, INVALID)
    if "state" in body:
        api.post(VIEWS + "link", body).fails(400, INVALID)


def test_the_longest_view_there_may_be_is_a_tag(api, experiment):
    view = create(api, {"experiment_id": experiment}, "界" * 100, "a" * 16_000)
    assert get(api, {"experiment_id": experiment}, view["view_id"]).ok()["view"] == view


def test_an_experiment_that_is_not_there_has_no_views(api, experiment):
    for wrong, status, code in (("999999", 404, UNKNOWN), ("x", 400, INVALID)):
        api.get(VIEWS + "list", {"experiment_id": wrong}).fails(status, code)
        api.post(VIEWS + "create", {"experiment_id": wrong, "name": "n"}).fails(status, code)
    view = create(api, {"experiment_id": experiment})
    api.post("experiments/delete", {"experiment_id": experiment}).ok()
    assert ids(api, {"experiment_id": experiment}) == [view["view_id"]]
    api.post(VIEWS + "create", {"experiment_id": experiment, "name": "n"}).fails(400, INVALID)


def test_views_of_experiments_outlive_a_release(api, server, experiment):
    """What the tags are for: MLflow's schema holds them."""
    view = create(api, {"experiment_id": experiment})
    cairn("db", "release", "--config", server.config)
    assert server.db.rows("SHOW TABLES LIKE 'cairn%%'") == []
    cairn("db", "adopt", "--config", server.config)
    assert ids(api, {"experiment_id": experiment}) == [view["view_id"]]
    assert listed(api, {}) == {"views": []}
