#!/usr/bin/env bash
# Segments above 255 of a LABELMAP SEG become others: highdicom and Cornerstone keep the last byte of a number.
#
# Date:      2026-11-29
# Versions:  highdicom 0.28.2, dcmqi 1.5.7, SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6, @cornerstonejs/adapters, core, metadata
#            and tools 5.14.0, dcmjs 0.52.0, @babel/runtime 7.29.15, Node 22 or newer
# Guess:     a LABELMAP may have 16 bits a pixel, for atlases of more than 255 structures, and highdicom writes them: what
#            reads one reads all its segments, or refuses.
# Behaviour: highdicom's masks of single segments (get_volume, get_pixels_by_source_instance) come of bytes: segments above 255
#            are empty, and their voxels are counted to others, those of 257 to segment 1, those of 300 to 44. With
#            combine_segments=True all is right. Cornerstone's adapters make label maps of bytes, and do the same: 257 is
#            painted as 1, 300 as 44, 256 not at all. Neither says a word. dcmqi reads all.
# Seen (voxels of segments 1, 44, 255, 256, 257 and 300; of the adapters, the labels where they lie):
#   written, bits                                   16
#   written                                         3 4 5 6 7 8
#   highdicom get_volume(combine_segments=True)     3 4 5 6 7 8
#   highdicom get_volume()                          10 12 5 0 0 0
#   highdicom get_volume(segment_numbers=[n])       10 12 5 0 0 0
#   highdicom get_pixels_by_source_instance(uids)   10 12 5 0 0 0
#   dcmqi                                           3 4 5 6 7 8
#   @cornerstonejs/adapters, labels                 Uint8Array 1 44 255 0 1 44
#   @cornerstonejs/adapters, words on stderr        none
#   holds: highdicom 0.28.2 and @cornerstonejs/adapters 5.14.0 give voxels of segments above 255 to others
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check highdicom==0.28.2 dcmqi==1.5.7 SimpleITK==2.5.7 \
  pydicom==3.0.2 numpy==2.4.6
npm install --loglevel=error --no-audit --no-fund --prefix "$work" @cornerstonejs/adapters@5.14.0 @cornerstonejs/core@5.14.0 \
  @cornerstonejs/metadata@5.14.0 @cornerstonejs/tools@5.14.0 dcmjs@0.52.0 @babel/runtime@7.29.15 > "$work/npm.log"

cd "$work"
cat > load.mjs <<'JS'
import { readdirSync, readFileSync } from 'node:fs';
import { adaptersSEG } from '@cornerstonejs/adapters';
import { metaData } from '@cornerstonejs/core';
import dcmjs from 'dcmjs';

const { DicomMessage, DicomMetaDictionary } = dcmjs.data;
const bytesOf = (file) => new Uint8Array(readFileSync(file)).buffer;
const slices = readdirSync('ct')
  .map((name) => DicomMetaDictionary.naturalizeDataset(DicomMessage.readFile(bytesOf(`ct/${name}`)).dict))
  .sort((a, b) => a.ImagePositionPatient[2] - b.ImagePositionPatient[2]);
const sliceOf = new Map(slices.map((slice) => [`ct:${slice.SOPInstanceUID}`, slice]));

