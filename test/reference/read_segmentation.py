"""Reads DICOM SEG files by programs that others use, and counts the pixels in which each differs from what was written.

    read_segmentation.py JOB.json

JOB.json: {"scenes": [{"voxels", "dtype", "shape": [slices, rows, columns], "positions", "instances", "files":
[{"path", "type", "labels", "numbers"}]}]}, slices in the order of positions, LPS mm. Prints a list of {"path", "reader",
"differing", "set"}, or with "cannot" where a reader gives up or gives none of what was written: what it says, or what was seen.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zlib

import gdcm
import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.encaps import generate_frames

warnings.simplefilter("ignore")

SAME_PLACE_MM = 1e-3
# Of every segment, sRGB.
COLOUR = [255, 0, 0]
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"


class Cannot(Exception):
    pass


class Scene:
    def __init__(self, made):
        self.shape = tuple(made["shape"])
        self.positions = np.array(made["positions"])
        self.instances = made["instances"]
        self.voxels = np.fromfile(made["voxels"], made["dtype"]).reshape(self.shape)

    def stored(self, kind, label):
        """What is to be found of a segment: 0 and 1, or shares of 255."""
        if self.voxels.dtype == np.float32:
            return np.floor(self.voxels.astype(np.float64) * 255 + 0.5).astype(np.uint8)
        return (self.voxels == label).astype(np.uint8) * (255 if kind == "FRACTIONAL" else 1)

    def distances(self, position):
        return np.linalg.norm(self.positions - np.array(position, float), axis=1)

    def has_slice_at(self, position):
        return self.distances(position).min() <= SAME_PLACE_MM

    def slice_at(self, position):
        distances = self.distances(position)
        if distances.min() > SAME_PLACE_MM:
            raise Cannot(f"a plane lies {distances.min():.3f} mm off every slice")
        return int(distances.argmin())

    def empty(self, dtype=np.uint8):
        return np.zeros(self.shape, dtype)


def groups_of(ds):
    """Segment Number, undefined in a label map, and Image Position (Patient) of each frame."""
    for group in ds.PerFrameFunctionalGroupsSequence:
        segment = group.get("SegmentIdentificationSequence")
        yield (
            None if segment is None else segment[0].ReferencedSegmentNumber,
            group.PlanePositionSequence[0].ImagePositionPatient,
        )


def by_frames(scene, ds, frames, numbers):
    """Of the frames as they are stored, the volume of each segment."""
    found = {number: scene.empty() for number in numbers}
    groups = list(groups_of(ds))
    if len(frames) != len(groups):
        raise Cannot(f"{len(frames)} frames of {len(groups)}")
    for frame, (segment, position) in zip(frames, groups):
        k = scene.slice_at(position)
        for number in numbers if segment is None else [segment]:
            found[number][k] = frame == number if segment is None else frame
    return found


def frames_of(ds, values):
    return values.reshape(-1, ds.Rows, ds.Columns)


def read_pydicom(scene, path, numbers):
    ds = pydicom.dcmread(path)
    return by_frames(scene, ds, frames_of(ds, ds.pixel_array), numbers)


def values_of(ds, content):
    """Values of uncompressed bytes."""
    if ds.BitsAllocated > 1:
        return np.frombuffer(content, np.uint8 if ds.BitsAllocated == 8 else "<u2")
    return np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")


def read_gdcm(scene, path, numbers):
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        raise Cannot("gdcm.ImageReader does not read it")
    buffer = reader.GetImage().GetBuffer()
    if buffer is None:
        raise Cannot("gdcm.Image gives no buffer")
    ds = pydicom.dcmread(path)
    pixels = int(ds.NumberOfFrames) * ds.Rows * ds.Columns
    return by_frames(scene, ds, frames_of(ds, values_of(ds, buffer.encode("utf-8", "surrogateescape"))[:pixels]), numbers)


def read_zlib(scene, path, numbers):
    """Deflated frames by zlib, and by the letter of PS3.5: a raw stream, one fragment a frame, bits from the first byte on."""
    ds = pydicom.dcmread(path)
    if ds.file_meta.TransferSyntaxUID != DEFLATED_FRAMES:
        return None
    pixels = ds.Rows * ds.Columns
    count = int(ds.NumberOfFrames)
    contents = generate_frames(ds.PixelData, number_of_frames=count)
    frames = [values_of(ds, zlib.decompress(content, wbits=-15))[:pixels] for content in contents]
    return by_frames(scene, ds, frames_of(ds, np.stack(frames)), numbers)


def shares(seg, array):
    """Shares of Maximum Fractional Value, where highdicom has rescaled them."""
    return np.rint(array * seg.MaximumFractionalValue) if seg.SegmentationType == "FRACTIONAL" else array


def read_highdicom_volume(scene, path, numbers):
    seg = hd.seg.segread(path)
    # Of a label map as it is: parted into segments, those above 255 are lost (0.28.2).
    combine = seg.SegmentationType == "LABELMAP"
    volume = seg.get_volume(combine_segments=combine)
    channels = None if combine else volume.get_channel_values("ReferencedSegmentNumber")
    found = {number: scene.empty() for number in numbers}
    for k, plane in enumerate(volume.array):
        position = volume.affine[:3, :3] @ [k, 0, 0] + volume.affine[:3, 3]
        if not plane.any() and not scene.has_slice_at(position):
            # A plane of its own, where a slice is missing.
            continue
        to = scene.slice_at(position)
        for number in numbers:
            found[number][to] = plane == number if combine else shares(seg, plane[..., channels.index(number)])
    return found


def read_highdicom_instances(scene, path, numbers):
    seg = hd.seg.segread(path)
    combine = seg.SegmentationType == "LABELMAP"
    pixels = seg.get_pixels_by_source_instance(
        scene.instances, combine_segments=combine, assert_missing_frames_are_empty=True
    )
    if combine:
        return {number: pixels == number for number in numbers}
    return {number: shares(seg, pixels[..., seg.segment_numbers.index(number)]) for number in numbers}


def read_dcmqi(scene, path, numbers):
    fractional = pydicom.dcmread(path, stop_before_pixels=True).SegmentationType == "FRACTIONAL"
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(sys.executable).with_name("segimage2itkimage")
        command = [program, "--inputDICOM", path, "--outputDirectory", folder, "--outputType", "nrrd"]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if run.returncode != 0:
            said = [line for line in f"{run.stdout}\n{run.stderr}".splitlines() if re.match("[EF]:|ERROR", line)]
            raise Cannot("; ".join(said) or f"segimage2itkimage ended with {run.returncode}")
        attributes = json.loads((pathlib.Path(folder) / "meta.json").read_text())["segmentAttributes"]
        found = {number: scene.empty() for number in numbers}
        for i, segments in enumerate(attributes):
            image = sitk.ReadImage(pathlib.Path(folder) / f"{i + 1}.nrrd")
            values = sitk.GetArrayFromImage(image)
            for k, position in enumerate(scene.positions):
                index = np.array(image.TransformPhysicalPointToContinuousIndex(position.tolist()))
                plane = int(round(index[2]))
                if 0 <= plane < len(values):
                    if np.abs(index - [0, 0, plane]).max() > 0.01:
                        raise Cannot("segimage2itkimage puts planes beside the slices")
                    for segment in segments:
                        if segment["recommendedDisplayRGBValue"] != COLOUR:
                            raise Cannot(f"the colour became {segment['recommendedDisplayRGBValue']}")
                        # The description holds the number, as a label need not be one.
                        number = int(segment["SegmentDescription"])
                        found[number][k] = values[plane] if fractional else values[plane] == segment["labelID"]
        return found


def pgm_values(path, ds):
    """Values of a PGM of 8 bits, as binary as the frame is; the header is as long as it is."""
    values = np.frombuffer(path.read_bytes()[-ds.Rows * ds.Columns :], np.uint8).reshape(ds.Rows, ds.Columns)
    return values > 0 if ds.BitsAllocated == 1 else values


def read_dcmtk(scene, path, numbers):
    ds = pydicom.dcmread(path)
    if ds.BitsAllocated > 8:
        raise Cannot("dcmj2pnm shows 8 bits of a pixel")
    with tempfile.TemporaryDirectory() as folder:
        to = pathlib.Path(folder) / "frame"
        run = subprocess.run(["dcmj2pnm", "+Fa", "+op", path, to], capture_output=True, text=True)
        if run.returncode != 0:
            raise Cannot(run.stderr.strip().splitlines()[0])
        frames = [pgm_values(to.with_name(f"frame.{f}.pgm"), ds) for f in range(int(ds.NumberOfFrames))]
    return by_frames(scene, ds, np.stack(frames), numbers)


READERS = {
    "pydicom": read_pydicom,
    "gdcm": read_gdcm,
    "zlib": read_zlib,
    "highdicom get_volume": read_highdicom_volume,
    "highdicom get_pixels_by_source_instance": read_highdicom_instances,
    "dcmqi": read_dcmqi,
}


def compare(scene, file, reader, read):
    result = {"path": file["path"], "reader": reader}
    try:
        found = read(scene, file["path"], file["numbers"])
    except Cannot as fault:
        return {**result, "cannot": str(fault)}
    except Exception as fault:
        return {**result, "cannot": f"{type(fault).__name__}: {fault}"}
    if found is None:
        return None
    differing, set_pixels = 0, 0
    for number, label in zip(file["numbers"], file["labels"]):
        expected = scene.stored(file["type"], label)
        got = found[number]
        differing += int(np.count_nonzero(got != expected))
        set_pixels += int(np.count_nonzero(expected))
    return {**result, "differing": differing, "set": set_pixels}


def main(job):
    readers = {**READERS, **({"dcmtk": read_dcmtk} if shutil.which("dcmj2pnm") else {})}
    results = [
        compare(Scene(made), file, reader, read)
        for made in json.loads(pathlib.Path(job).read_text())["scenes"]
        for file in made["files"]
        for reader, read in readers.items()
    ]
    print(json.dumps([result for result in results if result is not None]))


main(sys.argv[1])
