import type { CodedConcept, Segment } from '../../../src/dicom/derived/segment.ts';
import type { SegmentationRules } from '../../../src/dicom/derived/segmentation/rules.ts';

const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });

/** A segment as a model makes it: a primary neoplasm; `changed` replaces parts of it. */
export function madeSegment(label: number, changed: Partial<Segment> = {}): Segment {
  return {
    label,
    name: `GTV-${label}`,
    description: '',
    category: sct('49755003', 'Morphologically Abnormal Structure'),
    type: sct('86049000', 'Neoplasm, Primary'),
    typeModifiers: [],
    regions: [],
    regionModifiers: [],
    algorithm: { type: 'AUTOMATIC', name: 'SwinUNETR', version: '1.2' },
    colour: [255, 0, 128],
    ...changed,
  };
}

/** A tumour of the lung that a program drew. */
export function tumour(label: number, more: Partial<Segment> = {}): Segment {
  return {
    ...madeSegment(label),
    name: `Tumour ${label}`,
    type: sct('108369006', 'Neoplasm'),
    regions: [sct('39607008', 'Lung')],
    algorithm: { type: 'AUTOMATIC', name: 'SwinUNETR', version: '1.0' },
    colour: [255, 0, 0],
    ...more,
  };
}

export const plainRules: SegmentationRules = {
  type: 'BINARY',
  frames: 'occupied',
  compression: 'none',
  seriesDescription: 'Segmentation',
  seriesNumber: 900,
  creator: '',
};
