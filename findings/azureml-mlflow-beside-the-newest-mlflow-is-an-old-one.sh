#!/usr/bin/env bash
# pip puts an old azureml-mlflow beside the newest MLflow, without a word: metrics arrive, and no artifact does.
#
# Date:      2026-11-29
# Versions:  azureml-mlflow up to 1.62.0.post6, the newest; mlflow-skinny 3.17.2 and 3.15.0
# Guess:     `pip install mlflow-skinny azureml-mlflow` brings releases that work together, or says that there are none.
# Behaviour: the releases of azureml-mlflow after 1.60.0 all have an upper bound for MLflow, which lies behind MLflow's newest.
#            1.60.0 has none, though its 1.60.0.post1 has `<3.0.0`: pip goes back to 1.60.0, and all requirements are met. That
#            logs parameters and metrics, and fails at each artifact. Beside mlflow-skinny 3.15.0 pip takes 1.62.0.post6, and
#            all is well.
# Seen (a job of Azure ML, whose workspace is answered for in the process):
#   mlflow-skinny 3.17.2: azureml-mlflow 1.60.0
#     log_metric    POST runs/log-metric
#     log_artifact  TypeError: azureml_artifacts_builder() got an unexpected keyword argument 'tracking_uri'
#   mlflow-skinny 3.15.0: azureml-mlflow 1.62.0.post6
#     log_metric    POST runs/log-metric
#     log_artifact  POST batch/metadata, PUT report/index.html
#   holds: beside mlflow-skinny 3.17.2 pip takes azureml-mlflow 1.60.0, which logs no artifact
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
cat > job.py <<'PY'
import base64
import importlib.metadata
import io
import json
import os
import pathlib
import sys
import time
from urllib.parse import urlsplit

import requests

WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
claims = base64.urlsafe_b64encode(json.dumps({"exp": int(time.time()) + 7200}).encode()).decode().rstrip("=")
os.environ.update(
    MLFLOW_TRACKING_URI=f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}",
    MLFLOW_TRACKING_TOKEN=f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2ln",
    MLFLOW_RUN_ID="run",
    MLFLOW_EXPERIMENT_ID="experiment",
    AZUREML_CURRENT_CLOUD="AzureCloud",
    MLFLOW_DISABLE_TELEMETRY="true",
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
)
ROOT = "azureml://experiments/experiment/runs/run/artifacts"
INFO = {"run_id": "run", "run_uuid": "run", "experiment_id": "experiment", "status": "RUNNING", "artifact_uri": ROOT}
PLACE = "report/index.html"
CONTENT = {PLACE: {"contentUri": f"https://account.blob.core.windows.net/container/{PLACE}?sig=s"}}
sent = []


def answer(self, method, url, **kwargs):
    """In place of requests.Session.request: what a workspace and its storage answer."""
    path = urlsplit(url).path
    if not path.endswith("runs/get"):
        sent.append(f"{method.upper()} {'/'.join(path.split('/')[-2:])}")
    response = requests.Response()
    response.status_code = 201 if method.upper() == "PUT" else 200
    response.url = url
    response.headers["Content-Type"] = "application/json"
    response._content = json.dumps({"run": {"info": INFO, "data": {}}, "artifactContentInformation": CONTENT}).encode()
    response.raw = io.BytesIO(response._content)
    response._content_consumed = True
    return response


requests.Session.request = answer
from mlflow import MlflowClient

pathlib.Path("index.html").write_text("<p>report</p>")
client = MlflowClient()
calls = {
    "log_metric": lambda: client.log_metric("run", "volume", 1.5),
    "log_artifact": lambda: client.log_artifact("run", "index.html", "report"),
}
mlflow, wanted, *before = sys.argv[1:]
plugin = importlib.metadata.version("azureml-mlflow")
print(f"mlflow-skinny {mlflow}: azureml-mlflow {plugin}")
if plugin != wanted:
    sys.exit(f"changed: {wanted} before")
for (name, call), was in zip(calls.items(), before, strict=True):
    sent.clear()
    try:
        call()
        seen = ", ".join(sent)
    except Exception as error:
        seen = f"{type(error).__name__}: {error}"
    print(f"  {name:12}  {seen}")
    if seen != was:
        sys.exit(f"changed: {was} before")
PY

check() {
  python3 -m venv "venv-$1"
  "venv-$1/bin/pip" install --quiet --disable-pip-version-check "mlflow-skinny==$1" 'azureml-mlflow<=1.62.0.post6'
  "venv-$1/bin/python" job.py "$@" 2> errors.log || { tail -n 20 errors.log >&2; exit 1; }
}
check 3.17.2 1.60.0 'POST runs/log-metric' \
  "TypeError: azureml_artifacts_builder() got an unexpected keyword argument 'tracking_uri'"
check 3.15.0 1.62.0.post6 'POST runs/log-metric' 'POST batch/metadata, PUT report/index.html'
echo "holds: beside mlflow-skinny 3.17.2 pip takes azureml-mlflow 1.60.0, which logs no artifact"