const MODULES = {
  instance: (slice) => slice,
  generalImageModule: (slice) => ({ sopInstanceUID: slice.SOPInstanceUID }),
  sopCommonModule: (slice) => ({ sopInstanceUID: slice.SOPInstanceUID, sopClassUID: slice.SOPClassUID }),
  generalSeriesModule: (slice) => ({ seriesInstanceUID: slice.SeriesInstanceUID, modality: 'CT' }),
  imagePlaneModule: (slice) => ({
    rows: slice.Rows,
    columns: slice.Columns,
    rowCosines: [1, 0, 0],
    columnCosines: [0, 1, 0],
    imageOrientationPatient: [1, 0, 0, 0, 1, 0],
    imagePositionPatient: slice.ImagePositionPatient.map(Number),
    pixelSpacing: [1, 1],
    rowPixelSpacing: 1,
    columnPixelSpacing: 1,
    sliceThickness: 3,
    frameOfReferenceUID: slice.FrameOfReferenceUID,
  }),
  imagePixelModule: (slice) => ({
    rows: slice.Rows,
    columns: slice.Columns,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    bitsAllocated: 16,
    bitsStored: 16,
    highBit: 15,
    pixelRepresentation: 1,
  }),
};
metaData.addProvider((type, imageId) => {
  const slice = sliceOf.get(imageId);
  return slice === undefined ? undefined : MODULES[type]?.(slice);
}, 1);
const { createFromDICOMSegBuffer } = adaptersSEG.Cornerstone3D.Segmentation;
const loaded = await createFromDICOMSegBuffer([...sliceOf.keys()], bytesOf('seg.dcm'), { metadataProvider: metaData });
const arrays = loaded.labelMapImages[0].map(({ voxelManager }) => voxelManager.getScalarData());
console.log(arrays[0].constructor.name, ...arrays.slice(0, 6).map((labels) => labels[0]));
JS
PATH="$work/venv/bin:$PATH" python -W ignore - <<'PY'
import pathlib
import subprocess
import sys

import highdicom as hd
import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

folder = pathlib.Path("ct")
folder.mkdir()
study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
images = []
for k in range(7):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series_uid, frame_uid
    ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ds.AccessionNumber = ""
    ds.StudyDate, ds.StudyTime = "20200101", "100000"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
    ds.Rows = ds.Columns = 32
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.PixelData = bytes(2 * 32 * 32)
    ds.save_as(folder / f"{k}.dcm", enforce_file_format=True)
    images.append(ds)

SHOWN = (1, 44, 255, 256, 257, 300)
labels = np.zeros((7, 32, 32), np.uint16)
for k, label in enumerate(SHOWN):
    labels[k, 0, : k + 3] = label
# Every other segment has a voxel of its own in the slice above.
labels[6].flat[:300] = [label if label not in SHOWN else 0 for label in range(1, 301)]
segments = [
    hd.seg.SegmentDescription(
        number, f"structure {number}", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    for number in range(1, 301)
]
seg = hd.seg.Segmentation(
    images, labels, "LABELMAP", segments, hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1"
)
seg.save_as("seg.dcm")
seg = hd.seg.segread("seg.dcm")


def check(who, seen, before):
    print(f"{who:46}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


def counts(array):
    return " ".join(str(int((array == label).sum())) for label in SHOWN)


def masks(array):
    return " ".join(str(int(array[..., label - 1].sum())) for label in SHOWN)


check("written, bits", int(seg.BitsStored), 16)
check("written", counts(labels), "3 4 5 6 7 8")
check("highdicom get_volume(combine_segments=True)", counts(seg.get_volume(combine_segments=True).array), "3 4 5 6 7 8")
check("highdicom get_volume()", masks(seg.get_volume().array), "10 12 5 0 0 0")
single = " ".join(str(int(seg.get_volume(segment_numbers=[label]).array.sum())) for label in SHOWN)
check("highdicom get_volume(segment_numbers=[n])", single, "10 12 5 0 0 0")
uids = [image.SOPInstanceUID for image in images]
check("highdicom get_pixels_by_source_instance(uids)", masks(seg.get_pixels_by_source_instance(uids)), "10 12 5 0 0 0")
convert = ["segimage2itkimage", "--inputDICOM", "seg.dcm", "--outputDirectory", ".", "-t", "nrrd", "--mergeSegments"]
subprocess.run(convert, check=True, capture_output=True)
check("dcmqi", counts(sitk.GetArrayFromImage(sitk.ReadImage("1.nrrd"))), "3 4 5 6 7 8")
load = subprocess.run(["node", "load.mjs"], check=True, capture_output=True, text=True)
check("@cornerstonejs/adapters, labels", load.stdout.strip(), "Uint8Array 1 44 255 0 1 44")
check("@cornerstonejs/adapters, words on stderr", load.stderr.strip() or "none", "none")
PY
echo "holds: highdicom 0.28.2 and @cornerstonejs/adapters 5.14.0 give voxels of segments above 255 to others"
