import type { Volume } from '../../volume/geometry.ts';

/** A mask as one object of a study names it. */
export interface Structure {
  /** Name of the ROI; of a segment, its description. */
  readonly name: string;
  readonly kind: 'tumour' | 'organ';
  /** Label and type of the segment: SNOMED code and meaning. */
  readonly type: readonly [code: string, meaning: string];
  readonly colour: readonly [red: number, green: number, blue: number];
  readonly mask: Volume<Uint8Array>;
}

export const namedStructures = {
  tumour: { name: 'GTV-1', kind: 'tumour', type: ['86049000', 'Neoplasm, Primary'], colour: [255, 0, 0] },
  heart: { name: 'Heart', kind: 'organ', type: ['80891009', 'Heart'], colour: [255, 128, 64] },
  spinalCord: { name: 'Spinal-Cord', kind: 'organ', type: ['2748008', 'Spinal cord'], colour: [0, 160, 255] },
} as const satisfies Record<string, Omit<Structure, 'mask'>>;
