#!/usr/bin/env bash
# azure-ai-ml sends the data of an AutoML job that are written out in a pipeline as the text of a Python dict.
#
# Date:      2026-11-29
# Versions:  azure-ai-ml 1.35.2
# Guess:     `training_data: {type: mltable, path: ...}` of an AutoML job means the same in a pipeline as in a job of its own,
#            or is refused; and its output `best_model`, declared as mlflow_model, is a model for the step after it.
# Behaviour: in a pipeline the value is turned into text, quotes of Python and all, without an error or a warning: no service
#            finds a table there. Only a binding works. The component that is made of a command after it takes the model
#            for a table (mltable). A misspelt key of the job ends in a TypeError that names no key.
# Seen:
#   data written out   errors 0, sends str {'type': 'mltable', 'path': 'table:1'}
#   data bound         errors 0, sends str ${{parent.inputs.table}}
#   best_model is mlflow_model, the command after it takes mltable
#   trainning:         TypeError object.__init__() takes exactly one argument (the instance to initialize)
#   holds: azure-ai-ml 1.35.2 sends data of AutoML as Python text, and takes its model for a table
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azure-ai-ml==1.35.2

cd "$work"
cat > pipeline.yml <<'YML'
type: pipeline
settings: {default_compute: azureml:cpu}
inputs:
  table: {type: mltable, path: azureml:table:1}
jobs:
  fitted:
    type: automl
    task: classification
    primary_metric: accuracy
    target_column_name: stage
    training_data: DATA
    training: {enable_stack_ensemble: false}
    outputs: {best_model: {type: mlflow_model}}
  after:
    type: command
    command: ls ${{inputs.model}}
    environment: azureml:environment:1
    inputs: {model: "${{parent.jobs.fitted.outputs.best_model}}"}
YML
venv/bin/python - 2> warnings.log <<'PY' || { tail -n 20 warnings.log >&2; exit 1; }
import pathlib
import sys

from azure.ai.ml import load_job

TEXT = pathlib.Path("pipeline.yml").read_text()
BOUND = "${{parent.inputs.table}}"
WRITTEN = "{'type': 'mltable', 'path': 'table:1'}"


def load(text):
    pathlib.Path("case.yml").write_text(text)
    return load_job("case.yml")


for name, data, before in [
    ("data written out", "{type: mltable, path: azureml:table:1}", WRITTEN),
    ("data bound", BOUND, BOUND),
]:
    job = load(TEXT.replace("DATA", data))
    errors = list(job._validate()._errors)
    sent = job._to_rest_object().properties.jobs["fitted"]["training_data"]
    print(f"{name:18} errors {len(errors)}, sends {type(sent).__name__} {sent}")
    if errors or sent != before:
        sys.exit(f"changed: {name}: {before} before")

taken = job.jobs["after"].component.inputs["model"].type
print(f"best_model is mlflow_model, the command after it takes {taken}")
if taken != "mltable":
    sys.exit("changed: the command after AutoML took mltable before")

try:
    load(TEXT.replace("DATA", BOUND).replace("training:", "trainning:"))
except Exception as error:
    print(f"{'trainning:':18} {type(error).__name__} {error}")
    if "trainning" in str(error):
        sys.exit("changed: the key was not named before")
else:
    sys.exit("changed: a misspelt key passes")
PY
echo "holds: azure-ai-ml 1.35.2 sends data of AutoML as Python text, and takes its model for a table"
