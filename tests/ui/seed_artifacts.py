"""Logs files of every kind that the UI looks into, good and hostile, with the real client: seed_artifacts.py URL. Prints ids as JSON."""

import io
import json
import struct
import sys
import tempfile
import time
import wave
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from mlflow.models import infer_signature
from mlflow.tracking import MlflowClient
from PIL import Image

# Each of these sets a variable of the page when it runs.
HARM = "<script>top.harm = 1; parent.harm = 1; window.harm = 1</script><img src=x onerror='top.harm = 2'>"
EVIL_NAME = "<img src=x onerror=window.harm=3>.txt"
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 20 100 Td (Cairn report) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input["x"] * 2


def picture(seed, size=(48, 32)):
    x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    return np.stack([(x * 5 + seed * 40) % 256, (y * 8) % 256, np.full_like(x, seed * 60 % 256)], axis=-1).astype(np.uint8)


def safetensors(tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, array in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.astype("<f4").tobytes()
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def notebook():
    png = io.BytesIO()
    Image.fromarray(picture(3)).save(png, "PNG")
    import base64

    output = lambda kind, **data: {"output_type": kind, "metadata": {}, **data}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"language_info": {"name": "python"}},
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Study of losses\n", "All *well*. ", HARM]},
            {
                "cell_type": "code", "execution_count": 7, "metadata": {}, "source": "print('loss', 0.25)",
                "outputs": [
                    output("stream", name="stdout", text=["loss 0.25\n"]),
                    output("display_data", data={"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": "<Figure>"}),
                    output("execute_result", execution_count=7, data={"text/html": HARM + "<table><tr><td>cell of a frame</td></tr></table>", "text/plain": "a frame as text"}),
                    output("error", ename="ValueError", evalue="wrong shape", traceback=["\u001b[0;31mValueError\u001b[0m: wrong shape"]),
                    output("display_data", data={"application/javascript": "window.harm = 4", "image/svg+xml": "<svg onload='window.harm=5' xmlns='http://www.w3.org/2000/svg'/>"}),
                ],
            },
        ],
    }


