"""Records what azureml-mlflow sends to a workspace, and to whom: prints JSON.

Nothing leaves: requests are noted where the package hands them to `requests`, and answered here.
Golden: record_azureml_mlflow.py > test/goldens/azureml-mlflow.json (see mlflow-azureml.reference.test.ts, which compares
them, and test/mlflow/azureml.test.ts, which holds swinprep to it).
"""

import base64
import importlib.metadata
import io
import json
import os
import sys
import tempfile
import time
from urllib.parse import urlsplit

import requests

SCOPE = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws"
HOST = "westeurope.api.azureml.ms"
RUN = "convert_1"
OTHER_RUN = "by-hand_2"
# A character that a URL takes as it is and one that it does not.
EXPERIMENT = "lung %1"
STORAGE = "https://account.blob.core.windows.net/azureml/ExperimentRun/dcid." + RUN
SAS = "sv=2024-11-04&sig=secret"


def token(name: str, seconds: int) -> str:
    """A JSON Web Token without a signature that is good for so long."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"sub": name, "exp": int(time.time()) + seconds}]
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*words, "c2lnbmF0dXJl"])


NAMES: dict[str, str] = {}


def named(name: str, seconds: int) -> str:
    text = token(name, seconds)
    NAMES[text] = name
    return text


SEEN: list[dict] = []
SCOPES: list[str] = []


def answer(method: str, path: str) -> object:
    if path.endswith("/token"):
        return {"token": named("refreshed", 3600), "expiryTimeUtc": "2099-01-01T00:00:00Z"}
    if path.endswith("/artifacts/batch/metadata"):
        place = "report/index.html"
        return {"artifactContentInformation": {place: {"contentUri": f"{STORAGE}/{place}?{SAS}"}}, "errors": {}}
    if path.endswith("/runs/get"):
        info = {
            "run_id": RUN,
            "run_uuid": RUN,
            "experiment_id": "e-1",
            "status": "RUNNING",
            "artifact_uri": f"azureml://experiments/{EXPERIMENT}/runs/{RUN}/artifacts",
        }
        return {"run": {"info": info, "data": {}}}
    return {}


def send(self, method, url, **kwargs):
    headers = {name.lower(): text for name, text in (kwargs.get("headers") or {}).items()}
    split = urlsplit(url)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    data = kwargs.get("json") or kwargs.get("data")
    body = data.read() if hasattr(data, "read") else data
    if isinstance(body, bytes):
        body = body.decode()
    if isinstance(body, str) and headers.get("content-type") == "application/json":
        body = json.loads(body)
    SEEN.append(
        {
            "method": method.upper(),
            "host": f"{split.scheme}://{split.netloc}",
            "path": split.path,
            "query": kwargs.get("params") or split.query,
            "authorization": None if scheme == "" else f"{scheme} {NAMES.get(value, value)}",
            "blob_type": headers.get("x-ms-blob-type"),
            "condition": headers.get("if-none-match"),
            "body": body,
        }
    )
    response = requests.Response()
    response.status_code = 201 if method.upper() == "PUT" else 200
    response.url = url
    response.headers["Content-Type"] = "application/json"
    response.headers["x-ms-version"] = "2024-11-04"
    response._content = json.dumps(answer(method, split.path)).encode()
    response.raw = io.BytesIO(response._content)
    response._content_consumed = True
    return response


class Credential:
    """In place of DefaultAzureCredential and those that azureml-mlflow asks after it."""

    credentials = ()

    def __init__(self, *_, **__):
        pass

    def get_token(self, *scopes, **_):
        from azure.core.credentials import AccessToken

        SCOPES.extend(scopes)
        return AccessToken(named("credential", 3600), int(time.time()) + 3600)


def flow(environment: dict[str, str], work: str) -> dict:
    """What one piece of work sends, in a process of its own: azureml-mlflow keeps what it has once read."""
    os.environ.update(environment)
    requests.Session.request = send
    import azureml.mlflow._internal.utils as utils

    utils.ChainedTokenCredential = Credential
    utils.DefaultAzureCredential = Credential
    utils.InteractiveBrowserCredential = Credential
    utils.DeviceCodeCredential = Credential
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    run = os.environ.get("MLFLOW_RUN_ID", OTHER_RUN)
    failed = None
    try:
        client = MlflowClient()
        if work == "values":
            client.log_batch(run, [Metric("a/b", 1.5, 1700000000000, 0)], [Param("p", "v")], synchronous=True)
        elif work == "end":
            client.update_run(run, "FINISHED")
        else:
            folder = tempfile.mkdtemp()
            file = os.path.join(folder, "index.html")
            with open(file, "w") as text:
                text.write("<p>report</p>")
            client.log_artifact(run, file, "report")
    except Exception as error:
        failed = f"{type(error).__name__}: {error}"
    return {"scopes": sorted(set(SCOPES)), "requests": SEEN, "failed": failed}


def uri(version: str = "v1.0", query: str = "") -> str:
    return f"azureml://{HOST}/mlflow/{version}{SCOPE}{query}"


def job(seconds: int = 3600, experiment: str = "MLFLOW_EXPERIMENT_ID") -> dict[str, str]:
    return {
        "MLFLOW_TRACKING_URI": uri(),
        "MLFLOW_TRACKING_TOKEN": named("job", seconds),
        "MLFLOW_RUN_ID": RUN,
        "AZUREML_RUN_ID": RUN,
        experiment: "e-1" if experiment.endswith("ID") else EXPERIMENT,
        "AZUREML_CURRENT_CLOUD": "AzureCloud",
        "TZ": "UTC",
    }


def by_hand(cloud: str, address: str) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": address, "AZUREML_CURRENT_CLOUD": cloud, "TZ": "UTC"}


FLOWS = {
    "values in a job": lambda: flow(job(), "values"),
    "end of the job's own run": lambda: flow(job(), "end"),
    "report in a job": lambda: flow(job(), "report"),
    "values in a job whose token ends soon": lambda: flow(job(60), "values"),
    "values in a job whose token ends soon, experiment by name": lambda: flow(
        job(60, "MLFLOW_EXPERIMENT_NAME"), "values"
    ),
    "values by hand": lambda: flow(by_hand("AzureCloud", uri("v2.0", "?")), "values"),
    "values by hand, Azure Government": lambda: flow(by_hand("AzureUSGovernment", uri()), "values"),
    "values by hand, Azure China": lambda: flow(by_hand("AzureChinaCloud", uri()), "values"),
    "end by hand": lambda: flow(by_hand("AzureCloud", uri()), "end"),
}


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(FLOWS[sys.argv[1]]()))
        return
    import subprocess

    versions = {name: importlib.metadata.version(name) for name in ["azureml-mlflow", "mlflow-skinny"]}
    flows = {}
    for name in FLOWS:
        clean = {key: text for key, text in os.environ.items() if not key.startswith(("MLFLOW", "AZUREML", "AZURE_"))}
        clean["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
        # MLflow's client asks its makers what to tell them.
        clean["MLFLOW_DISABLE_TELEMETRY"] = "true"
        done = subprocess.run(
            [sys.executable, __file__, name], env=clean, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise SystemExit(f"{name}: {done.stderr[-2000:]}")
        flows[name] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps({"versions": versions, "flows": flows}, indent=2))


main()
