"""Where Cairn's reply may differ from the peer's, and why."""

import re
from dataclasses import dataclass
from typing import Callable

from superset import may_be_ours


@dataclass
class Rule:
    reason: str
    covers: Callable  # (step, their reply, our reply) -> bool


def body(reply):
    return reply["body"] if isinstance(reply["body"], dict) else {}


def message(reply):
    return body(reply).get("message", "")


def code(reply):
    return body(reply).get("error_code")


def same_status(theirs, ours):
    return theirs["status"] == ours["status"]


def only_the_message(theirs, ours):
    """Both are errors of one kind, told in other words."""
    rest = [{k: v for k, v in body(r).items() if k != "message"} for r in (theirs, ours)]
    return theirs["status"] == ours["status"] >= 400 and rest[0] == rest[1]


def only(theirs, ours, *keys):
    return {k: v for k, v in theirs.items() if k not in keys} == {k: v for k, v in ours.items() if k not in keys}


def route(step):
    return step[1]


def sent(step):
    return step[2] if isinstance(step[2], dict) else {}


MISSING = re.compile(r"^Missing value for required parameter '(\w+)'")


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def is_artifact(step):
    return route(step).startswith("/api/2.0/mlflow-artifacts/artifacts")


ACCEPTED = [
    # -- errors
    Rule(
        "The peer tells the client its SQL.",
        lambda step, theirs, ours: only_the_message(theirs, ours) and "[SQL: " in message(theirs),
    ),
    Rule(
        "The peer fails with 500, which its client retries for minutes; Cairn says what is wrong, or takes null as absent.",
        lambda step, theirs, ours: theirs["status"] == 500 and ours["status"] in (200, 400) and code(ours) != "INTERNAL_ERROR",
    ),
    Rule(
        "The peer tells an unknown address or a wrong method in HTML; Cairn in JSON, as everything under the API.",
        lambda step, theirs, ours: same_status(theirs, ours)
        and theirs["status"] in (404, 405)
        and theirs["type"] == "text/html"
        and code(ours) in ("ENDPOINT_NOT_FOUND", "NOT_FOUND"),
    ),
    Rule(
        "The peer keeps a NUL within a text; Cairn has none, as nothing that prints or files names has.",
        lambda step, theirs, ours: "\\u0000" in message(ours) and "Hint: Value was of type 'str'" in message(ours),
    ),
    Rule(
        "The peer reads camelCase, but looks for what must be there in the other spelling only; Cairn takes either.",
        lambda step, theirs, ours: ours["status"] == 200
        and (named := MISSING.search(message(theirs))) is not None
        and camel(named[1]) in sent(step),
    ),
    Rule(
        "The peer cannot read a value, keeps 0 or nothing in its place and says 200; Cairn refuses.",
        lambda step, theirs, ours: theirs["status"] == 200
        and code(ours) == "INVALID_PARAMETER_VALUE"
        and ("Hint: Value was of type" in message(ours) or "Missing value for required parameter" in message(ours))
        and route(step).startswith(("runs/", "experiments/search")),
    ),
    Rule(
        "Slashes that follow each other: the peer sends the client on with a 308, Cairn answers at once.",
        lambda step, theirs, ours: "//" in route(step) and theirs["status"] == 308 and ours["status"] in (200, 400),
    ),
    # -- experiments
    Rule(
        "The peer names an environment variable of its own that would allow the scheme.",
        lambda step, theirs, ours: only_the_message(theirs, ours)
        and "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES" in message(theirs)
        and message(theirs).startswith(message(ours)),
    ),
    Rule(
        "The peer sees params only in the last segment of a location (CVE-2024-1593); Cairn in any.",
        lambda step, theirs, ours: sent(step).get("artifact_location") == "s3://b/p;x" and code(ours) == "INVALID_PARAMETER_VALUE",
    ),
    Rule(
        "The peer keeps locations that climb out of where they begin; Cairn refuses '..' in every stored location.",
        lambda step, theirs, ours: "/../" in str(sent(step).get("artifact_location"))
        and theirs["status"] == 200
        and message(ours) == "'artifact_location' URL can't include '..'.",
    ),
    Rule(
        "Python reads digits of every script; ids are ASCII digits here.",
        lambda step, theirs, ours: sent(step).get("experiment_id") == "٣" and code(ours) == "INVALID_PARAMETER_VALUE",
    ),
    # -- runs
    Rule(
        "The peer looks for the run '' when delete or restore get run_uuid only; Cairn says that run_id is missing.",
        lambda step, theirs, ours: route(step) in ("runs/delete", "runs/restore")
        and message(theirs) == "Run with id= not found"
        and message(ours).startswith("Missing value for required parameter 'run_id'."),
    ),
    Rule(
        "A number beyond the doubles: the peer's driver refuses it as bad SQL, Cairn as a bad value.",
        lambda step, theirs, ours: "1e400" in sent(step).get("filter", "") and code(ours) == "INVALID_PARAMETER_VALUE",
    ),
    Rule(
        "Filters have more in Cairn: OR, NOT, parentheses, REGEXP, BETWEEN, numbers of params, lists for all texts.",
        lambda step, theirs, ours: route(step).endswith(("runs/search", "experiments/search"))
        and (theirs["status"], ours["status"]) == (400, 200)
        and may_be_ours(sent(step).get("filter")),
    ),
    # -- datasets and logged models
    Rule(
        "What is no list of experiments is named as such; the peer reads it as none.",
        lambda step, theirs, ours: route(step).endswith("search-datasets") and only_the_message(theirs, ours),
    ),
    Rule(
        "The peer has an error class of its own for an unknown column of this order, which no client reads.",
        lambda step, theirs, ours: route(step) == "logged-models/search"
        and body(theirs).get("error_class") == "ATTRIBUTE_NOT_FOUND"
        and only(body(theirs), body(ours), "error_class", "sqlstate"),
    ),
    Rule(
        "The peer tells what Python's JSON reader said of a page token.",
        lambda step, theirs, ours: only_the_message(theirs, ours)
        and message(ours).startswith("Invalid page token: ")
        and message(theirs).startswith(message(ours)),
    ),
    # -- reading
    Rule(
        "What Cairn cannot do it does not promise: the gateway. On a local disk it has multipart uploads.",
        lambda step, theirs, ours: route(step).endswith("server-info")
        and only(body(theirs), body(ours), "features_enabled", "multipart_uploads_enabled"),
    ),
    Rule(
        "The peer has no multipart uploads on a local disk.",
        lambda step, theirs, ours: route(step).startswith("/api/2.0/mlflow-artifacts/mpu/")
        and theirs["status"] == 501
        and message(theirs) == "Multipart upload is not supported for the current artifact repository",
    ),
    Rule(
        "A content type without a text is none.",
        lambda step, theirs, ours: step[3].get("headers") == {"Content-Type": ""} and only_the_message(theirs, ours),
    ),
    Rule(
        "OPTIONS is answered by nginx, for all routes alike; the right methods are told with a 405.",
        lambda step, theirs, ours: step[0] == "OPTIONS" and same_status(theirs, ours) and set(theirs["Allow"]) <= set(ours["Allow"]),
    ),
    # -- artifacts
    Rule(
        "The reply to a PUT is empty; its type means nothing.",
        lambda step, theirs, ours: step[0] == "PUT" and only(theirs, ours, "type") and theirs["body"] == ours["body"] == "",
    ),
    Rule(
        "The peer's artifact routes tell an error as {\"detail\": …}; Cairn as everywhere.",
        lambda step, theirs, ours: is_artifact(step)
        and same_status(theirs, ours)
        and set(body(theirs)) == {"detail"}
        and code(ours) == "INVALID_PARAMETER_VALUE"
        and message(ours) in (body(theirs)["detail"], "Invalid path"),
    ),
    Rule(
        "A path with an empty or a '.' segment, or a NUL, is refused before anything is looked up.",
        lambda step, theirs, ours: is_artifact(step)
        and ours["status"] == 400
        and any(part in route(step) + "?" + sent(step).get("path", "") for part in ("//", "/./", "%00")),
    ),
    Rule(
        "Ranges are nginx's: 416 with the size, parts with boundaries of their own, unknown units ignored.",
        lambda step, theirs, ours: "Range" in step[3].get("headers", {})
        and (only(theirs, ours, "Accept-Ranges", "body") or {theirs["status"], ours["status"]} <= {200, 400, 416}),
    ),
]
