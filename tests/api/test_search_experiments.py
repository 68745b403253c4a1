"""experiments/search, by GET and by POST: filter, order, pages."""

import re
import time

import pytest

from harness.api import unique, wrong

INVALID = "INVALID_PARAMETER_VALUE"
KEYS = ("experiment_id", "name", "creation_time", "last_update_time")


class Data:
    pass


@pytest.fixture(scope="module")
def data(api):
    """Experiments a, b, C, d whose names share a prefix; x is deleted."""
    d = Data()
    d.prefix = unique("s")
    d.ids = {}
    for name in "abCdx":
        d.ids[name] = api.experiment(name=f"{d.prefix}/{name}", tags=[{"key": "n", "value": name}])
        time.sleep(0.003)  # each is younger than the one before
    api.post("experiments/set-experiment-tag", {"experiment_id": d.ids["b"], "key": "a b", "value": "it's"}).ok()
    api.post("experiments/delete", {"experiment_id": d.ids["x"]}).ok()
    d.created = {n: api.get_experiment(i)["creation_time"] for n, i in d.ids.items()}
    return d


def names(reply):
    return "".join(e["name"][-1] for e in reply.ok().get("experiments", []))


def search(api, data, text="", **body):
    """Only among the experiments of this module."""
    own = f"name LIKE '{data.prefix}%'"
    return api.post("experiments/search", {"max_results": 100, "filter": f"{own} AND {text}" if text else own, **body})


def test_the_newest_come_first(api, data):
    assert names(search(api, data)) == "dCba"


def test_get_and_post_are_the_same(api, data):
    query = {"max_results": 2, "filter": f"name LIKE '{data.prefix}%'", "order_by": ["name DESC"], "view_type": "ALL"}
    assert api.get("experiments/search", query).ok() == api.post("experiments/search", query).ok()


def test_a_found_experiment_is_whole(api, data):
    (found,) = search(api, data, "tags.n = 'b'").ok()["experiments"]
    assert found == api.get_experiment(data.ids["b"])
    assert found["tags"] == [{"key": "a b", "value": "it's"}, {"key": "n", "value": "b"}]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name LIKE '%/b'", "b"),
        ("name LIKE '%/c'", ""),
        ("name ILIKE '%/c'", "C"),
        ("attribute.name LIKE '%/a'", "a"),
        ("name != 'zz'", "dCba"),
        ("tags.n = 'a'", "a"),
        ("tag.n = 'a'", "a"),
        ("tags.`n` = 'a'", "a"),
        ("tags.n = 'c'", ""),
        ("tags.n ILIKE 'c'", "C"),
        ("tags.n LIKE '%'", "dCba"),
        ("tags.n != 'a'", "dCb"),
        ("tags.`a b` IS NULL", "dCa"),
        ("tags.`a b` IS NOT NULL", "b"),
        ("tags.`a b` = \"it's\"", "b"),
        ("creation_time > 0", "dCba"),
        ("creation_time < 1000", ""),
        ("last_update_time >= 1", "dCba"),
        ("tags.n = 'a' AND creation_time > 0 AND name LIKE '%/a'", "a"),
        ("tags.n = 'a' AND tags.n = 'b'", ""),
    ],
)
def test_a_filter_finds(api, data, text, found):
    assert names(search(api, data, text)) == found


def test_filters_with_values_of_this_test(api, data):
    assert names(search(api, data, f"name = '{data.prefix}/a'")) == "a"
    assert names(search(api, data, f"name = '{data.prefix}/A'")) == ""
    assert names(search(api, data, f"name != '{data.prefix}/a'")) == "dCb"
    assert names(search(api, data, f"experiment_id = '{data.ids['a']}'")) == "a"
    assert names(search(api, data, f"experiment_id != '{data.ids['a']}'")) == "dCb"
    assert names(search(api, data, f"experiment_id IN ('{data.ids['a']}', '{data.ids['b']}')")) == "ba"
    assert names(search(api, data, f"experiment_id NOT IN ('{data.ids['a']}')")) == "dCb"
    assert names(search(api, data, f"creation_time = {data.created['b']}")) == "b"
    assert names(search(api, data, f"creation_time > {data.created['b']}")) == "dC"
    assert names(search(api, data, f"creation_time <= {data.created['b']}")) == "ba"


