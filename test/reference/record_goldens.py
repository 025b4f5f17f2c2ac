"""Records known answers of SimpleITK and numpy for the test suite, into test/goldens.

    python -m venv .venv && .venv/bin/pip install -r test/reference/requirements.txt
    .venv/bin/python test/reference/record_goldens.py
"""

import base64
import gzip
import json
import pathlib
import tempfile

import numpy as np
import SimpleITK as sitk

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"

AXIAL = (1, 0, 0, 0, 1, 0, 0, 0, 1)
RAS = (-1, 0, 0, 0, -1, 0, 0, 0, 1)
CORONAL = (1, 0, 0, 0, 0, 1, 0, -1, 0)
SAGITTAL = (0, 0, 1, 1, 0, 0, 0, -1, 0)
OBLIQUE = tuple(float(x) for x in sitk.VersorTransform((1.0, 2.0, 3.0), 0.4).GetMatrix())
HALF = 0.5**0.5
TURNED = (HALF, -HALF, 0, HALF, HALF, 0, 0, 0, 1)
STEEP = tuple(float(x) for x in sitk.VersorTransform((3.0, -1.0, 2.0), 2.2).GetMatrix())

CASES = [
    # name, size, spacing, origin, direction, target spacing
    ("Lung1 in-plane spacing", (11, 9, 5), (0.9765625, 0.9765625, 3.0), (-249.51171875, -460.51171875, -681.5), AXIAL, (1, 1, 3)),
    ("spacing that float32 cannot hold", (12, 10, 4), (0.977, 0.977, 3.0), (-250.112, -250.112, -133.4), AXIAL, (1, 1, 3)),
    ("exactly twice the samples", (6, 5, 4), (2.0, 2.0, 6.0), (1.5, -2.5, 10.0), AXIAL, (1, 1, 3)),
    ("coarser target", (13, 12, 9), (0.5, 0.6, 1.25), (3.25, 4.5, -7.75), AXIAL, (1, 1, 3)),
    ("same spacing", (5, 6, 7), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), AXIAL, (1, 1, 3)),
    ("one slice", (7, 6, 1), (0.8, 0.8, 5.0), (0.0, 0.0, 0.0), AXIAL, (1, 1, 3)),
    ("already RAS", (8, 7, 5), (0.9, 0.7, 2.5), (30.0, 40.0, -50.0), RAS, (1, 1, 3)),
    ("coronal", (8, 6, 9), (0.9, 1.1, 1.3), (5.0, -6.0, 7.0), CORONAL, (1, 1, 3)),
    ("sagittal", (6, 8, 7), (1.1, 0.9, 0.7), (-5.0, 6.0, -7.0), SAGITTAL, (1, 1, 3)),
    ("oblique", (9, 8, 7), (0.9, 1.1, 2.3), (12.5, -3.75, 8.0), OBLIQUE, (1, 1, 3)),
    ("half way between slices and rows", (3, 11, 11), (1.0, 2.0, 6.0), (-7.3, 11.9, -133.4), AXIAL, (1, 1, 3)),
    ("turned by 45 degrees", (9, 8, 7), (0.9, 1.1, 2.3), (12.5, -3.75, 8.0), TURNED, (1, 1, 3)),
    ("steeply oblique", (7, 9, 8), (1.3, 0.8, 1.7), (-2.0, 4.0, 6.0), STEEP, (1.25, 1.5, 2)),
]


def voxels(size):
    """The same numbers as test/support/goldens.ts makes."""
    n = size[0] * size[1] * size[2]
    i = np.arange(n, dtype=np.int64)
    hu = ((i * 7919 + 12345) % 4093 - 1024).astype(np.int16)
    mask = ((i * 31 + 7) % 5 < 2).astype(np.uint8)
    shape = size[::-1]
    return hu.reshape(shape), mask.reshape(shape)


def image(array, spacing, origin, direction):
    made = sitk.GetImageFromArray(array)
    made.SetSpacing(spacing)
    made.SetOrigin(origin)
    made.SetDirection(direction)
    return made


def through_nifti(img):
    """As the reference program sees an image: read from a NIfTI file."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/image.nii.gz"
        sitk.WriteImage(img, path, True)
        return sitk.ReadImage(path), gzip.open(path).read()[:352]


def resample(img, spacing, interpolator, default):
    size = [int(np.floor(n * (s / t) + 0.5)) for n, s, t in zip(img.GetSize(), img.GetSpacing(), spacing)]
    r = sitk.ResampleImageFilter()
    r.SetOutputSpacing(spacing)
    r.SetSize(size)
    r.SetOutputDirection(img.GetDirection())
    r.SetOutputOrigin(img.GetOrigin())
    r.SetInterpolator(interpolator)
    r.SetDefaultPixelValue(default)
    return r.Execute(img)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def record_case(name, size, spacing, origin, direction, target):
    hu, mask = voxels(size)
    ct, header = through_nifti(image(hu, spacing, origin, direction))
    label, _ = through_nifti(image(mask, spacing, origin, direction))
    ras = sitk.DICOMOrient(sitk.Cast(ct, sitk.sitkFloat32), "RAS")
    target = tuple(float(t) for t in target)
    out = resample(ras, target, sitk.sitkLinear, -1000.0)
    out_label = resample(sitk.DICOMOrient(label, "RAS"), target, sitk.sitkNearestNeighbor, 0)
    return {
        "name": name,
        "size": size,
        "spacing_mm": spacing,
        "origin_lps_mm": origin,
        "direction_lps": direction,
        "target_mm": target,
        "nifti_header": header.hex(),
        "orientation": sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(direction),
        "ras_origin_lps_mm": ras.GetOrigin(),
        "ras_direction_lps": ras.GetDirection(),
        "resampled_size": out.GetSize(),
        "resampled_hu": encode(sitk.GetArrayFromImage(out)),
        "resampled_mask": encode(sitk.GetArrayFromImage(out_label)),
    }


def record_percentiles():
    rng = np.random.default_rng(7)
    rows = []
    for n in (1, 2, 3, 10, 147):
        values = rng.uniform(80, 300, n)
        for p in (0, 1, 5, 50, 95, 98, 99.5, 100):
            rows.append({"values": values.tolist(), "p": p, "expected": float(np.percentile(values, p))})
    return rows


def write(name, content):
    GOLDENS.mkdir(exist_ok=True)
    (GOLDENS / name).write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    write("simpleitk-resample.json", {"SimpleITK": sitk.Version_VersionString(), "cases": [record_case(*case) for case in CASES]})
    write("numpy-percentile.json", {"numpy": np.__version__, "rows": record_percentiles()})
