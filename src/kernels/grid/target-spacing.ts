import type { Vec3 } from '../../volume/geometry.ts';

/** How the spacing of a resampled scan is chosen; lengths in mm. */
export interface SpacingRule {
  readonly policy: 'fixed' | 'anisotropic';
  readonly spacingMm: Vec3;
  readonly thinMm: Vec3;
  readonly thickAboveMm: number;
  readonly thickZMm: 'keep' | number;
}

/**
 * Spacing to resample a RAS scan to. `anisotropic` makes thin slices as fine as `thinMm` and leaves thick ones thick:
 * tripling their number would add voxels, not detail.
 */
export function targetSpacing([, , zMm]: Vec3, rule: SpacingRule): Vec3 {
  if (rule.policy === 'fixed') return rule.spacingMm;
  if (zMm <= rule.thickAboveMm) return rule.thinMm;
  return [rule.thinMm[0], rule.thinMm[1], rule.thickZMm === 'keep' ? zMm : rule.thickZMm];
}
