#!/usr/bin/env bash
# azureml-mlflow takes the local time at which a job's token ends for UTC: east of Greenwich it is renewed hours too late.
#
# Date:      2026-11-29
# Versions:  azureml-mlflow 1.62.0.post6, mlflow-skinny 3.15.0
# Guess:     the `exp` of the job's token counts seconds since 1970, in UTC. A token that is about to end, or has ended, is
#            renewed before it is used, whatever the time zone of the image.
# Behaviour: `exp` becomes a local time without a zone, which is then read as UTC. In an image whose TZ is an hour east (a
#            Dockerfile that says TZ=Europe/Berlin, in winter) a token that ended half an hour ago is sent on, for a server to
#            refuse; to the west one that is good for two hours is renewed already. In UTC, the default of most images, nothing
#            shows. Of the tokens that it renews itself it has the right time.
# Seen (a job of Azure ML that logs a metric; the workspace is answered for in the process):
#   TZ      zone   the token ends    requests
#   UTC0    UTC    in 120 minutes    log-metric with the job's token
#   UTC0    UTC    30 minutes ago    token, log-metric with the renewed token
#   CET-1   UTC+1  in 1 minute       log-metric with the job's token
#   CET-1   UTC+1  30 minutes ago    log-metric with the job's token
#   CET-1   UTC+1  90 minutes ago    token, log-metric with the renewed token
#   EST5    UTC-5  in 120 minutes    token, log-metric with the renewed token
#   holds: azureml-mlflow 1.62.0.post6 renews a job's token by local time taken for UTC
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

zone, offset, minutes, before = sys.argv[1:]


def token(minutes):
    claims = json.dumps({"exp": int(time.time()) + 60 * minutes}).encode()
    return f"eyJhbGciOiJIUzI1NiJ9.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.c2ln"


names = {token(int(minutes)): "the job's token", token(6000): "the renewed token"}
job, renewed = names
WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
os.environ.update(
    MLFLOW_TRACKING_URI=f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}",
    MLFLOW_TRACKING_TOKEN=job,
    MLFLOW_RUN_ID="run",
    MLFLOW_EXPERIMENT_ID="experiment",
    AZUREML_CURRENT_CLOUD="AzureCloud",
    MLFLOW_DISABLE_TELEMETRY="true",
    MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    TZ=zone,
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

MlflowClient().log_metric("run", "volume", 1.5)
seen = ", ".join(sent)
end = f"{minutes.lstrip('-')} minutes ago" if minutes.startswith("-") else f"in {minutes} minute{'s' * (minutes != '1')}"
print(f"{zone:6}  {offset:5}  {end:16}  {seen}")
if seen != before:
    sys.exit(f"changed: {before} before")
PY

check() {
  venv/bin/python job.py "$@" 2> errors.log || { tail -n 20 errors.log >&2; exit 1; }
}
kept="log-metric with the job's token"
new='token, log-metric with the renewed token'
echo 'TZ      zone   the token ends    requests'
check UTC0 UTC 120 "$kept"
check UTC0 UTC -30 "$new"
check CET-1 UTC+1 1 "$kept"
check CET-1 UTC+1 -30 "$kept"
check CET-1 UTC+1 -90 "$new"
check EST5 UTC-5 120 "$new"
echo "holds: azureml-mlflow 1.62.0.post6 renews a job's token by local time taken for UTC"
