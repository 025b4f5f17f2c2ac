#!/usr/bin/env bash
# azure-ai-ml sends the data of an AutoML job that stands in a pipeline as the text of a Python dict.
#
# Date:      2026-11-29
# Versions:  azure-ai-ml 1.35.2, PyJWT 2.15.1
# Guess:     `training_data: {type: mltable, path: ...}` is sent as an object, in a pipeline as in a job of its own, or is
#            refused there.
# Behaviour: a job of its own has an object. In a pipeline only a binding to an input of the pipeline comes out as it should. Data
#            that are written at the job become the `str()` of a dict, in single quotes, which is no JSON either; validation
#            finds nothing wrong. Inputs of a command job that are written in the same way become objects.
# Seen:
#   automl job of its own       {"uri": "azureml://datastores/d/paths/t", "jobInputType": "mltable"}
#   in a pipeline, bound        errors 0, warnings 0, sends "${{parent.inputs.table}}"
#   in a pipeline, written      errors 0, warnings 0, sends "{'type': 'mltable', 'path': 'azureml://datastores/d/paths/t'}"
#   command in a pipeline       errors 0, warnings 0, sends {"uri": "azureml://datastores/d/paths/t", "job_input_type": "mltable"}
#   holds: azure-ai-ml 1.35.2 sends data of AutoML jobs in pipelines as text of Python
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azure-ai-ml==1.35.2 PyJWT==2.15.1

cd "$work"
cat > send.py <<'PY'
import json
import pathlib
import sys

from azure.ai.ml import load_job

DATA = "{type: mltable, path: azureml://datastores/d/paths/t}"
AUTOML = "type: automl, task: regression, primary_metric: r2_score, target_column_name: y"
OF_ITS_OWN = f"{{{AUTOML}, compute: azureml:cpu, experiment_name: e, training_data: {DATA}}}"
IN_A_PIPELINE = "{type: pipeline, settings: {default_compute: azureml:cpu}, inputs: {table: %s}, jobs: {train: {%s}}}"
TRAIN = f"{AUTOML}, outputs: {{best_model: {{type: mlflow_model}}}}, training_data: "
RUN = f"type: command, environment: azureml:e:1, command: 'run ${{{{inputs.table}}}}', inputs: {{table: {DATA}}}"


def show(name, seen, before):
    print(f"{name:26}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


def load(text):
    pathlib.Path("job.yml").write_text(text)
    return load_job("job.yml")


properties = load(OF_ITS_OWN)._to_rest_object().as_dict()["properties"]
URI = '"uri": "azureml://datastores/d/paths/t"'
show("automl job of its own", json.dumps(properties["taskDetails"]["trainingData"]), f'{{{URI}, "jobInputType": "mltable"}}')
binding = '"${{parent.inputs.table}}"'
cases = [
    ("in a pipeline, bound", TRAIN + binding, binding),
    ("in a pipeline, written", TRAIN + DATA, "\"{'type': 'mltable', 'path': 'azureml://datastores/d/paths/t'}\""),
    ("command in a pipeline", RUN, f'{{{URI}, "job_input_type": "mltable"}}'),
]
for name, job, before in cases:
    pipeline = load(IN_A_PIPELINE % (DATA, job))
    found = pipeline._validate()
    train = pipeline._to_rest_object().properties.jobs["train"]
    sent = train["training_data"] if "training_data" in train else train["inputs"]["table"]
    counts = f"errors {len(list(found._errors))}, warnings {len(list(found._warnings))}"
    show(name, f"{counts}, sends {json.dumps(sent)}", f"errors 0, warnings 0, sends {before}")
PY
venv/bin/python send.py 2> errors.log || { tail -n 20 errors.log >&2; exit 1; }
echo "holds: azure-ai-ml 1.35.2 sends data of AutoML jobs in pipelines as text of Python"
