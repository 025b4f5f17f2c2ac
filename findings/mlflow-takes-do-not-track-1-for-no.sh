#!/usr/bin/env bash
# Wherever it logs to, MLflow's client tells its makers of each call, and DO_NOT_TRACK=1 does not keep it from that.
#
# Date:      2026-11-29
# Versions:  mlflow-skinny 3.17.2
# Guess:     a client that is given a tracking server talks to that server. Whoever wants to be sure sets DO_NOT_TRACK=1, as the
#            convention has it.
# Behaviour: with the first metric or parameter it fetches a configuration from config.mlflow-telemetry.io, and from then on what
#            was called goes to the host that is named there: which calls, how they ended and how long they took, with versions,
#            the operating system and an id of the installation, which it keeps in the user's configuration folder. Names and
#            values that were logged are not in it. Of DO_NOT_TRACK it takes the word `true`, and 1 for no;
#            MLFLOW_DISABLE_TELEMETRY takes 1, and so does CI.
# Seen (hosts asked by a program that logs a metric and a parameter; all of them are answered for in the process):
#   nothing set                 config.mlflow-telemetry.io, tracking.example
#   told: log_metric, log_param, with coding_agent, duration_ms, environment, event_name, installation_id, is_localhost,
#     mlflow_version, operating_system, params, python_version, schema_version, session_id, source_sdk, status, timestamp_ns,
#     tracking_uri_scheme, ws_enabled
#   kept: mlflow/telemetry.json
#   DO_NOT_TRACK=1              config.mlflow-telemetry.io, tracking.example
#   DO_NOT_TRACK=true           tracking.example
#   MLFLOW_DISABLE_TELEMETRY=1  tracking.example
#   CI=1                        tracking.example
#   holds: mlflow-skinny 3.17.2 takes DO_NOT_TRACK=1 for no
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mlflow-skinny==3.17.2

cd "$work"
cat > log.py <<'PY'
import importlib.metadata
import io
import json
import pathlib
import sys
import threading
from urllib.parse import urlsplit

import requests

name, before = sys.argv[1:]
hosts = set()
told = []
asked, heard = threading.Event(), threading.Event()


def answer(self, request, **kwargs):
    """In place of requests.Session.send: what a tracking server, the host of the configuration and the one named there say."""
    host = urlsplit(request.url).hostname
    content = {}
    if host == "ingestion.example":
        told.extend(record["data"] for record in json.loads(request.body)["records"])
        heard.set()
    else:
        hosts.add(host)
    if host == "config.mlflow-telemetry.io":
        version = importlib.metadata.version("mlflow-skinny")
        content = {"mlflow_version": version, "ingestion_url": "https://ingestion.example"}
        asked.set()
    response = requests.Response()
    response.status_code = 200
    response.url = request.url
    response.request = request
    response.headers["Content-Type"] = "application/json"
    response._content = json.dumps(content).encode()
    response.raw = io.BytesIO(response._content)
    response._content_consumed = True
    return response


requests.Session.send = answer
from mlflow import MlflowClient

client = MlflowClient("https://tracking.example")
client.log_metric("run", "secret volume", 1.5)
client.log_param("run", "secret centre", "secret one")
# Of what happens in the background: as long as it takes where it is awaited, else long enough for it to show.
asked.wait(60 if "telemetry" in before else 5)
seen = ", ".join(sorted(hosts))
print(f"{name:26}  {seen}")
if seen != before:
    sys.exit(f"changed: {before} before")
if name != "nothing set":
    sys.exit()

if not heard.wait(120):
    sys.exit("changed: log_metric and log_param were told before")
events = ", ".join(record["event_name"] for record in told)
keys = ", ".join(sorted({key for record in told for key in record}))
kept = ", ".join(str(path.relative_to("home")) for path in sorted(pathlib.Path("home").rglob("*")) if path.is_file())
print(f"told: {events}, with {keys}\nkept: {kept}")
wanted = (
    "coding_agent, duration_ms, environment, event_name, installation_id, is_localhost, mlflow_version, operating_system, "
    "params, python_version, schema_version, session_id, source_sdk, status, timestamp_ns, tracking_uri_scheme, ws_enabled"
)
if (events, keys, kept) != ("log_metric, log_param", wanted, "mlflow/telemetry.json"):
    sys.exit(f"changed: log_metric, log_param, with {wanted}, and mlflow/telemetry.json before")
if "secret" in json.dumps(told):
    sys.exit("changed: no name and no value was told before")
PY

# An environment of its own: that of the caller may have such a variable.
check() {
  env -i PATH="$PATH" HOME="$work" XDG_CONFIG_HOME="$work/home" ${3:+"$3"} venv/bin/python log.py "$1" "$2" 2> errors.log ||
    { tail -n 20 errors.log >&2; exit 1; }
}
both='config.mlflow-telemetry.io, tracking.example'
check 'nothing set' "$both"
check DO_NOT_TRACK=1 "$both" DO_NOT_TRACK=1
check DO_NOT_TRACK=true tracking.example DO_NOT_TRACK=true
check MLFLOW_DISABLE_TELEMETRY=1 tracking.example MLFLOW_DISABLE_TELEMETRY=1
check CI=1 tracking.example CI=1
echo "holds: mlflow-skinny 3.17.2 takes DO_NOT_TRACK=1 for no"
