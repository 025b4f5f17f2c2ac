import { giveBack } from '../../memory/thread.ts';
import type { DataSet } from '../encode/dictionary.ts';
import { text } from '../file/part10.ts';
import { DEFLATED_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN } from '../file/transfer-syntax.ts';
import { neededContentMoment } from './content-moment.ts';
import { copiedElements } from './copied-elements.ts';
import type { DerivedObject } from './derived-object.ts';
import { commonModules, derivedFile } from './object-modules.ts';
import { OwnTexts } from './own-text.ts';
import { referencedSeries } from './references.ts';
import type { Segment } from './segment.ts';
import { framePixels } from './segmentation/frame-pixels.ts';
import { framesBySegment, framesToWrite } from './segmentation/frames.ts';
import { functionalGroupsOf } from './segmentation/groups.ts';
import { MOST_FRACTIONAL, segmentPresence } from './segmentation/presence.ts';
import {
  bitsOf,
  checkSegmentationRules,
  checkVoxelsSuit,
  type SegmentationRules,
} from './segmentation/rules.ts';
import { BACKGROUND, segmentItems } from './segmentation/segment-items.ts';
import type { SourceImages, SourceVoxels } from './source-images.ts';

const SOP_CLASSES = {
  BINARY: '1.2.840.10008.5.1.4.1.1.66.4',
  FRACTIONAL: '1.2.840.10008.5.1.4.1.1.66.4',
  LABELMAP: '1.2.840.10008.5.1.4.1.1.66.7',
} as const;

const TRANSFER_SYNTAXES = {
  none: EXPLICIT_LITTLE_ENDIAN,
  rle: '1.2.840.10008.1.2.5',
  deflate: DEFLATED_LITTLE_ENDIAN,
  'deflate-frames': '1.2.840.10008.1.2.8.1',
} as const;

const LOSSY_IMAGE_COMPRESSION = 'x00282110';

/** Whether pixels of the CT were ever compressed with loss, which what is derived from it has to say (PS3.3 C.8.20.2.2). */
function lossyCompression({ slices }: SourceImages): DataSet {
  const lossy = slices.find(({ file }) => text(file.dataset, LOSSY_IMAGE_COMPRESSION) === '01');
  if (lossy === undefined) return { LossyImageCompression: '00' };
  const how = ['LossyImageCompressionRatio', 'LossyImageCompressionMethod'] as const;
  return { LossyImageCompression: '01', ...copiedElements(lossy.file.dataset, how) };
}

/** The modules Image Pixel and Segmentation Image (DICOM PS3.3 C.7.6.3, C.8.20.2), the segments and the pixels aside. */
function segmentationImage(
  source: SourceImages,
  segments: readonly Segment[],
  rules: SegmentationRules,
  own: OwnTexts,
): DataSet {
  const [{ columns, rows }] = source.slices;
  const bits = bitsOf(rules, segments);
  return {
    ImageType: ['DERIVED', 'PRIMARY'],
    ContentLabel: 'SEGMENTATION',
    ContentDescription: own.checked('LO', rules.seriesDescription, 'the series description'),
    ContentCreatorName: own.checked('PN', rules.creator, "the content creator's name"),
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: rows,
    Columns: columns,
    BitsAllocated: bits,
    BitsStored: bits,
    HighBit: bits - 1,
    PixelRepresentation: 0,
    ...lossyCompression(source),
    SegmentationType: rules.type,
    ...(rules.type === 'FRACTIONAL' && {
      SegmentationFractionalType: 'PROBABILITY',
      MaximumFractionalValue: MOST_FRACTIONAL,
    }),
    ...(rules.type === 'LABELMAP' && { PixelPaddingValue: BACKGROUND }),
    SegmentsOverlap: 'NO',
    SegmentSequence: segmentItems(segments, rules, own),
  };
}

/**
 * A DICOM Segmentation, or Label Map Segmentation (DICOM PS3.3 A.51), of voxels on the pixels of a CT's slices, whose patient and
 * study it has and every image of which it refers to. Frames lie on the slices as they were scanned, whatever their
 * orientation and distances. Of a BINARY or FRACTIONAL one, Segment Numbers count from 1 in the order of the segments; of a
 * LABELMAP they are the labels. A segment without pixels is described and has no frame. Labels of a label map become
 * probabilities of 0 and 1 where the type is FRACTIONAL. The same input gives the same bytes.
 *
 * @param voxels columns x rows x slices, labels or probabilities
 *
 * Throws a UsageError where segments or rules are at fault, a CaseExclusion where the images cannot be referred to, a label has no
 * segment (`label-without-segment`), a value is no probability (`no-probability`), or there are more pixels than readers take
 * (`segmentation-too-large`).
 */
export function encodeSegmentation(
  source: SourceImages,
  voxels: SourceVoxels,
  segments: readonly Segment[],
  rules: SegmentationRules,
): DerivedObject {
  checkSegmentationRules(segments, rules);
  checkVoxelsSuit(voxels, segments, rules);
  const [{ columns, rows }] = source.slices;
  if (voxels.length !== columns * rows * source.slices.length)
    throw new RangeError(
      `${voxels.length} voxels for ${source.slices.length} slices of ${columns} x ${rows}`,
    );
  const presence = segmentPresence(voxels, columns * rows, segments);
  const frames = framesToWrite(presence, rules);
  const moment = neededContentMoment(source, rules);
  const dataSet = {
    ...commonModules(source, rules, 'SEG', moment),
    ContentDate: moment.date,
    ContentTime: moment.time,
    ReferencedSeriesSequence: referencedSeries(source.slices),
    ...segmentationImage(source, segments, rules, new OwnTexts(source)),
    ...functionalGroupsOf(source, segments, frames, rules),
    SOPClassUID: SOP_CLASSES[rules.type],
  };
  const pixels = framePixels({ voxels, columns, rows, segments }, frames, rules);
  const bytes = derivedFile(
    { ...dataSet, PixelData: pixels },
    rules.uidRoot,
    TRANSFER_SYNTAXES[rules.compression],
  );
  if (pixels instanceof Uint8Array) giveBack(pixels);
  return { bytes, parts: framesBySegment(frames, presence), total: frames.length };
}