@pytest.mark.parametrize(
    ("text", "start", "members"),
    [
        ("foo = 1", "Invalid attribute key 'foo' specified. Valid keys are ", KEYS),
        ('name like "e%"', "Invalid comparator 'like' not one of ", ("!=", "LIKE", "=", "IN", "NOT IN", "ILIKE")),
        ("name ilike 'e'", "Invalid comparator 'ilike' not one of ", ("!=", "LIKE", "=", "IN", "NOT IN", "ILIKE")),
    ],
)
def test_a_refusal_names_what_there_is(api, text, start, members):
    message = api.post("experiments/search", {"max_results": 5, "filter": text}).fails(400, INVALID)["message"]
    assert message.startswith(start)
    assert set(re.findall(r"'([^'{}]+)'", message[len(start):])) == set(members)


@pytest.mark.parametrize(
    "text",
    ["name", "name = 1", "name = x", "name > 'a'", "creation_time = 'x'", "creation_time LIKE '1'", "tags.n > 'a'",
     "name = 'a' OR name = b", "(name = a)", "name = 'a';", "metrics.m > 1", "1 = 1", "  ", "tags.n IN (a)"],
)  # fmt: skip
def test_a_filter_is_refused(api, text):
    api.post("experiments/search", {"max_results": 5, "filter": text}).fails(400, INVALID)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (["name"], "abCd"),
        (["name ASC"], "abCd"),
        (["name DESC"], "dCba"),
        (["attribute.name asc"], "abCd"),
        (["creation_time"], "abCd"),
        (["creation_time DESC"], "dCba"),
        (["experiment_id DESC"], "dCba"),
        (["last_update_time ASC", "name"], "abCd"),
    ],
)
def test_an_order(api, data, order, found):
    assert names(search(api, data, order_by=order)) == found


def test_an_order_is_refused(api, data):
    message = search(api, data, order_by=["foo"]).fails(400, INVALID)["message"]
    assert message.startswith("Invalid attribute key 'foo' specified. Valid keys are ")
    assert set(re.findall(r"'([^'{}]+)'", message[50:])) == set(KEYS)
    for order in (["name FOO"], [""], ["tags.n"], ["name, creation_time"]):
        search(api, data, order_by=order).fails(400, INVALID)


def test_the_view(api, data):
    views = {None: "dCba", "ACTIVE_ONLY": "dCba", "DELETED_ONLY": "x", "ALL": "xdCba", 1: "dCba", 2: "x", 3: "xdCba", "BOGUS": "dCba"}
    for view, found in views.items():
        more = {} if view is None else {"view_type": view}
        assert names(search(api, data, **more)) == found, view


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_pages_together_are_the_whole(api, data, size):
    pages, token = [], None
    while True:
        more = {"page_token": token} if token else {}
        page = search(api, data, max_results=size, **more)
        pages.append(names(page))
        token = page.json.get("next_page_token")
        if token is None:
            break
    assert "".join(pages) == "dCba"
    assert len(pages) == -(-4 // size)


def test_numbers_may_come_as_text(api, data):
    assert search(api, data, max_results="2").ok() == search(api, data, max_results=2).ok()
    assert search(api, data, max_results=2).ok()["next_page_token"] == "eyJvZmZzZXQiOiAyfQ=="


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"),
        ({"max_results": -1}, "Invalid value -1 for parameter 'max_results' supplied. It must be a positive integer"),
        ({"max_results": 60000}, "Invalid value 60000 for parameter 'max_results' supplied. It must be at most 50000"),
        ({"max_results": 2, "page_token": "xx"}, "Invalid page token, could not base64-decode"),
        ({"max_results": 2, "order_by": "name"}, wrong("order_by", "name", "str")),
        ({"max_results": 2, "filter": 5}, wrong("filter", 5, "int")),
        ({"max_results": "x"}, wrong("max_results", "x", "str")),
    ],
)
def test_search_refuses(api, body, message):
    api.post("experiments/search", body).fails(400, INVALID, message)


def test_a_get_without_arguments(api):
    api.get("experiments/search").fails(
        400, INVALID, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer"
    )


@pytest.mark.improves("the peer ignores what it cannot read")
@pytest.mark.parametrize("body", [{"order_by": [1]}, {"view_type": []}, {"page_token": 5}])
def test_what_cannot_be_read_is_refused(api, body):
    api.post("experiments/search", {"max_results": 2, **body}).fails(400, INVALID)
