"""Records what azure-ai-ml says of Azure ML files, and the request bodies that it sends for those that it takes.

Usage: record_azure_variants.py KIND=FILE...
Prints a JSON object: for each file, by its name, {errors, warnings, requests} as validate_azure_yaml.py and
record_azure_bodies.py have them; where a file is refused only when it is sent, `errors` tells why. Without paths of this
machine, times and links.

Goldens: `npm run record -- azure-variants` (see the test azure-yaml.reference.test.ts, which compares them).
"""

import json
import os
import re
import sys

from record_azure_bodies import send
from validate_azure_yaml import validate


def shown(message, folder):
    """The start of a message of azure-ai-ml: what is wrong and where, in one line, without colours and paths."""
    text = re.sub(r"\x1b\[\d+m", "", message).replace(f"{folder}{os.sep}", "")
    details = re.search(r"Details: *\n+(.*?)\n+Resolutions:", text, re.S)
    if details:
        text = details.group(1)
    elif '"errors": [' in text:
        found, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
        text = "; ".join(f"{error['path']}: {error['message']}" for error in found["errors"])
    # What each branch of a union says of itself comes in another order each time.
    text = re.sub(r"\s+", " ", text.split("{'")[0]).strip()
    return text if len(text) <= 160 else f"{text[:160]}..."


def record(kind, file):
    folder = os.path.dirname(os.path.abspath(file))
    found = validate(kind, os.path.abspath(file))
    errors, requests = found["errors"], []
    if not errors:
        try:
            requests = send(kind, os.path.abspath(file))
        except Exception as error:  # whatever it is, it is what the user would see
            errors = [f"{type(error).__name__}: {error}"]
    warnings = [text for text in found["warnings"] if "experimental" not in text]
    return {
        "errors": [shown(text, folder) for text in errors],
        "warnings": [shown(text, folder) for text in warnings],
        "requests": requests,
    }


if __name__ == "__main__":
    print(json.dumps({a.split("=", 1)[1].split("/")[-1]: record(*a.split("=", 1)) for a in sys.argv[1:]}, indent=1))
