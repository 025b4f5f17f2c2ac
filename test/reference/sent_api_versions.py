"""Prints with which API version azure-ai-ml sends each kind of Azure ML file to Azure Resource Manager, as JSON.

Usage: sent_api_versions.py KIND=FILE...
`sent`: for each kind the versions of its PUT requests. `made_for`: the version that its client of Azure Resource Manager was
generated from.
"""

import contextlib
import io
import json
import sys
from urllib.parse import parse_qs, urlsplit

files = [argument.split("=", 1) for argument in sys.argv[1:]]
# Without arguments the recorder records nothing; its transport answers as a workspace would.
del sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()):
    import record_azure_bodies as recorder
import requests
from azure.ai.ml import _ml_client

sent = {}
answered = requests.Session.request


def noted(self, method, url, **kwargs):
    if method == "PUT" and url.startswith(recorder.ARM):
        parts = urlsplit(url)
        collection = parts.path.removeprefix(recorder.WORKSPACE).split("/")[1]
        sent.setdefault(collection, set()).update(parse_qs(parts.query)["api-version"])
    return answered(self, method, url, **kwargs)


requests.Session.request = noted
with contextlib.redirect_stdout(io.StringIO()):
    for kind, file in files:
        recorder.send(kind, file)

client = _ml_client.MachineLearningServicesMgmtClient(recorder.Credential(), "subscription")
found = {name: sorted(versions) for name, versions in sorted(sent.items())}
print(json.dumps({"sent": found, "made_for": client._config.api_version}))
