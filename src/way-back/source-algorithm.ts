import type { SegmentAlgorithm } from '../dicom/derived/segment.ts';
import { type DicomFile, items, Tag, text } from '../dicom/file/part10.ts';
import { readStructureSet } from '../dicom/mask/rtstruct.ts';
import { readSegmentation } from '../dicom/mask/seg.ts';
import { safeRoiName } from '../privacy/roi-name.ts';
import type { OkCase } from '../records/case.ts';
import { VERSION } from '../version.ts';
import { dicomText } from './segments-file.ts';

/** Segment Algorithm Name of what an algorithm made of which nothing is known. */
export const NOT_KNOWN = 'not known';

const SEGMENT_ALGORITHM_NAME = 'x00620009';

type Tumour = OkCase['tumor'];
type Algorithm = NonNullable<Tumour['choice']>['masks'][number]['algorithm'];

/** What a header tells of how an ROI was drawn. */
interface Told {
  readonly type: Algorithm;
  /** Segment Algorithm Name, which a SEG alone has; ''. */
  readonly name: string;
}

/** How the ROIs of this number and name among some files were drawn. */
function toldByHeaders(headers: readonly DicomFile[], { source, roi_number, roi_name }: Tumour): Told[] {
  return headers.flatMap((file): Told[] => {
    if (text(file.dataset, Tag.Modality) !== source) return [];
    const rois = source === 'SEG' ? readSegmentation(file).segments : readStructureSet(file).rois;
    const found = rois.filter((roi) => roi.number === roi_number && safeRoiName(roi.names[0]) === roi_name);
    return found.map(({ algorithm: type = 'unknown' }) => {
      const segments = source === 'SEG' ? items(file.dataset, Tag.SegmentSequence) : [];
      const segment = segments.find((item) => item.uint16(Tag.SegmentNumber) === roi_number);
      return { type, name: segment === undefined ? '' : text(segment, SEGMENT_ALGORITHM_NAME) };
    });
  });
}

/** What all of some say; undefined where they differ, or there is none. */
function same<T>(values: readonly T[]): T | undefined {
  return new Set(values).size === 1 ? values[0] : undefined;
}

/**
 * How the mask of a patient was made, by the record of convert and the headers of the raw files. Where neither tells it is
 * undefined: MANUAL would be a claim.
 */
export function sourceAlgorithm(tumour: Tumour, headers: readonly DicomFile[]): SegmentAlgorithm | undefined {
  const taken = tumour.choice?.masks.filter((mask) => mask.taken) ?? [];
  if (tumour.choice !== undefined && taken.length > 1)
    return { type: 'SEMIAUTOMATIC', name: `swinprep mask.objects ${tumour.choice.rule}`, version: VERSION };
  const told = tumour.source === 'NIFTI' ? [] : toldByHeaders(headers, tumour);
  const type = taken[0]?.algorithm ?? same(told.map((one) => one.type)) ?? 'unknown';
  if (type === 'unknown') return undefined;
  if (type === 'MANUAL') return { type, name: '', version: '' };
  const name = same(told.filter((one) => one.type === type).map((one) => one.name)) ?? '';
  const isText = dicomText(64).safeParse(name).success && name !== '';
  return { type, name: isText ? name : NOT_KNOWN, version: '' };
}
