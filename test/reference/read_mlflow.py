"""Prints what MLflow's own client reads of a tracking server, and downloads what artifacts it finds.

Usage: read_mlflow.py TRACKING_URI EXPERIMENT FOLDER
Prints a JSON list of runs in the order of their start: name, status, parent, tags, params, metrics (all values of each, in
order) and artifacts, whose files lie in FOLDER/RUN_ID afterwards.
"""

import json
import os
import sys

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
from mlflow import MlflowClient


def files_of(client: MlflowClient, run_id: str, path: str | None = None) -> list[str]:
    found = []
    for entry in client.list_artifacts(run_id, path):
        found += files_of(client, run_id, entry.path) if entry.is_dir else [entry.path]
    return sorted(found)


def main() -> None:
    uri, experiment_name, folder = sys.argv[1:]
    mlflow.set_tracking_uri(uri)
    client = MlflowClient()
    experiment = client.get_experiment_by_name(experiment_name)
    runs = []
    for run in client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"]):
        run_id = run.info.run_id
        files = files_of(client, run_id)
        if files:
            to = os.path.join(folder, run_id)
            os.makedirs(to)
            mlflow.artifacts.download_artifacts(run_id=run_id, dst_path=to)
        runs.append(
            {
                "id": run_id,
                "name": run.info.run_name,
                "status": run.info.status,
                "milliseconds": run.info.end_time - run.info.start_time,
                "tags": run.data.tags,
                "params": run.data.params,
                "metrics": {
                    name: [metric.value for metric in client.get_metric_history(run_id, name)]
                    for name in run.data.metrics
                },
                "artifacts": files,
            }
        )
    print(json.dumps(runs))


main()
