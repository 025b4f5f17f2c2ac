"""Records which requests azure-ai-ml sends to look up assets by version and by label, in a workspace and in a registry.

Prints a JSON object: for each look-up, its list of [method, path with query] in order; hosts, api-versions and the path at
which the service of registries lies are left out. No request leaves the machine: the transport answers as a service would.
Goldens: record_azure_lookups.py > test/goldens/azure-lookups.json
"""

import io
import json
import logging
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import jwt
import requests
import urllib3
from azure.ai.ml import MLClient
from azure.core.credentials import AccessToken

CLAIMS = {"aud": "https://ml.azure.com", "tid": "t", "oid": "o", "puid": "p", "name": "n", "appid": "a"}
BLOB = "https://account.blob.core.windows.net/container/raw"
SERVICE = "/mferp/managementfrontend"
seen = []


class Credential:
    def get_token(self, *scopes, **kwargs):
        return AccessToken(jwt.encode(CLAIMS, "k" * 32, algorithm="HS256"), 9999999999)


def answer(path):
    """Content that a workspace or registry would answer."""
    name = path.split("/")[-1]
    if path.endswith("/discovery"):
        where = {"subscriptionId": "s", "resourceGroup": "rg"}
        return {"registryName": "shared", "primaryRegionResourceProviderUri": "https://region.example/"} | where
    if "/data/" in path and "/versions/" in path:
        return {"id": path, "name": name, "properties": {"dataType": "uri_folder", "dataUri": BLOB}}
    if "/data/" in path:
        return {"id": path, "name": name, "properties": {"dataType": "uri_folder", "latestVersion": "3"}}
    if "/components/" in path:
        of = path.split("/versions")[0]
        spec = {"name": "make", "version": "3", "type": "command", "command": "c", "environment": "azureml:e:1"}
        version = {"id": f"{of}/versions/3", "name": "3", "properties": {"componentSpec": spec}}
        return version if "/versions/" in path else {"value": [version]}
    return {"id": path, "name": name, "properties": {}}


def request(self, method, url, **kwargs):
    """In place of requests.Session.request."""
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix(SERVICE)
    query = {key: value for key, value in parse_qsl(parts.query) if key != "api-version"}
    seen.append([method, path + (f"?{urlencode(query)}" if query else "")])
    response = requests.Response()
    response.status_code = 200
    response.url = url
    response.headers["Content-Type"] = "application/json"
    response.request = requests.Request(method, url).prepare()
    sent = json.dumps(answer(path)).encode()
    response.raw = urllib3.HTTPResponse(io.BytesIO(sent), response.headers, 200, preload_content=False)
    return response


def record(look_up):
    seen.clear()
    try:
        look_up()
    except Exception as error:
        # What is answered suffices to send the requests, not to make an entity of the answer.
        logging.info("%s", error)
    return [request for request in seen if not request[1].endswith("/workspaces/ws")]


requests.Session.request = request
workspace = MLClient(Credential(), "s", "rg", "ws", enable_telemetry=False)
lookups = {
    "data asset by version": lambda: workspace.data.get("raw", version="3"),
    "data asset by label": lambda: workspace.data.get("raw", label="latest"),
    "component by version": lambda: workspace.components.get("make", version="3"),
    "component by label": lambda: workspace.components.get("make", label="latest"),
}
recorded = {name: record(look_up) for name, look_up in lookups.items()}
registry = None


def connect():
    global registry
    registry = MLClient(Credential(), registry_name="shared", enable_telemetry=False)


recorded["registry"] = record(connect)
lookups = {
    "registry's data asset by version": lambda: registry.data.get("raw", version="3"),
    "registry's data asset by label": lambda: registry.data.get("raw", label="latest"),
    "registry's component by version": lambda: registry.components.get("make", version="3"),
    "registry's component by label": lambda: registry.components.get("make", label="latest"),
}
recorded |= {name: record(look_up) for name, look_up in lookups.items()}
print(json.dumps(recorded, indent=1))
