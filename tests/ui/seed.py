"""Logs what the UI tests look at, with the real client: seed.py URL. Prints the ids as JSON."""

import json
import math
import struct
import sys
import tempfile
import time
import zlib
from pathlib import Path

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput, Metric, Param, RunTag
from mlflow.tracking import MlflowClient


def png(width, height):
    """A small picture, made here so that nothing has to draw it."""
    rows = b"".join(
        b"\0" + bytes(c for x in range(width) for c in (x * 255 // width, y * 255 // height, 128))
        for y in range(height)
    )

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def curve(client, run_id, key, values, start):
    points = [Metric(key, v, start + step * 1000, step) for step, v in enumerate(values)]
    for at in range(0, len(points), 1000):
        client.log_batch(run_id, metrics=points[at : at + 1000])


def models(client):
    """A run with a data set and a logged model, and the model's files."""
    experiment = client.create_experiment("models-and-data")
    run_id = client.create_run(experiment, run_name="with-model").info.run_id
    dataset = Dataset("train", "599a6bd2", "local", '{"uri": "/data/train.csv"}',
        schema='{"mlflow_colspec": [{"type": "double", "name": "a", "required": true}, {"type": "string", "name": "b", "required": false}]}',
        profile='{"num_rows": 2, "num_elements": 4}')
    model = client.create_logged_model(experiment, name="seeded-model", source_run_id=run_id, params={"alpha": "1"}, tags={"team": "x"}, model_type="classifier")
    client.log_inputs(run_id, datasets=[DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, step=3)])
    client.log_metric(run_id, "val/acc", 0.9, step=3, model_id=model.model_id)
    with tempfile.TemporaryDirectory() as d:
        Path(d, "MLmodel").write_text("flavors: {}\n")
        client.log_model_artifacts(model.model_id, d)
    client.finalize_logged_model(model.model_id, "READY")
    client.set_terminated(run_id)
    return {"experiment": experiment, "run": run_id, "model": model.model_id}


def main(url):
    mlflow.set_tracking_uri(url)
    client = MlflowClient(url)
    ids = {"url": url}

    # The script of the product's reference documents, as it stands there.
    mlflow.set_experiment("check-localhost-connection")
    with mlflow.start_run() as run:
        mlflow.log_metric("foo", 1)
        mlflow.log_metric("bar", 2)
    ids["check"] = {
        "experiment": run.info.experiment_id, "run": run.info.run_id, "name": run.info.run_name, "title": "check-localhost-connection",
    }

    title = "画像分類 vision/été"
    experiment = client.create_experiment(title, tags={"team": "視覚", "mlflow.note.content": "# Goal\nTell *cats* from dogs."})
    now = int(time.time() * 1000)
    runs = []
    for i, (lr, optimizer) in enumerate([(0.1, "sgd"), (0.01, "adam"), (0.001, "adam")]):
        start = now - (4 - i) * 600_000
        run = client.create_run(experiment, start_time=start, run_name=f"trial-{i}", tags={"stage": "demo", "担当": "花子"})
        run_id = run.info.run_id
        client.log_batch(
            run_id,
            params=[Param("lr", str(lr)), Param("optimizer", optimizer), Param("epochs", "40"), Param("モデル", "ResNet-50")],
            tags=[RunTag("mlflow.user", "hanako"), RunTag("mlflow.source.name", "train.py")],
        )
        curve(client, run_id, "train/loss", [math.exp(-step / (10 + 5 * i)) + 0.02 * math.sin(step) + 0.05 for step in range(200)], start)
        curve(client, run_id, "val/accuracy", [1 - math.exp(-step / (20 + 5 * i)) for step in range(200)], start)
        curve(client, run_id, "精度", [0.5 + 0.1 * i], start)
        curve(client, run_id, "system/cpu_utilization_percentage", [40 + 20 * math.sin(step / 5) for step in range(60)], start)
        client.set_terminated(run_id, status=["FINISHED", "FAILED", "FINISHED"][i], end_time=start + 200_000)
        runs.append(run_id)

    full = runs[2]
    curve(client, full, "odd/values", [1.0, float("nan"), 3.0, float("inf"), -2.0, 0.0, 5.0], now)
    curve(client, full, "long/curve", [math.sin(step / 300) for step in range(3000)], now - 3_000_000)
    client.set_tag(full, "mlflow.note.content", "Best so far. **Keep.**\n\n- [plan](https://example.invalid/plan)\n- ![pic](https://example.invalid/p.png)\n\n<script>window.harm = 1</script>\n<img src=x onerror='window.harm = 3' alt='harmless'> <b style='color: red' onclick='window.harm = 4'>kept once=1</b>")
    client.log_text(full, "line one\nline two\n日本語の行\n", "notes/hello.txt")
    client.log_text(full, "# Report\n\nAll *good*.\n", "notes/report.md")
    client.log_dict(full, {"alpha": 1, "nested": {"list": [1, 2, 3]}}, "config.json")
    client.log_text(full, 'step,loss,remark\n1,0.5,"a, b"\n2,0.25,"say ""hi"""\n', "tables/history.csv")
    client.log_text(full, "<h1>not run</h1><script>window.harm = 2</script>", "page.html")
    client.log_text(full, "0123456789abcdef" * 131072, "big.log")
    with tempfile.TemporaryDirectory() as d:
        picture = Path(d, "gradient.png")
        picture.write_bytes(png(64, 40))
        client.log_artifact(full, str(picture), "images")
        binary = Path(d, "weights.bin")
        binary.write_bytes(bytes(range(256)) * 16)
        client.log_artifact(full, str(binary))
        named = Path(d, "結果 + 100%.txt")
        named.write_text("unicode name\n", encoding="utf-8")
        client.log_artifact(full, str(named), "フォルダ")

    child = client.create_run(experiment, start_time=now - 1000, run_name="child-of-trial", tags={"mlflow.parentRunId": full})
    client.log_metric(child.info.run_id, "train/loss", 0.5, step=1)
    running = client.create_run(experiment, start_time=now - 5000, run_name="still-running")
    client.log_metric(running.info.run_id, "train/loss", 0.9, timestamp=now, step=0)
    deleted = client.create_run(experiment, start_time=now - 900_000, run_name="thrown-away")
    client.delete_run(deleted.info.run_id)
    many = client.create_experiment("many-runs")
    for i in range(120):
        client.create_run(many, start_time=now - i * 1000, run_name=f"row-{i:03d}")
    ids["vision"] = {
        "experiment": experiment, "title": title, "runs": runs, "full": full, "child": child.info.run_id,
        "running": running.info.run_id, "deleted": deleted.info.run_id,
    }
    ids["models"] = models(client)
    ids["many"] = {"experiment": many}
    ids["empty"] = {"experiment": client.create_experiment("nothing-here")}
    print(json.dumps(ids))


if __name__ == "__main__":
    main(sys.argv[1])
