type Colour = readonly [red: number, green: number, blue: number];

/** Of the first labels: what stands out on grey, the tumour red as in the pictures for review. */
const FIRST: readonly Colour[] = [
  [230, 25, 75],
  [60, 180, 75],
  [255, 225, 25],
  [0, 130, 200],
  [245, 130, 48],
  [145, 30, 180],
  [70, 240, 240],
  [240, 50, 230],
  [210, 245, 60],
  [250, 190, 212],
  [0, 128, 128],
  [220, 190, 255],
];

/**
 * The colour that a label is recommended to be shown in, sRGB 0 to 255: another one for every label. Beyond the first ones the
 * bits of the label are dealt to red, green and blue in turn, the lowest to the highest bit of each, taken from white: so
 * neighbours differ most.
 */
export function segmentColour(label: number): Colour {
  if (label >= 1 && label <= FIRST.length) return FIRST[label - 1];
  const channels: [number, number, number] = [255, 255, 255];
  for (let bit = 0; bit < 24; bit++) if ((label >> bit) & 1) channels[bit % 3] -= 128 >> Math.floor(bit / 3);
  return channels;
}
