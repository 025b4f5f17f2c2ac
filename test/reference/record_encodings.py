"""Records what pydicom reads from every file of the shared folder `encodings`, into test/goldens/encodings.json.

    python -m venv .venv && .venv/bin/pip install -r test/reference/requirements.txt
    .venv/bin/python test/reference/record_encodings.py ../shared/data/encodings

Stored values of grey images, 8 or 16 bits, little endian, all frames: their SHA-1, or, where decoders may round
differently (JPEG .50 and .51), every 101st value and by how much pylibjpeg and GDCM differ.
"""

import base64
import hashlib
import json
import pathlib
import sys
import warnings

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
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


def record(path):
    try:
        ds = pydicom.dcmread(path, force=True)
    except Exception:
        return {"unreadable": True}
    if "PixelData" not in ds:
        return {"pixels": "none"}
    if ds.get("SamplesPerPixel", 1) != 1 or ds.get("PhotometricInterpretation") == "PALETTE COLOR":
        return {"pixels": "colour"}
    if "BitsAllocated" not in ds:
        return {"pixels": "undescribed"}
    if ds.BitsAllocated not in (8, 16):
        return {"pixels": f"{ds.BitsAllocated} bits"}
    syntax = ds.file_meta.get("TransferSyntaxUID")
    compressed = syntax is not None and syntax.is_compressed and not syntax.is_deflated
    results = [decode(ds, p) for p in (("pylibjpeg", "gdcm") if compressed else ("",))]
    found = [r for r in results if r is not None]
    if not found:
        return {"pixels": "unreadable"}
    values = found[0]
    entry = {"type": values.dtype.name, "frames": int(ds.get("NumberOfFrames") or 1)}
    if syntax in JPEG_LOSSY:
        flat = [r.ravel().astype(np.int64) for r in found]
        entry["differs"] = int(max(np.abs(f - flat[0]).max() for f in flat))
        entry["every101st"] = base64.b64encode(values.ravel()[::STEP][:4000].astype("<u2").tobytes()).decode()
        return entry
    for other in found[1:]:
        if not np.array_equal(values, other):
            entry["gdcm_differs"] = int(np.abs(values.astype(np.int64) - other.astype(np.int64)).max())
    return entry | {"sha1": hashlib.sha1(np.ascontiguousarray(values).tobytes()).hexdigest()}


root = pathlib.Path(sys.argv[1])
files = {p.relative_to(root).as_posix(): record(p) for p in sorted(root.rglob("*")) if p.is_file()}
content = {"pydicom": pydicom.__version__, "step": STEP, "files": files}
(GOLDENS / "encodings.json").write_text(json.dumps(content, indent=1) + "\n")
