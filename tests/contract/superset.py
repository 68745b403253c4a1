"""Filters that Cairn takes and the peer refuses: its superset, fcgi/search/README.md."""

import re

# No text without one of these is of the superset.
MARKS = re.compile(
    r"\(|@|\b(OR|NOT|BETWEEN|REGEXP|RLIKE)\b|\b(age|duration|experiment)\b|\b(params?|parameters?)\s*\..*?[<>=]\s*[-.0-9]",
    re.IGNORECASE | re.DOTALL,
)


def may_be_ours(text):
    return isinstance(text, str) and MARKS.search(text) is not None


# Of languages.FILTERS exactly these.
OURS = {
    ("runs", "params.p NOT LIKE '1'"), ("runs", "params.p not  like '1'"), ("runs", "params.p RLIKE '1'"), ("runs", "params.p REGEXP '1'"),
    ("runs", "run_name IN ('a')"), ("runs", "NOT(metrics.m > 0)"), ("runs", "(metrics.m > 0) AND (metrics.n > 0)"),
    ("runs", "metrics.m BETWEEN 1 AND 2"), ("runs", "params.p = '1'AND(tags.t='v')"),
    ("runs", "((((((((((((((((((((metrics.m>0))))))))))))))))))))"), ("runs", "tags.team IN ('a')"),
    ("experiments", "name IN ('a')"), ("experiments", "tags.team IN ('a')"), ("experiments", "name not like 'x'"),
}  # fmt: skip
