import type { CodedConcept, Segment } from '../../../src/dicom/derived/segment.ts';
import type { SegmentationRules } from '../../../src/dicom/derived/segmentation/rules.ts';

const sct = (value: string, meaning: string): CodedConcept => ({ value, scheme: 'SCT', meaning });

/** A tumour of the lung that a program drew. */
export function tumour(label: number, more: Partial<Segment> = {}): Segment {
  return {
    label,
    name: `Tumour ${label}`,
    description: '',
    category: sct('49755003', 'Morphologically Abnormal Structure'),
    type: sct('108369006', 'Neoplasm'),
    typeModifiers: [],
    regions: [sct('39607008', 'Lung')],
    regionModifiers: [],
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
