import type { MaskReferences } from './link.ts';
import type { Algorithm } from './mask-order.ts';

/** An ROI of a structure set or a segment of a segmentation: its number and every text that may name it. */
export interface NamedRoi {
  readonly number: number;
  /** Name first; then description and label, as far as there are any. */
  readonly names: readonly string[];
  /** False where it is known to hold nothing to draw: no closed contour. */
  readonly drawable?: boolean;
  /** The images that this ROI alone was drawn on, where they differ from ROI to ROI. */
  readonly references?: MaskReferences;
  /** Whether a person or a program drew it; absent where that is not told. */
  readonly algorithm?: Algorithm;
}

export interface RoiRules {
  /** Patterns for the wanted ROI, most wanted first; see `chooseRois`. */
  readonly roiNames: readonly string[];
  /** `primary` (the default) takes one ROI, `union` all that match any of `unionNames`. */
  readonly policy?: 'primary' | 'union';
  readonly unionNames?: readonly string[];
}

export interface ChosenRois<T extends NamedRoi> {
  /** In the order of their numbers; one with the policy `primary`. */
  readonly rois: readonly T[];
  /** Others that the deciding pattern would have chosen as well: the lowest number won. */
  readonly alternatives: number;
  /** Position of the deciding pattern; 0 in a union, whose patterns have no order. */
  readonly pattern: number;
}

function matches(roi: NamedRoi, pattern: string): boolean {
  const expression = new RegExp(pattern, 'i');
  return roi.names.some((name) => expression.test(name.trim()));
}

/** Whether any pattern of the rules has a name. */
export function isWantedName(name: string, { roiNames, policy, unionNames = roiNames }: RoiRules): boolean {
  const patterns = policy === 'union' ? unionNames : roiNames;
  return patterns.some((pattern) => matches({ number: 0, names: [name] }, pattern));
}

function byNumber(a: NamedRoi, b: NamedRoi): number {
  return a.number - b.number;
}

/**
 * The ROIs that the rules choose. `primary`: the first pattern that matches any ROI with something to draw decides, and
 * among the ROIs it matches the lowest number. Patterns are regular expressions, matched without regard to case against
 * each trimmed name. Where all that match are empty the first of them is chosen, so that the reason is told.
 * Undefined where nothing matches.
 */
export function chooseRois<T extends NamedRoi>(
  rois: readonly T[],
  { roiNames, policy = 'primary', unionNames = roiNames }: RoiRules,
): ChosenRois<T> | undefined {
  const ordered = [...rois].sort(byNumber);
  const drawable = ordered.filter((roi) => roi.drawable !== false);
  for (const candidates of [drawable, ordered]) {
    if (policy === 'union') {
      const all = candidates.filter((roi) => unionNames.some((pattern) => matches(roi, pattern)));
      if (all.length > 0) return { rois: all, alternatives: 0, pattern: 0 };
      continue;
    }
    for (const [pattern, name] of roiNames.entries()) {
      const [first, ...others] = candidates.filter((roi) => matches(roi, name));
      if (first !== undefined) return { rois: [first], alternatives: others.length, pattern };
    }
  }
  return undefined;
}
