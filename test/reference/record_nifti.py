"""Records what nibabel reads from NIfTI files: small ones of every voxel type, written here, and the real ones of the shared data.

    .venv/bin/python test/reference/record_nifti.py ../shared/data
"""

import base64
import hashlib
import json
import pathlib
import sys

import nibabel as nib
import numpy as np

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
SHAPE = (4, 3, 2)
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def turned(seed):
    """An affine of a random rotation, a third of them mirrored, with unequal voxels and an odd origin."""
    rng = np.random.default_rng(seed)
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = q * [0.977, 0.7, 3.0]
    affine[:3, 3] = rng.uniform(-500, 500, 3)
    return affine


# Half a turn about each axis, and what CT volumes have: the quaternion has no real part, and rounding shows.
SIGNS = [np.diag([x * 0.977, y * 0.977, z * 3.0, 1.0]) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]


def values(dtype):
    kind = np.dtype(dtype)
    count = np.prod(SHAPE)
    if kind.kind == "f":
        return np.linspace(-3.75, 1000.125, count).astype(kind).reshape(SHAPE, order="F")
    info = np.iinfo(kind)
    low, high = max(info.min, -(2**31)), min(info.max, 2**32 - 1 if dtype == "uint32" else 2**31 - 1)
    return np.linspace(low, high, count).astype(kind).reshape(SHAPE, order="F")


def made(name, data, affine, klass=nib.Nifti1Image, endian="<", scale=(1, 0), sform=2, qform=1, channel=None):
    header = (nib.Nifti1Header if klass is nib.Nifti1Image else nib.Nifti2Header)(endianness=endian)
    header.set_data_dtype(data.dtype.newbyteorder(endian))
    image = klass(data, affine, header)
    image.set_sform(affine, sform)
    image.set_qform(affine, qform)
    raw = bytearray(image.to_bytes())
    # nibabel chooses slope and intercept itself when it writes; the stored numbers stay as they are.
    at, kind = (112, "f4") if klass is nib.Nifti1Image else (176, "f8")
    raw[at : at + 2 * int(kind[1])] = np.array(scale, endian + kind).tobytes()
    read = klass.from_bytes(bytes(raw))
    volume = read.get_fdata()
    if channel is not None:
        volume = volume.reshape(*SHAPE, -1)[..., channel]
    return {
        "name": name,
        "file": base64.b64encode(bytes(raw)).decode(),
        "channel": channel,
        "affine": read.affine.tolist(),
        "values": volume.ravel(order="F").tolist(),
    }


def small_files():
    files = []
    for number, dtype in enumerate([*INTEGERS, "float32", "float64"]):
        for endian, order in (("<", "little"), (">", "big")):
            files.append(made(f"{dtype}, {order} endian", values(dtype), turned(number), endian=endian))
    files.append(made("NIfTI-2, float64", values("float64"), turned(21), nib.Nifti2Image))
    files.append(made("NIfTI-2, big endian, qform alone", values("int16"), turned(22), nib.Nifti2Image, ">", sform=0))
    for number, affine in enumerate([*SIGNS, *map(turned, range(30, 36))]):
        files.append(made(f"qform alone, {number}", values("uint8"), affine, sform=0))
    files.append(made("sform alone", values("uint8"), turned(23), qform=0))
    both = made("qform of the larger code beside an sform", values("uint8"), turned(24), sform=1, qform=2)
    files.append(both)
    files.append(made("scaled uint8", values("uint8"), turned(25), scale=(0.25, -3.5)))
    files.append(made("scaled int32", values("int32"), turned(26), scale=(2.0, 1.0)))
    files.append(made("slope 0", values("int16"), turned(27), scale=(0.0, 9.0)))
    files.append(made("slope NaN", values("int16"), turned(28), scale=(np.nan, np.nan)))
    channels = np.stack([values("float32") * n for n in (1, 2, 3)], axis=-1)
    files.append(made("channel 1 of 3 in the fourth dimension", channels, turned(29), channel=1))
    files.append(made("channel 2 of 3 in the fifth dimension", channels[:, :, :, None, :], turned(29), channel=2))
    files.append(made("one volume in a fourth dimension", channels[..., :1], turned(29)))
    return files


def real_files(shared):
    files = []
    for path in sorted(shared.glob("nifti/**/*.nii*")) + sorted(shared.glob("ibsi1-ct-phantom/**/*.nii*")):
        try:
            read = nib.load(path)
        except nib.filebasedimages.ImageFileError:
            continue
        volume = np.asarray(read.dataobj, dtype="<f8").reshape(*read.shape[:3], -1)
        files.append(
            {
                "file": path.relative_to(shared).as_posix(),
                "size": read.shape[:3],
                "channels": volume.shape[3],
                "affine": read.affine.tolist(),
                "sha256_float32": hashlib.sha256(volume[..., -1].astype("<f4").tobytes(order="F")).hexdigest(),
            }
        )
    return files


GOLDENS.joinpath("nifti.json").write_text(
    json.dumps(
        {"nibabel": nib.__version__, "small": small_files(), "real": real_files(pathlib.Path(sys.argv[1]))}, indent=1
    )
    + "\n"
)
