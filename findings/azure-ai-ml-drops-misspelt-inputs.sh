#!/usr/bin/env bash
# azure-ai-ml drops an input that a component does not have, and finds nothing wrong with a pipeline that cannot run.
#
# Date:      2026-11-28
# Versions:  azure-ai-ml 1.35.2, PyJWT 2.15.1, PyYAML 6.0.4
# Guess:     load_job(...)._validate(), with the component's file at hand, compares what a node is given with the inputs
#            that the component declares, and follows its bindings.
# Behaviour: of the inputs it asks one thing, whether each required one is given. An input with a misspelt name is not in
#            the request that is sent, without an error or a warning; an optional one then has no value. Bindings are texts:
#            to an input or a step that is not there they pass, and so do two steps that wait for each other. Enum,
#            bounds and type of literal values are not looked at, nor is a cron expression. A misspelt key beside `inputs`
#            is noticed.
# Seen:
#   as it should be                            errors 0, warnings 0, sends extra, level, table
#   optional input extra spelt exrta           errors 0, warnings 0, sends level, table
#   required input level left out              errors 1, warnings 0, sends extra, table
#   level bound to no input of the pipeline    errors 0, warnings 0, sends extra, level, table
#   table bound to a step that is not there    errors 0, warnings 0, sends extra, level, table
#   two steps wait for each other              errors 0, warnings 0, sends extra, level, table
#   level 99, at most 3 declared               errors 0, warnings 0, sends extra, level, table
#   level two, an integer declared             errors 0, warnings 0, sends extra, level, table
#   key resources spelt resouces               errors 0, warnings 1, sends extra, level, table
#   cron expression                            sends `every tuesday`
#   holds: azure-ai-ml 1.35.2 drops misspelt inputs in silence, and follows no binding
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azure-ai-ml==1.35.2 PyJWT==2.15.1

cd "$work"
cat > component.yml <<'YML'
type: command
name: step
version: 1
inputs:
  level: {type: integer, min: 1, max: 3}
  table: {type: uri_folder}
  extra: {type: string, optional: true}
outputs:
  out: {type: uri_folder}
environment: azureml:environment:1
command: >-
  run ${{inputs.level}} ${{inputs.table}} $[[ ${{inputs.extra}} ]] ${{outputs.out}}
YML
cat > pipeline.yml <<'YML'
type: pipeline
settings: {default_compute: azureml:cpu}
inputs:
  level: 2
jobs:
  first:
    type: command
    component: ./component.yml
    inputs:
      level: ${{parent.inputs.level}}
      table: {type: uri_folder, path: azureml:data:1}
      extra: a
  second:
    type: command
    component: ./component.yml
    resources: {instance_count: 1}
    inputs:
      level: 2
      table: ${{parent.jobs.first.outputs.out}}
      extra: b
YML
venv/bin/python - 2> warnings.log <<'PY' || { tail -n 20 warnings.log >&2; exit 1; }
import pathlib
import sys

from azure.ai.ml import load_job
from azure.ai.ml.entities._load_functions import load_schedule

GOOD = pathlib.Path("pipeline.yml").read_text()
ALL = "extra, level, table"
LEVEL, DATA = "level: 2\n      table", "{type: uri_folder, path: azureml:data:1}"
cases = [
    ("as it should be", ("", ""), (0, 0, ALL)),
    ("optional input extra spelt exrta", ("extra: b", "exrta: b"), (0, 0, "level, table")),
    ("required input level left out", (LEVEL, "table"), (1, 0, "extra, table")),
    ("level bound to no input of the pipeline", (LEVEL, LEVEL.replace("2", "${{parent.inputs.x}}")), (0, 0, ALL)),
    ("table bound to a step that is not there", ("jobs.first.out", "jobs.third.out"), (0, 0, ALL)),
    ("two steps wait for each other", (DATA, "${{parent.jobs.second.outputs.out}}"), (0, 0, ALL)),
    ("level 99, at most 3 declared", (LEVEL, LEVEL.replace("2", "99")), (0, 0, ALL)),
    ("level two, an integer declared", (LEVEL, LEVEL.replace("2", "two")), (0, 0, ALL)),
    ("key resources spelt resouces", ("resources", "resouces"), (0, 1, ALL)),
]
for name, (right, wrong), before in cases:
    if right not in GOOD:
        sys.exit(f"{name}: nothing to replace")
    pathlib.Path("case.yml").write_text(GOOD.replace(right, wrong) if right else GOOD)
    job = load_job("case.yml")
    result = job._validate()
    sent = ", ".join(sorted(job._to_rest_object().properties.jobs["second"]["inputs"]))
    seen = (len(result._errors), len(result._warnings), sent)
    print("{:42} errors {}, warnings {}, sends {}".format(name, *seen))
    if seen != before:
        sys.exit(f"changed: {name}: {before} before")

pathlib.Path("schedule.yml").write_text(
    "name: nightly\n"
    "trigger: {type: cron, expression: every tuesday}\n"
    "create_job: {type: pipeline, job: ./pipeline.yml}\n"
)
schedule = load_schedule("schedule.yml")
expression = schedule._to_rest_object().properties.trigger.expression
print(f"{'cron expression':42} sends `{expression}`")
if list(schedule._validate()._errors) or expression != "every tuesday":
    sys.exit("changed: the cron expression")
PY
echo "holds: azure-ai-ml 1.35.2 drops misspelt inputs in silence, and follows no binding"
