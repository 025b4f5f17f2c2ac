"""Records class weights into test/goldens: "balanced" of scikit-learn, and by effective number in exact fractions.

    python -m venv .venv && .venv/bin/pip install -r test/reference/requirements.txt
    .venv/bin/python test/reference/record_class_weights.py
"""

import json
import pathlib
from fractions import Fraction

import numpy as np
import sklearn
from sklearn.utils.class_weight import compute_class_weight

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"

COUNTS = [
    [74, 32, 90, 141],  # the train patients of Lung1
    [5, 5, 5, 5],
    [1, 10, 100, 1000],
    [3, 0, 7, 0],
    [0, 12],
    [9],
]
BETAS = [0.0, 0.9, 0.99, 0.999, 0.9999, 1 - 1e-9]


def over_all(counts, present):
    """Null for the classes that nobody has."""
    found = iter(present)
    return [float(next(found)) if count > 0 else None for count in counts]


def balanced(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    return over_all(counts, compute_class_weight("balanced", classes=np.unique(y), y=y))


def effective(counts, beta):
    """The authors' formula in exact fractions: in floating point 1 - beta^n cancels for a beta near 1."""
    beta = Fraction(beta)
    weights = [(1 - beta) / (1 - beta**count) for count in counts if count > 0]
    return over_all(counts, [weight / sum(weights) * len(weights) for weight in weights])


rows = [
    {
        "counts": counts,
        "balanced": balanced(counts),
        "effective": [{"beta": beta, "weights": effective(counts, beta)} for beta in BETAS],
    }
    for counts in COUNTS
]
content = {"scikit-learn": sklearn.__version__, "rows": rows}
(GOLDENS / "class-weights.json").write_text(json.dumps(content, indent=1) + "\n")
