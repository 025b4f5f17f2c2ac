"""Records what pydicom and nibabel read from every file of the shared data, into test/goldens/pixels.json.

    python -m venv .venv && .venv/bin/pip install -r test/reference/requirements.txt
    .venv/bin/python test/reference/record_pixels.py ../shared/data

Stored values of grey images, 8 or 16 bits, little endian, all frames: their SHA-1, or, where decoders may round
differently (JPEG .50 and .51), every 101st value and by how much pylibjpeg and GDCM differ. Of 1 bit images the bits,
packed as PS3.5 8.1.1 has them. A long series is one entry, its name ending in `/`: the stored values of all its images
in the order of the file names, and how many files have no pixels. So is an archive.
"""

import base64
import hashlib
import io
import json
import pathlib
import sys
import warnings
import zipfile
import zlib

import nibabel
import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.pixels import pixel_array

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
FOLDERS = ("encodings", "seg", "oddities", "ibsi1-ct-phantom", "lung1")
SERIES = ("ibsi1-ct-phantom/dicom/image",)
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
JPEG_LOSSY = ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51")
STEP = 101

warnings.simplefilter("ignore")


def decode(ds, plugin):
    """Stored values, or None where the plugin cannot."""
    try:
        values = pixel_array(ds, raw=True, decoding_plugin=plugin)
    except Exception:
        return None
    return values.astype(values.dtype.newbyteorder("<"))


def inflated_bits(ds):
    """Bits of frames under Deflated Image Frame Compression, of which pydicom knows nothing (PS3.5 A.4.12)."""
    frames = generate_frames(ds.PixelData, number_of_frames=int(ds.NumberOfFrames))
    count = ds.Rows * ds.Columns
    bits = [np.unpackbits(np.frombuffer(zlib.decompress(f, -15), np.uint8), bitorder="little")[:count] for f in frames]
    return np.concatenate(bits)


def sha1(array):
    return hashlib.sha1(np.ascontiguousarray(array).tobytes()).hexdigest()


def read(source):
    """Stored values as decoded by each plugin that can, and the rest of what is recorded."""
    try:
        ds = pydicom.dcmread(source, force=True)
    except Exception:
        return [], {"unreadable": True}
    if "PixelData" not in ds:
        return [], {"pixels": "none"}
    if ds.get("SamplesPerPixel", 1) != 1 or ds.get("PhotometricInterpretation") == "PALETTE COLOR":
        return [], {"pixels": "colour"}
    if "BitsAllocated" not in ds:
        return [], {"pixels": "undescribed"}
    if ds.BitsAllocated not in (1, 8, 16):
        return [], {"pixels": f"{ds.BitsAllocated} bits"}
    syntax = ds.file_meta.get("TransferSyntaxUID")
    if syntax == DEFLATED_FRAMES:
        results = [inflated_bits(ds)]
    else:
        compressed = syntax is not None and syntax.is_compressed and not syntax.is_deflated
        results = [decode(ds, p) for p in (("pylibjpeg", "gdcm") if compressed else ("",))]
    found = [r for r in results if r is not None]
    if not found:
        return [], {"pixels": "unreadable"}
    about = {"type": "bits" if ds.BitsAllocated == 1 else found[0].dtype.name, "frames": int(ds.get("NumberOfFrames") or 1)}
    return found, about | ({"lossy": True} if syntax in JPEG_LOSSY else {})


def record(source):
    found, entry = read(source)
    if not found:
        return entry
    values = found[0]
    if entry.pop("lossy", False):
        flat = [r.ravel().astype(np.int64) for r in found]
        entry["differs"] = int(max(np.abs(f - flat[0]).max() for f in flat))
        entry["every101st"] = base64.b64encode(values.ravel()[::STEP][:4000].astype("<u2").tobytes()).decode()
        return entry
    for other in found[1:]:
        if not np.array_equal(values, other):
            entry["gdcm_differs"] = int(np.abs(values.astype(np.int64) - other.astype(np.int64)).max())
    if entry["type"] == "bits":
        values = np.packbits(values.ravel(), bitorder="little")
    return entry | {"sha1": sha1(values)}


def record_series(sources):
    digest = hashlib.sha1()
    types, without = [], 0
    for source in sources:
        found, entry = read(source)
        if "type" in entry:
            digest.update(np.ascontiguousarray(found[0]).tobytes())
            types.append(entry["type"])
        else:
            assert entry == {"pixels": "none"}, entry
            without += 1
    (kind,) = set(types)
    return {"images": len(types), "without_pixels": without, "type": kind, "sha1": digest.hexdigest()}


def record_nifti(path):
    image = nibabel.load(path)
    values = np.asarray(image.dataobj)
    return {"nifti": {"type": values.dtype.name, "size": list(values.shape), "affine": image.affine.ravel().tolist(), "sha1": sha1(values.T)}}


def in_archive(path):
    with zipfile.ZipFile(path) as archive:
        for name in sorted(n for n in archive.namelist() if not n.endswith("/")):
            yield io.BytesIO(archive.read(name))


def entries(root):
    for path in sorted(p for folder in FOLDERS for p in (root / folder).rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if path.parent.relative_to(root).as_posix() in SERIES:
            series = path.parent.relative_to(root).as_posix() + "/"
            if path == min(path.parent.iterdir()):
                yield series, record_series(sorted(path.parent.iterdir()))
        elif path.suffix == ".zip":
            yield name + "/", record_series(in_archive(path))
        elif name.endswith(".nii.gz"):
            yield name, record_nifti(path)
        else:
            yield name, record(path)


files = dict(entries(pathlib.Path(sys.argv[1])))
content = {"pydicom": pydicom.__version__, "nibabel": nibabel.__version__, "step": STEP, "files": files}
(GOLDENS / "pixels.json").write_text(json.dumps(content, indent=1) + "\n")
