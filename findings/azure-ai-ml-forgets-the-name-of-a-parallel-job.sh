#!/usr/bin/env bash
# azure-ai-ml forgets the name and the tags of a parallel job that a pipeline holds, and a mini batch size that is bound.
#
# Date:      2026-11-29
# Versions:  azure-ai-ml 1.35.2
# Guess:     `display_name`, `description` and `tags` of a job in a pipeline reach Azure, whatever its type, and a setting that
#            may be bound to an input of the pipeline is bound in all that is made of the job.
# Behaviour: of a job of the type parallel that is written out in the pipeline none of the three is sent, neither with the job
#            nor with the component that is made of it; a command keeps its name and tags in the job and all but the name
#            in the component. Properties of both are sent. A bound mini_batch_size is sent with the job, and as 0 in
#            the component. A limit of a sweep below a minute becomes a minute.
# Seen:
#   command    job display_name, properties, tags; component description, tags
#   parallel   job properties; component nothing
#   mini_batch_size: job ${{parent.inputs.size}}, component 0
#   trial_timeout 50 is sent as 60
#   holds: azure-ai-ml 1.35.2 forgets the name, the tags and a bound size of a parallel job
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check azure-ai-ml==1.35.2

cd "$work"
mkdir code
echo 'def run(mini_batch): return mini_batch' > code/run.py
cat > pipeline.yml <<'YML'
type: pipeline
settings: {default_compute: azureml:cpu}
inputs: {size: "10"}
jobs:
  command:
    type: command
    display_name: Shown
    description: What it does.
    tags: {team: imaging}
    properties: {a: b}
    command: echo
    environment: azureml:environment:1
  parallel:
    type: parallel
    display_name: Shown
    description: What it does.
    tags: {team: imaging}
    properties: {a: b}
    inputs: {things: {type: uri_folder, path: azureml:things:1}}
    input_data: ${{inputs.things}}
    mini_batch_size: ${{parent.inputs.size}}
    task: {type: run_function, code: ./code, entry_script: run.py, environment: azureml:environment:1}
  sweep:
    type: sweep
    trial: {command: "echo ${{inputs.rate}}", environment: azureml:environment:1, inputs: {rate: {type: number}}}
    sampling_algorithm: random
    search_space: {rate: {type: uniform, min_value: 0, max_value: 1}}
    objective: {goal: minimize, primary_metric: loss}
    limits: {max_total_trials: 2, trial_timeout: 50}
YML
venv/bin/python - 2> warnings.log <<'PY' || { tail -n 20 warnings.log >&2; exit 1; }
import sys

from azure.ai.ml import load_job

KEYS = ("description", "display_name", "properties", "tags")
job = load_job("pipeline.yml")
if list(job._validate()._errors):
    sys.exit("changed: the pipeline is refused")
sent = job._to_rest_object().properties.jobs


def names(value):
    return ", ".join(key for key in KEYS if value.get(key)) or "nothing"


before = {
    "command": ("display_name, properties, tags", "description, tags"),
    "parallel": ("properties", "nothing"),
}
for name, expected in before.items():
    component = job.jobs[name].component._to_rest_object().properties.component_spec
    seen = (names(sent[name]), names(component))
    print(f"{name:10} job {seen[0]}; component {seen[1]}")
    if seen != expected:
        sys.exit(f"changed: {name}: {expected} before")
sizes = (str(sent["parallel"]["mini_batch_size"]), str(component["mini_batch_size"]))
print(f"mini_batch_size: job {sizes[0]}, component {sizes[1]}")
if sizes != ("${{parent.inputs.size}}", "0"):
    sys.exit("changed: the component had the size 0 before")
timeout = sent["sweep"]["limits"]["trial_timeout"]
print(f"trial_timeout 50 is sent as {timeout}")
if timeout != 60:
    sys.exit("changed: the limit was sent as 60 before")
PY
echo "holds: azure-ai-ml 1.35.2 forgets the name, the tags and a bound size of a parallel job"
