"""/graphql: the documents that MLflow's own page sends, and what bounds them."""

import pytest

GET_EXPERIMENT = """
query MlflowGetExperimentQuery($input: MlflowGetExperimentInput!) @component(name: "MLflow.ExperimentRunTracking") {
  mlflowGetExperiment(input: $input) {
    __typename
    apiError { __typename code message }
    experiment {
      __typename artifactLocation creationTime effectiveTraceArchivalRetention experimentId lastUpdateTime lifecycleStage name
      tags { __typename key value }
    }
  }
}
"""

RUN = """
  info { __typename runName status runUuid experimentId artifactUri endTime lifecycleStage startTime userId }
  experiment { __typename experimentId name tags { key value } artifactLocation lifecycleStage lastUpdateTime }
  modelVersions { status version name source }
  data { __typename metrics { __typename key value step timestamp } params { __typename key value } tags { key value __typename } }
  inputs {
    __typename
    datasetInputs { dataset { digest name profile schema source sourceType } tags { key value } }
    modelInputs { modelId }
  }
  outputs { __typename modelOutputs { modelId step } }
"""

GET_RUN = (
    """
query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
  mlflowGetRun(input: $data) { apiError { helpUrl code message } run { __typename %s } __typename }
}
"""
    % RUN
)

SEARCH_RUNS = (
    """
query SearchRuns($data: MlflowSearchRunsInput!) {
  mlflowSearchRuns(input: $data) { apiError { helpUrl code message } runs { %s } }
}
"""
    % RUN
)

HISTORY = """
query GetMetricHistoryBulkInterval($data: MlflowGetMetricHistoryBulkIntervalInput!) @component(name: "x") {
  mlflowGetMetricHistoryBulkInterval(input: $data) {
    __typename
    metrics { timestamp step runId key value }
    apiError { code message }
  }
}
"""


def ask(api, query, variables=None, **more):
    reply = api.request("POST", "/graphql", json={"query": query, "variables": variables, **more})
    assert reply.status == 200, str(reply)
    return reply.json


def test_the_experiment_of_a_page(api, experiment):
    api.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "k", "value": "é"}).ok()
    answer = ask(api, GET_EXPERIMENT, {"input": {"experimentId": experiment}}, operationName="MlflowGetExperimentQuery")
    rest = api.get_experiment(experiment)
    assert answer == {
        "data": {
            "mlflowGetExperiment": {
                "__typename": "MlflowGetExperimentResponse",
                "apiError": None,
                "experiment": {
                    "__typename": "MlflowExperiment",
                    "artifactLocation": rest["artifact_location"],
                    "creationTime": str(rest["creation_time"]),
                    "effectiveTraceArchivalRetention": "",
                    "experimentId": experiment,
                    "lastUpdateTime": str(rest["last_update_time"]),
                    "lifecycleStage": "active",
                    "name": rest["name"],
                    "tags": [{"__typename": "MlflowExperimentTag", "key": "k", "value": "é"}],
                },
            }
        },
        "errors": None,
    }


@pytest.fixture
def logged(api, experiment):
    run = api.run(experiment, run_name="named", start_time=5)
    api.post(
        "runs/log-batch",
        {
            "run_id": run,
            "metrics": [{"key": "m", "value": 0.5, "timestamp": 7, "step": 3}, {"key": "n", "value": "NaN", "timestamp": 7, "step": 0}],
            "params": [{"key": "p", "value": "1"}],
        },
    ).ok()
    return run


def check_run(run, run_id, experiment):
    assert run["info"]["runUuid"] == run_id
    assert (run["info"]["status"], run["info"]["endTime"], run["info"]["startTime"]) == ("RUNNING", "0", "5")
    assert run["experiment"]["experimentId"] == experiment
    assert run["modelVersions"] == []
    assert [(m["key"], m["value"], m["step"], m["timestamp"]) for m in run["data"]["metrics"]] == [
        ("m", 0.5, "3", "7"),
        ("n", None, "0", "7"),
    ]
    assert run["data"]["metrics"][0]["__typename"] == "MlflowMetricExtension"
    assert run["data"]["params"] == [{"__typename": "MlflowParam", "key": "p", "value": "1"}]
    assert run["inputs"] == {"__typename": "MlflowRunInputs", "datasetInputs": [], "modelInputs": []}
    assert run["outputs"] == {"__typename": "MlflowRunOutputs", "modelOutputs": []}


