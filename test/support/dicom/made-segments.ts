import type { Segment } from '../../../src/dicom/derived/segment.ts';

/** A segment as a model makes it: a primary neoplasm; `changed` replaces parts of it. */
export function madeSegment(label: number, changed: Partial<Segment> = {}): Segment {
  return {
    label,
    name: `GTV-${label}`,
    description: '',
    category: { value: '49755003', scheme: 'SCT', meaning: 'Morphologically Abnormal Structure' },
    type: { value: '86049000', scheme: 'SCT', meaning: 'Neoplasm, Primary' },
    typeModifiers: [],
    regions: [],
    regionModifiers: [],
    algorithm: { type: 'AUTOMATIC', name: 'SwinUNETR', version: '1.2' },
    colour: [255, 0, 128],
    ...changed,
  };
}