def files(root):
    def write(path, data):
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())

    write("notes/plan.txt", "first line\nsecond line\n日本語の行\n")
    write("notes/deep/er/leaf.txt", "deep\n")
    write("notes/README", "a text without an ending\n")
    write("train.log", "".join(f"{i:07d} step {i} loss {1 / (i + 1):.5f}\n" for i in range(40_000)))
    write("config.json", json.dumps({"alpha": 1, "nested": {"list": [1, 2, {"deep": True}]}, "名前": "値", "none": None}))
    write("conf.yaml", "lr: 0.1\nlayers:\n  - 64\n  - 32\nname: 'a: b'\n")
    frame = pd.DataFrame({"step": range(3000), "loss": np.linspace(1, 0, 3000), "name": [f"row {i % 7}, \"q\"" for i in range(3000)]})
    write("tables/history.csv", frame.to_csv(index=False))
    write("tables/history.tsv", frame.head(5).to_csv(index=False, sep="\t"))
    table = pa.table({
        "id": pa.array(range(20_000), pa.int64()), "score": pa.array(np.linspace(0, 1, 20_000)), "label": [f"class-{i % 5}" for i in range(20_000)],
        "when": pa.array([1_700_000_000_000 + i for i in range(20_000)], pa.timestamp("ms")), "parts": [[i, i + 1] for i in range(20_000)],
    })
    (root / "codecs").mkdir(parents=True)
    pq.write_table(table, root / "tables" / "scores.parquet", row_group_size=4000, compression="snappy")
    for codec in ("none", "gzip", "zstd", "brotli", "lz4"):
        for version in ("1.0", "2.0"):
            small = table.slice(0, 6000)
            pq.write_table(small, root / "codecs" / f"{codec}-{version[0]}.parquet", row_group_size=4000, compression=codec, data_page_version=version)
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((3, 4), dtype="<f4"))
    write("arrays/weights.npy", buffer.getvalue())
    buffer = io.BytesIO()
    np.savez(buffer, first=np.zeros((2, 3)), second=np.arange(5, dtype=np.int16))
    write("arrays/pack.npz", buffer.getvalue())
    buffer = io.BytesIO()
    np.savez_compressed(buffer, third=np.zeros((7, 8, 9), dtype=np.uint8))
    write("arrays/packed.npz", buffer.getvalue())
    write("arrays/model.safetensors", safetensors({"layer.weight": np.zeros((8, 4)), "layer.bias": np.zeros(8)}))
    write("arrays/blob.bin", bytes(range(256)) * 40)
    write("media/report.pdf", PDF)
    sound = io.BytesIO()
    with wave.open(sound, "wb") as w:
        w.setparams((1, 2, 8000, 0, "NONE", ""))
        w.writeframes((np.sin(np.arange(8000) / 5) * 8000).astype("<i2").tobytes())
    write("media/tone.wav", sound.getvalue())
    write("media/place.geojson", json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "Tokyo"}, "geometry": {"type": "Point", "coordinates": [139.7, 35.7]}},
        {"type": "Feature", "properties": {"name": "box"}, "geometry": {"type": "Polygon", "coordinates": [[[130, 30], [145, 30], [145, 45], [130, 45], [130, 30]]]}},
    ]}))
    write("study.ipynb", json.dumps(notebook()))
    write("hostile/page.html", f"<h1 id=title>A report</h1><style>h1 {{ color: rgb(1, 2, 3) }}</style><script>window.ran = 1</script><script src='beside.js'></script>{HARM}<a href='https://example.invalid/'>away</a><img src='../media/dot.png' alt=dot>"
          "<meta http-equiv=refresh content='0; url=https://example.invalid/'>")
    write("hostile/beside.js", "window.beside = window.ran + 1")
    write("hostile/drawing.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30' onload='top.harm = 6'><script>top.harm = 7</script><rect width='40' height='30' fill='teal'/></svg>")
    write("hostile/" + EVIL_NAME, "named to harm\n")
    write("hostile/report.md", f"# Title\n\n{HARM}\n\n[x](javascript:window.harm=8)\n")
    write("hostile/broken.parquet", b"PAR1" + b"\0" * 64 + struct.pack("<I", 2_000_000_000) + b"PAR1")
    write("hostile/MLmodel", "flavors:\n  python_function:\n    loader_module: <img src=x onerror=window.harm=9>\nmodel_uuid: <script>window.harm=10</script>\n")
    Image.fromarray(picture(1, (8, 8))).save(root / "media" / "dot.png")


def main(url):
    mlflow.set_tracking_uri(url)
    client = MlflowClient(url)
    experiment = client.create_experiment(f"files of all kinds {time.time_ns()}")
    mlflow.set_experiment(experiment_id=experiment)
    runs = []
    for i in range(2):
        run = client.create_run(experiment, run_name=f"with-files-{i}")
        runs.append(run.info.run_id)
        for step in (0, 10, 20) if i == 0 else (0, 12):
            client.log_image(run.info.run_id, picture(step // 10), key="val/sample", step=step, synchronous=True)
        client.log_image(run.info.run_id, picture(9), key="confusion", step=1, synchronous=True)
    with tempfile.TemporaryDirectory() as d:
        files(Path(d))
        client.log_artifacts(runs[0], d)
    client.log_text(runs[1], "of the other run\n", "notes/plan.txt")
    with mlflow.start_run(run_id=runs[0]):
        x = pd.DataFrame({"x": [1.0, 2.0]})
        model = mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), signature=infer_signature(x, x["x"] * 2), input_example=x, pip_requirements=["mlflow"])
    many = client.create_run(experiment, run_name="many-files")
    with tempfile.TemporaryDirectory() as d:
        for i in range(1500):
            Path(d, f"part-{i:05d}.txt").write_text(f"{i}\n")
        client.log_artifacts(many.info.run_id, d, "parts")
    print(json.dumps({"experiment": experiment, "runs": runs, "many": many.info.run_id, "model": model.model_id, "evil": EVIL_NAME}))


if __name__ == "__main__":
    main(sys.argv[1])
