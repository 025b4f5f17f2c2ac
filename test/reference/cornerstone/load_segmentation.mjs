// Loads a DICOM SEG onto its CT as OHIF does, with @cornerstonejs/adapters: `node load_segmentation.mjs CTFOLDER SEG OUT` writes
// the label map to OUT, a byte a pixel, slices in the order of their position along row x column, and prints what the adapters
// tell of it as JSON.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adaptersSEG } from '@cornerstonejs/adapters';
import { metaData } from '@cornerstonejs/core';
import dcmjs from 'dcmjs';

const [ctFolder, segmentation, out] = process.argv.slice(2);
const { DicomMessage, DicomMetaDictionary } = dcmjs.data;

function buffer(file) {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

/** Position of an image along row x column. */
function height({ ImageOrientationPatient, ImagePositionPatient }) {
  const [rx, ry, rz, cx, cy, cz] = ImageOrientationPatient.map(Number);
  const normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
  return normal.reduce((sum, n, axis) => sum + n * Number(ImagePositionPatient[axis]), 0);
}

const slices = readdirSync(ctFolder)
  .map((name) =>
    DicomMetaDictionary.naturalizeDataset(DicomMessage.readFile(buffer(join(ctFolder, name))).dict),
  )
  .filter(({ Modality }) => Modality === 'CT')
  .sort((a, b) => height(a) - height(b));
const imageIds = slices.map(({ SOPInstanceUID }) => `ct:${SOPInstanceUID}`);
const sliceOf = new Map(imageIds.map((id, i) => [id, slices[i]]));

// What OHIF's provider tells of an image, as far as the adapters ask.
function moduleOf(type, imageId) {
  const slice = sliceOf.get(imageId);
  if (slice === undefined) return undefined;
  const { Rows: rows, Columns: columns } = slice;
  switch (type) {
    case 'instance':
      return slice;
    case 'generalImageModule':
      return { sopInstanceUID: slice.SOPInstanceUID };
    case 'sopCommonModule':
      return { sopInstanceUID: slice.SOPInstanceUID, sopClassUID: slice.SOPClassUID };
    case 'generalSeriesModule':
      return { seriesInstanceUID: slice.SeriesInstanceUID, modality: 'CT' };
    case 'imagePlaneModule': {
      const orientation = slice.ImageOrientationPatient.map(Number);
      const [rowPixelSpacing, columnPixelSpacing] = slice.PixelSpacing.map(Number);
      return {
        rows,
        columns,
        rowCosines: orientation.slice(0, 3),
        columnCosines: orientation.slice(3),
        imageOrientationPatient: orientation,
        imagePositionPatient: slice.ImagePositionPatient.map(Number),
        pixelSpacing: [rowPixelSpacing, columnPixelSpacing],
        rowPixelSpacing,
        columnPixelSpacing,
        sliceThickness: Number(slice.SliceThickness),
        frameOfReferenceUID: slice.FrameOfReferenceUID,
      };
    }
    case 'imagePixelModule':
      return {
        rows,
        columns,
        samplesPerPixel: 1,
        photometricInterpretation: 'MONOCHROME2',
        bitsAllocated: slice.BitsAllocated,
        bitsStored: slice.BitsStored,
        highBit: slice.HighBit,
        pixelRepresentation: slice.PixelRepresentation,
      };
    default:
      return undefined;
  }
}

metaData.addProvider(moduleOf, 1);
const loaded = await adaptersSEG.Cornerstone3D.Segmentation.createFromDICOMSegBuffer(
  imageIds,
  buffer(segmentation),
  {
    metadataProvider: metaData,
  },
);
const plane = slices[0].Rows * slices[0].Columns;
const labels = new Uint8Array(plane * slices.length);
for (const images of loaded.labelMapImages)
  for (const [k, { voxelManager }] of images.entries()) labels.set(voxelManager.getScalarData(), k * plane);
writeFileSync(out, labels);
const segments = loaded.segMetadata.data.filter((segment) => segment && Number(segment.SegmentNumber) > 0);
process.stdout.write(
  JSON.stringify({
    series: loaded.segMetadata.seriesInstanceUid === slices[0].SeriesInstanceUID ? 'of the CT' : 'another',
    overlapping: loaded.overlappingSegments,
    segments: segments.map(({ SegmentNumber, SegmentLabel, SegmentedPropertyTypeCodeSequence: [type] }) => ({
      number: SegmentNumber,
      label: SegmentLabel,
      type: type.CodeMeaning,
    })),
  }),
);
