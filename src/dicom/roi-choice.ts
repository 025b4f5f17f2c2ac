/** An ROI of a structure set or a segment of a segmentation: its number and every text that may name it. */
export interface NamedRoi {
  readonly number: number;
  readonly names: readonly string[];
}

/**
 * The ROI that the patterns choose: the first pattern that matches any ROI decides, and among the ROIs it matches the
 * lowest number. Patterns are regular expressions, matched without regard to case against each trimmed name.
 */
export function chooseRoi<T extends NamedRoi>(
  rois: readonly T[],
  patterns: readonly string[],
): T | undefined {
  for (const pattern of patterns) {
    const expression = new RegExp(pattern, 'i');
    const matches = rois.filter((roi) => roi.names.some((name) => expression.test(name.trim())));
    if (matches.length > 0) return matches.reduce((a, b) => (b.number < a.number ? b : a));
  }
  return undefined;
}
