"""Records what dcm2niix makes of every CT series of the shared data, into test/goldens/dcm2niix.json.

    .venv/bin/python test/reference/record_dcm2niix.py ../shared/data

Needs `dcm2niix` (Debian's; its version is recorded) on the PATH. A series is every CT image of one folder, archive or
file, where there are several or one of several frames. Of the folder `encodings` only what is a series is taken. One
series is recorded spoilt as well.

Its volumes are stored with the rows from the last to the first. They are recorded as the slices are stored: x along the
rows, y along the columns, z along row x column; the affine (RAS mm, from its sform) is that of the reordered array, the
SHA-1 that of its HU as int16, x fastest. Where it corrects a tilt or a gap it writes a second volume, with a suffix.
"""

import hashlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile

import nibabel
import numpy as np
import pydicom

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
PLACES = (
    "encodings/pydicom/dicomdirtests",
    "encodings/pydicom-data/eCT_Supplemental.dcm",
    "seg",
    "oddities",
    "ibsi1-ct-phantom",
    "lung1",
)
SPOILT = "lung1/LUNG1-001.zip"
VERSION = re.compile(r"v[\d.]+")

warnings.simplefilter("ignore")


def files(root):
    """Place (folder, archive or multi-frame file) and bytes of every file."""
    for place in PLACES:
        for path in [root / place] if (root / place).is_file() else sorted((root / place).rglob("*")):
            name = path.relative_to(root)
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    for entry in sorted(e for e in archive.namelist() if not e.endswith("/")):
                        yield name.as_posix(), archive.read(entry)
            elif path.is_file():
                yield (name if name.as_posix() == place else name.parent).as_posix(), path.read_bytes()


def ct_series(root):
    """The bytes of the CT images of each place that holds a series."""
    places, uids, frames = {}, {}, {}
    for place, content in files(root):
        try:
            ds = pydicom.dcmread(io.BytesIO(content), force=True, stop_before_pixels=True)
        except Exception:
            continue
        if ds.get("Modality") == "CT" and "Rows" in ds:
            places.setdefault(place, []).append(content)
            uids.setdefault(place, set()).add(ds.SeriesInstanceUID)
            frames[place] = frames.get(place, 0) + int(ds.get("NumberOfFrames") or 1)
    for place, contents in places.items():
        if frames[place] > 1:
            assert len(uids[place]) == 1, place
            yield place, contents


def with_study_time(content, time):
    ds = pydicom.dcmread(io.BytesIO(content))
    ds.StudyTime = time
    written = io.BytesIO()
    ds.save_as(written)
    return written.getvalue()


def height_mm(content):
    return float(pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True).ImagePositionPatient[2])


def spoilt(contents):
    """By the order of the file names, every 50 images another StudyTime; and without plane 72 from below, counted from 0."""
    yield "study-time", [with_study_time(content, f"{10 + n // 50}0000.000000") for n, content in enumerate(contents)]
    missing = sorted(contents, key=height_mm)[72]
    yield "missing", [content for content in contents if content is not missing]


def rounded(image):
    """HU as int16, halves upwards, by the slope as the images state it: NIfTI has it in float32."""
    stored = image.dataobj.get_unscaled().astype(float)
    slope, intercept = (float(str(np.float32(n))) for n in (image.dataobj.slope, image.dataobj.inter))
    return np.floor(stored * slope + intercept + 0.5).astype("<i2")


def as_stored(image):
    """HU and affine with the rows and slices in the order of the DICOM images."""
    hu, affine = rounded(image), image.affine
    for axis in [1] if np.linalg.det(affine[:3, :3]) < 0 else [1, 2]:
        step = np.eye(4)
        step[axis, axis], step[axis, 3] = -1, hu.shape[axis] - 1
        hu, affine = np.flip(hu, axis), affine @ step
    return hu, affine


def record_volume(path, stem):
    hu, affine = as_stored(nibabel.load(path))
    return {
        "suffix": path.stem.removeprefix(stem),
        "size": list(hu.shape),
        "affine": affine[:3].ravel().tolist(),
        "sha1": hashlib.sha1(hu.T.tobytes()).hexdigest(),
    }


def convert(contents):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in"), pathlib.Path(folder, "out")
        source.mkdir()
        target.mkdir()
        for n, content in enumerate(contents):
            (source / f"{n:04}.dcm").write_bytes(content)
        run = subprocess.run(
            ["dcm2niix", "-z", "n", "-b", "n", "-f", "volume", "-o", target, source], capture_output=True, text=True
        )
        volumes = [record_volume(path, "volume") for path in sorted(target.glob("*.nii"))]
        return VERSION.search(run.stdout)[0], volumes


def record(place, contents):
    version, volumes = convert(contents)
    return version, {"place": place, "images": len(contents), "volumes": volumes}


def recorded(root):
    for place, contents in ct_series(root):
        yield record(place, contents)
        if place == SPOILT:
            for how, changed in spoilt(contents):
                version, entry = record(place, changed)
                yield version, entry | {"spoilt": how}


results = list(recorded(pathlib.Path(sys.argv[1])))
(version,) = {version for version, _ in results}
lines = ",\n".join(json.dumps(series) for _, series in results)
(GOLDENS / "dcm2niix.json").write_text(f'{{"dcm2niix": "{version}", "series": [\n{lines}\n]}}\n')
