"""Records known answers of numpy, scipy and SimpleITK for kernels on masks and HU, into test/goldens.

    python -m venv .venv && .venv/bin/pip install -r test/reference/requirements.txt
    .venv/bin/python test/reference/record_masks.py
"""

import json
import pathlib

import numpy as np
import scipy
import SimpleITK as sitk
from scipy import ndimage

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
RNG = np.random.default_rng(2024)

PS = [0, 0.5, 1, 5, 50, 95, 99, 99.5, 100]
SIZES = [(9, 7, 5), (12, 1, 6), (1, 8, 4), (14, 13, 9)]
# Spacing and radius in mm. In the third, voxels lie at just the radius (2 x 1.3 mm): they count.
BALLS = [((1.0, 1.0, 3.0), 3.05), ((0.977, 0.977, 3.0), 3.1), ((0.7, 1.3, 2.1), 2.6), ((1.0, 1.0, 1.0), 0.5)]


def mask(size, share):
    return (RNG.random(size[::-1]) < share).astype(np.uint8)


def flat(array):
    """Voxels as a string of digits, x fastest."""
    return "".join(str(int(v)) for v in np.asarray(array).ravel())


def ball_rows():
    rows = []
    for size in SIZES:
        for spacing, radius in BALLS:
            m = mask(size, 0.08)
            sampling = spacing[::-1]
            dilated = ndimage.distance_transform_edt(m == 0, sampling=sampling) <= radius
            solid = mask(size, 0.95)
            eroded = ndimage.distance_transform_edt(solid, sampling=sampling) > radius if (solid == 0).any() else solid
            rows.append(
                {"size": size, "spacing_mm": spacing, "radius_mm": radius, "mask": flat(m), "dilated": flat(dilated),
                 "solid": flat(solid), "eroded": flat(eroded)}
            )
    return rows


def hole_rows():
    rows = []
    for size in SIZES:
        for share in (0.35, 0.6):
            m = mask(size, share)
            rows.append({"size": size, "mask": flat(m), "filled": flat(np.stack([ndimage.binary_fill_holes(s) for s in m]))})
    return rows


def component_rows():
    rows = []
    for size in SIZES:
        for share in (0.15, 0.3, 0.55):
            m = mask(size, share)
            row = {"size": size, "mask": flat(m)}
            for name, full in (("faces", False), ("full", True)):
                labels = sitk.RelabelComponent(sitk.ConnectedComponent(sitk.GetImageFromArray(m), full))
                array = sitk.GetArrayFromImage(labels)
                row[name] = {"sizes": np.bincount(array.ravel())[1:].tolist(), "labels": array.ravel().tolist()}
            rows.append(row)
    return rows


def staple_rows():
    """Readers of a box, each with mistakes at its rim and some elsewhere, in grids that hold much or little around it."""
    rows = []
    for size, readers, wrong in (((9, 7, 5), 2, 0.03), ((12, 10, 6), 3, 0.05), ((14, 13, 9), 4, 0.02), ((20, 18, 12), 5, 0.1)):
        truth = np.zeros(size[::-1], np.uint8)
        truth[1:-1, 2:-2, 2:-2] = 1
        rim = truth - ndimage.binary_erosion(truth)
        masks = []
        for _ in range(readers):
            flipped = RNG.random(truth.shape) < np.where(rim == 1, 0.3, wrong)
            masks.append(np.where(flipped, 1 - truth, truth).astype(np.uint8))
        staple = sitk.STAPLEImageFilter()
        inside = sitk.GetArrayFromImage(staple.Execute([sitk.GetImageFromArray(m) for m in masks])).ravel()
        votes = np.stack([m.ravel() for m in masks], axis=1)
        patterns = {}
        for vote, p in zip(votes, inside):
            pattern = flat(vote)
            assert abs(patterns.setdefault(pattern, p) - p) < 1e-15
        rows.append(
            {"size": size, "masks": [flat(m) for m in masks], "probabilities": patterns,
             "sensitivity": staple.GetSensitivity(), "specificity": staple.GetSpecificity(),
             "iterations": staple.GetElapsedIterations()}
        )
    return rows


def hu_rows():
    rows = []
    for n in (1, 2, 17, 400):
        hu = np.rint(RNG.normal(-300, 400, n)).clip(-1024, 3071)
        rows.append({"hu": hu.tolist(), "ps": PS, "expected": np.percentile(hu, PS).tolist(), "mean": hu.mean(), "sd": hu.std()})
    return rows


def write(name, **content):
    (GOLDENS / name).write_text(json.dumps(content) + "\n")


write("scipy-balls.json", scipy=scipy.__version__, rows=ball_rows())
write("scipy-holes.json", scipy=scipy.__version__, rows=hole_rows())
write("simpleitk-components.json", SimpleITK=sitk.Version_VersionString(), rows=component_rows())
write("numpy-hu.json", numpy=np.__version__, rows=hu_rows())
write("simpleitk-staple.json", SimpleITK=sitk.Version_VersionString(), rows=staple_rows())
