"""Loads and validates Azure ML files with azure-ai-ml, without a workspace.

Usage: validate_azure_yaml.py KIND=FILE...
Prints a JSON list of {file, errors, warnings}; warnings are those of the validation, of logging and of `warnings`.
"""

import json
import logging
import sys
import warnings

from azure.ai.ml import load_component, load_data, load_environment, load_job
from azure.ai.ml.entities._load_functions import load_schedule

LOADERS = {
    "component": load_component,
    "parallel component": load_component,
    "Spark component": load_component,
    "pipeline component": load_component,
    "pipeline": load_job,
    "schedule": load_schedule,
    "environment": load_environment,
    "data asset": load_data,
}


class Collected(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


def validate(kind, file):
    """What azure-ai-ml has to say about a file."""
    collected = Collected()
    logging.getLogger().addHandler(collected)
    logging.getLogger("azure").propagate = True
    errors = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            entity = LOADERS[kind](file)
            if hasattr(entity, "_validate"):
                result = entity._validate()
                for diagnostic in result._errors:
                    errors.append(f"{diagnostic.yaml_path}: {diagnostic.message}")
                for diagnostic in result._warnings:
                    collected.messages.append(f"{diagnostic.yaml_path}: {diagnostic.message}")
            entity._to_rest_object()
        except Exception as error:  # whatever it is, it is what the user would see
            errors.append(f"{type(error).__name__}: {error}")
    logging.getLogger().removeHandler(collected)
    return {"file": file, "errors": errors, "warnings": collected.messages + [str(w.message) for w in caught]}


if __name__ == "__main__":
    print(json.dumps([validate(*argument.split("=", 1)) for argument in sys.argv[1:]]))
