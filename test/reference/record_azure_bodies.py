"""Records the request bodies that azure-ai-ml sends to Azure Resource Manager for Azure ML files.

Usage: record_azure_bodies.py KIND=FILE...
Prints a JSON object: for each file, by its name, the list of {path, body} of its PUT requests, in order. No request
leaves the machine: the transport answers as a workspace would.

Left out: telemetry, which is what git says of the working tree, and `client_component_hash`.
Goldens: record_azure_bodies.py component=test/azureml/arm/files/make.yml ... > test/goldens/azure-bodies.json (see the
test azure-yaml.reference.test.ts, which compares them).
"""

import io
import json
import logging
import re
import sys

import jwt
import requests
import urllib3
from azure.ai.ml import MLClient, load_component, load_data, load_environment, load_job
from azure.ai.ml.entities._load_functions import load_schedule
from azure.core.credentials import AccessToken

ARM = "https://management.azure.com"
WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.MachineLearningServices/workspaces/ws"
)
CLAIMS = {"aud": "https://ml.azure.com", "tid": "t", "oid": "o", "puid": "p", "name": "n", "appid": "a"}
COLLECTIONS = {
    "component": "/components/",
    "pipeline": "/jobs/",
    "schedule": "/schedules/",
    "environment": "/environments/",
    "data asset": "/data/",
}
puts = []


class Credential:
    def get_token(self, *scopes, **kwargs):
        return AccessToken(jwt.encode(CLAIMS, "k" * 32, algorithm="HS256"), 9999999999)


def answer(method, url, body):
    """Status and content that a workspace would answer."""
    path = url.split("?")[0].removeprefix(ARM)
    name = path.split("/")[-1]
    if ".blob.core.windows.net/" in url:
        # 404: the file has not been uploaded before; 200 where the metadata of the upload are set.
        return {"HEAD": 404}.get(method, 200 if "comp=metadata" in url else 201), None
    if path.startswith("/registrymanagement/"):
        return 200, {"primaryRegionResourceProviderUri": f"{ARM}/", "resourceGroup": "rg", "subscriptionId": "s"}
    if path.endswith("/startPendingUpload"):
        blob = "https://account.blob.core.windows.net/container"
        sas = {"credentialType": "SAS", "sasUri": f"{blob}?sig=s"}
        return 200, {"blobReferenceForConsumption": {"blobUri": blob, "credential": sas}}
    if path == WORKSPACE:
        return 200, {"id": path, "name": name, "location": "westeurope", "properties": {"workspaceId": "w"}}
    if "/datastores/" in path:
        store = {"datastoreType": "AzureBlob", "accountName": "account", "containerName": "container"}
        store |= {"endpoint": "core.windows.net", "protocol": "https", "credentials": {"credentialsType": "None"}}
        return 200, {"id": path, "name": name, "properties": store}
    if "/computes/" in path:
        compute = {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": {"vmSize": "E8"}}
        return 200, {"id": path, "name": name, "location": "westeurope", "properties": compute}
    if method == "PUT":
        puts.append({"path": path.removeprefix(WORKSPACE), "body": json.loads(body)})
        return 200, {**json.loads(body), "id": path, "name": name}
    if re.search("/(data|components|environments)/[^/]+$", path):
        return 200, {"id": path, "name": name, "properties": {"latestVersion": "7", "nextVersion": "8"}}
    if re.search("/components/[^/]+/versions(/[^/]+)?$", path):
        version = path.split("/versions")[1].removeprefix("/") or "7"
        spec = {"name": path.split("/")[-3], "version": version, "type": "command", "command": "c"}
        component = {"id": f"{path.split('/versions')[0]}/versions/{version}", "name": version}
        component |= {"properties": {"componentSpec": spec | {"environment": "azureml:e:1"}}}
        return 200, {"value": [component]} if path.endswith("/versions") else component
    if re.search("/environments/[^/]+/versions$", path):
        version = path + "/7"
        return 200, {"value": [{"id": version, "name": "7", "properties": {"image": "docker.io/tool:7"}}]}
    if "/data/" in path:
        place = {"dataType": "uri_folder", "dataUri": "azureml://datastores/raw/paths/x"}
        return 200, {"id": path, "name": name, "properties": place}
    return 200, {}


def request(self, method, url, **kwargs):
    """In place of requests.Session.request."""
    status, content = answer(method, url, kwargs.get("data"))
    response = requests.Response()
    response.status_code = status
    response.url = url
    response.headers["Content-Type"] = "application/json"
    response.request = requests.Request(method, url).prepare()
    sent = b"" if content is None else json.dumps(content).encode()
    response.raw = urllib3.HTTPResponse(io.BytesIO(sent), response.headers, status, preload_content=False)
    return response


def without_telemetry(value):
    if isinstance(value, list):
        return [without_telemetry(item) for item in value]
    if not isinstance(value, dict):
        return value
    telemetry = ("mlflow.source.", "azureml.git.", "client_component_hash")
    return {k: without_telemetry(v) for k, v in value.items() if not k.startswith(telemetry)}


def send(kind, file):
    client = MLClient(Credential(), WORKSPACE.split("/")[2], "rg", "ws", enable_telemetry=False)
    puts.clear()
    try:
        if kind == "component":
            client.components.create_or_update(load_component(file))
        elif kind == "pipeline":
            client.jobs.create_or_update(load_job(file))
        elif kind == "schedule":
            client.schedules.begin_create_or_update(load_schedule(file))
        elif kind == "environment":
            client.environments.create_or_update(load_environment(file))
        else:
            client.data.create_or_update(load_data(file))
    except Exception as error:
        # What is answered suffices to send the request, not to make an entity of the answer.
        if not puts or not puts[-1]["path"].startswith(COLLECTIONS[kind]):
            raise
        logging.info("%s", error)
    return without_telemetry(list(puts))


requests.Session.request = request
if __name__ == "__main__":
    print(json.dumps({a.split("=", 1)[1].split("/")[-1]: send(*a.split("=", 1)) for a in sys.argv[1:]}, indent=1))
