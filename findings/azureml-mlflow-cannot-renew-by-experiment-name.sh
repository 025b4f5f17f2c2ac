#!/usr/bin/env bash
# Where a job's experiment is known by its name alone azureml-mlflow cannot renew the job's token: it calls what is not there.
#
# Date:      2026-11-29
# Versions:  azureml-mlflow 1.62.0.post6, mlflow-skinny 3.15.0
# Guess:     MLFLOW_EXPERIMENT_NAME does in place of MLFLOW_EXPERIMENT_ID, as it does for MLflow: azureml-mlflow reads either.
# Behaviour: with a token that is good for long either does. A token is renewed in its last 95 seconds, by another route where
#            there is a name only, and for that route it reaches for a member that its client does not have: AttributeError,
#            and nothing is sent. MLflow then has no store, and each further call fails as well.
# Seen (a job of Azure ML that logs two metrics; the workspace is answered for in the process):
#   MLFLOW_EXPERIMENT_ID    7200 s  log-metric with the job's token, log-metric with the job's token
#   MLFLOW_EXPERIMENT_NAME  7200 s  log-metric with the job's token, log-metric with the job's token
#   MLFLOW_EXPERIMENT_ID      60 s  token, log-metric with the renewed token, log-metric with the renewed token
#   MLFLOW_EXPERIMENT_NAME    60 s  AttributeError: 'AzureMachineLearningWorkspaces' object has no attribute 'run', twice
#   holds: azureml-mlflow 1.62.0.post6 renews no token of a job whose experiment has a name only
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azureml-mlflow==1.62.0.post6 mlflow-skinny==3.15.0

cd "$work"
cat > job.py <<'PY'
import base64
import io
import json
import os
import sys
import time
from urllib.parse import urlsplit

import requests

experiment, seconds, before = sys.argv[1:]


def token(seconds):
    claims = json.dumps({"exp": int(time.time()) + seconds}).encode()
    return f"eyJhbGciOiJIUzI1NiJ9.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.c2ln"


names = {token(int(seconds)): "the job's token", token(86400): "the renewed token"}
job, renewed = names
WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
os.environ.update(
    {
        "MLFLOW_TRACKING_URI": f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}",
        "MLFLOW_TRACKING_TOKEN": job,
        "MLFLOW_RUN_ID": "run",
        experiment: "experiment",
        "AZUREML_CURRENT_CLOUD": "AzureCloud",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "TZ": "UTC0",
    }
)
time.tzset()
sent = []


def answer(self, method, url, headers=None, **kwargs):
    """In place of requests.Session.request: what a workspace answers."""
    what = urlsplit(url).path.split("/")[-1]
    bearer = names[headers["Authorization"].removeprefix("Bearer ")]
    sent.append(what if what == "token" else f"{what} with {bearer}")
    response = requests.Response()
    response.status_code = 200
    response.url = url
    response.headers["Content-Type"] = "application/json"
    response._content = json.dumps({"token": renewed, "expiryTimeUtc": "2099-01-01T00:00:00Z"}).encode()
    response.raw = io.BytesIO(response._content)
    response._content_consumed = True
    return response


requests.Session.request = answer
from mlflow import MlflowClient

failed = []
for step in range(2):
    try:
        MlflowClient().log_metric("run", "volume", 1.5, step=step)
    except Exception as error:
        failed.append(f"{type(error).__name__}: {error}")
seen = ", ".join(sent) if not failed else f"{failed[0]}, twice" if failed[0] == failed[1] and not sent else str((sent, failed))
print(f"{experiment:22}  {seconds:>4} s  {seen}")
if seen != before:
    sys.exit(f"changed: {before} before")
PY

check() {
  venv/bin/python job.py "$@" 2> errors.log || { tail -n 20 errors.log >&2; exit 1; }
}
kept="log-metric with the job's token"
new='log-metric with the renewed token'
check MLFLOW_EXPERIMENT_ID 7200 "$kept, $kept"
check MLFLOW_EXPERIMENT_NAME 7200 "$kept, $kept"
check MLFLOW_EXPERIMENT_ID 60 "token, $new, $new"
check MLFLOW_EXPERIMENT_NAME 60 "AttributeError: 'AzureMachineLearningWorkspaces' object has no attribute 'run', twice"
echo "holds: azureml-mlflow 1.62.0.post6 renews no token of a job whose experiment has a name only"