def test_the_run_of_a_page(api, experiment, logged):
    answer = ask(api, GET_RUN, {"data": {"runId": logged}})
    assert answer["errors"] is None
    assert ask(api, GET_RUN, {"data": {"runUuid": logged}}) == answer
    run = answer["data"]["mlflowGetRun"]["run"]
    assert run["__typename"] == "MlflowRunExtension"
    check_run(run, logged, experiment)


def test_a_search(api, experiment, logged):
    answer = ask(api, SEARCH_RUNS, {"data": {"experimentIds": [experiment], "filter": "metrics.m > 0", "maxResults": 5}})
    assert answer["errors"] is None
    runs = answer["data"]["mlflowSearchRuns"]["runs"]
    assert len(runs) == 1
    check_run(runs[0], logged, experiment)


def test_a_curve(api, logged):
    answer = ask(api, HISTORY, {"data": {"runIds": [logged], "metricKey": "m", "maxResults": 320}})
    assert answer["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"] == [
        {"timestamp": "7", "step": "3", "runId": logged, "key": "m", "value": 0.5}
    ]


def test_a_failed_field_is_null_and_said(api):
    answer = ask(api, GET_RUN, {"data": {"runId": "nope"}})
    assert answer == {"data": {"mlflowGetRun": None}, "errors": ["Run with id=nope not found"]}


def test_aliases_fragments_and_literals(api, experiment):
    answer = ask(
        api,
        'query A { one: mlflowGetExperiment(input: {experimentId: "%s"}) { ...parts } test(inputString: "a\\"b") { output } }'
        " fragment parts on MlflowGetExperimentResponse { experiment { id: experimentId ... on MlflowExperiment { name } } }"
        % experiment,
    )
    assert answer["errors"] is None
    assert answer["data"]["one"]["experiment"]["id"] == experiment
    assert answer["data"]["one"]["experiment"]["name"]
    assert answer["data"]["test"] == {"output": 'a"b'}


@pytest.mark.improves("the peer does not know the two directives of the standard")
def test_include_and_skip(api):
    query = 'query($yes: Boolean!) { a: test(inputString: "x") @include(if: $yes) { output } b: test(inputString: "y") @skip(if: $yes) { output } }'
    assert ask(api, query, {"yes": True})["data"] == {"a": {"output": "x"}}
    assert ask(api, query, {"yes": False})["data"] == {"b": {"output": "y"}}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("{ nope }", "Cannot query field 'nope' on type 'Query'."),
        ('{ mlflowGetRun(input: {runId: "x"}) { run { bogus } } }', "Cannot query field 'bogus' on type 'MlflowRunExtension'."),
        ("{ " + " ".join(f'a{i}: test(inputString: "x") {{ output }}' for i in range(11)) + " }", "at most 10 root fields, got 11"),
        ("{ test { ...f } } fragment f on Test { ...missing }", "Unknown fragment 'missing'."),
        ('{ test(inputString: "x") }', "must have a selection of subfields"),
        ("{ test(nope: 1) { output } }", "Unknown argument 'nope' on field 'Query.test'."),
    ],
)
def test_what_is_not_answered(api, query, error):
    answer = ask(api, query)
    assert answer["data"] is None
    assert error in answer["errors"][0]


@pytest.mark.parametrize(
    "query",
    [
        "{ test { ...f } } fragment f on Test { ...f output }",
        "{ test " + "{ test " * 11 + "}" * 12,
        "{" + "a" * 10 + " }",
        "{ test { " + "output " * 1001 + "} }",
    ],
)
def test_costly_documents_are_refused(api, query):
    answer = ask(api, query)
    assert answer["data"] is None
    assert len(answer["errors"]) >= 1


@pytest.mark.cairn_only("the peer answers 500")
@pytest.mark.parametrize("query", ["{", "query {", "{ a(", "}", "{ a: }", "{ test(inputString: \"x) { output } }", "{" * 500, "[" * 500, ""])
def test_what_is_no_document(api, query):
    api.request("POST", "/graphql", json={"query": query}).fails(400, "INVALID_PARAMETER_VALUE")


@pytest.mark.cairn_only("the peer answers 500")
def test_no_document_at_all(api):
    api.request("POST", "/graphql", json={}).fails(400, "INVALID_PARAMETER_VALUE", "Must provide query string.")
