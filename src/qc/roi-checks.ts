import type { CaseFacts, CaseMasks } from '../both-passes/masks.ts';
import { shareOutside } from '../both-passes/roi-crop.ts';
import type { RoiPlan } from '../both-passes/roi-plan.ts';
import type { Config } from '../config/schema.ts';
import { cropWithPad } from '../kernels/grid/crop.ts';
import { componentSizes } from '../kernels/mask/components.ts';
import type { QcCheck } from '../records/case.ts';
import type { Flag } from '../records/record.ts';
import { type Geometry, type Vec3, vec3 } from '../volume/geometry.ts';
import { assertChecks, judge } from './judge.ts';

type CheckName = keyof Config['roiQc'];

const MEANING: Readonly<Record<CheckName, string>> = {
  tumorClippedVoxels: 'tumour voxels that the ROI cuts off',
  tumorOnZFaces: 'tumour voxels in the first and last slice of the ROI',
  tumorOnXyFaces: 'tumour voxels on the in-plane faces of the ROI',
  contextClippedMm: 'padding that the ROI cuts off, in mm on the worst side',
  outsideShare: 'share of the ROI that lies outside the CT and is air',
  tumorComponents: 'connected components of the resampled tumour mask',
  tumorSpeckShare: 'share of the resampled tumour mask outside its largest component',
  volumeChange: 'change of the tumour volume by resampling, as a share',
  sidesNotDivisible: 'sides of the ROI that 32 does not divide',
};

/** Codes of the flags, as they stand in every record, table and caption. */
const FLAG_CODE: Readonly<Record<CheckName, string>> = {
  tumorClippedVoxels: 'tumor-clipped',
  tumorOnZFaces: 'tumor-touches-z-face',
  tumorOnXyFaces: 'tumor-touches-xy-face',
  contextClippedMm: 'context-clipped',
  outsideShare: 'roi-outside-image',
  tumorComponents: 'tumor-components-resampled',
  tumorSpeckShare: 'tumor-specks-resampled',
  volumeChange: 'tumor-volume-changed',
  sidesNotDivisible: 'roi-not-divisible',
};

/** What the network's five halvings divide by (MONAI SwinUNETR, `_check_input_size`). */
const NETWORK_DIVISOR = 32;

/** Sides of a RAS grid in the order lower x, y, z, upper x, y, z. */
const SIDES = ['left', 'posterior', 'inferior', 'right', 'anterior', 'superior'] as const;

/** Millimetres on each side: towards the lower and the upper end of x, y and z (left, posterior, inferior; right, anterior, superior). */
export interface SidesMm {
  readonly lower: Vec3;
  readonly upper: Vec3;
}

export interface RoiQc {
  readonly checks: readonly QcCheck[];
  /** From the mask that the ROI is laid round to the ROI's faces; negative where the ROI cuts it. */
  readonly contextMm: SidesMm;
  /** Of the padding asked for. */
  readonly contextClippedMm: SidesMm;
  readonly flags: readonly Flag[];
}

/** Tumour voxels in the outermost layer along each axis; a corner counts for each of its axes. */
function voxelsOnFaces(mask: Uint8Array, [nx, ny, nz]: Vec3): { xy: number; z: number } {
  let xy = 0;
  let z = 0;
  for (let k = 0; k < nz; k++) {
    const zFace = k === 0 || k === nz - 1;
    for (let j = 0; j < ny; j++) {
      const row = (k * ny + j) * nx;
      const yFace = j === 0 || j === ny - 1;
      if (!zFace && !yFace) {
        xy += mask[row] + (nx > 1 ? mask[row + nx - 1] : 0);
        continue;
      }
      for (let i = 0; i < nx; i++) {
        if (mask[row + i] === 0) continue;
        if (zFace) z++;
        if (yFace || i === 0 || i === nx - 1) xy++;
      }
    }
  }
  return { xy, z };
}

function contextOf({ box, paddingMm }: RoiPlan, masks: CaseMasks, spacingMm: Vec3) {
  const subject = (masks.source === 'lung' ? masks.lung! : masks.tumor).box;
  const lower = vec3((a) => (subject.start[a] - box.start[a]) * spacingMm[a]);
  const upper = vec3((a) => (box.start[a] + box.size[a] - subject.start[a] - subject.size[a]) * spacingMm[a]);
  const clipped = (side: Vec3): Vec3 => vec3((a) => Math.max(0, paddingMm[a] - side[a]));
  return {
    contextMm: { lower, upper },
    contextClippedMm: { lower: clipped(lower), upper: clipped(upper) },
  };
}

function clippedSides({ lower, upper }: SidesMm): string {
  return [...lower, ...upper]
    .flatMap((mm, side) => (mm > 0 ? [`${SIDES[side]} ${mm.toFixed(1)} mm`] : []))
    .join(', ');
}

/** Measures an ROI and judges it by `roiQc`. Throws a CaseExclusion `quality` where a failed check asks for it. */
export function checkRoi(
  { tumor: original }: CaseFacts,
  masks: CaseMasks,
  plan: RoiPlan,
  { resampled, tumorRoi }: { resampled: Geometry; tumorRoi: { mask: Uint8Array; voxels: number } },
  limits: Config['roiQc'],
): RoiQc {
  const { spacingMm, size } = resampled;
  const { box } = plan;
  const context = contextOf(plan, masks, spacingMm);
  const { voxels, ...tumorBox } = masks.tumor.box;
  const tumorAlone = cropWithPad(masks.tumor.mask, size, tumorBox.start, tumorBox.size, 0);
  const components = componentSizes(tumorAlone, tumorBox.size);
  const resampledMl = (voxels * spacingMm[0] * spacingMm[1] * spacingMm[2]) / 1000;
  const faces = voxelsOnFaces(tumorRoi.mask, box.size);
  const checks = judge<CheckName>(
    {
      tumorClippedVoxels: voxels - tumorRoi.voxels,
      tumorOnZFaces: faces.z,
      tumorOnXyFaces: faces.xy,
      contextClippedMm: Math.max(...context.contextClippedMm.lower, ...context.contextClippedMm.upper),
      outsideShare: shareOutside(box, size),
      tumorComponents: components.length,
      tumorSpeckShare: 1 - components[0] / voxels,
      volumeChange: resampledMl / original.volume_ml - 1,
      sidesNotDivisible: box.size.filter((n) => n % NETWORK_DIVISOR !== 0).length,
    },
    limits,
    MEANING,
  );
  assertChecks(checks, 'roiQc');
  const flags = checks.flatMap(({ code, meaning, value, severity, passed }): Flag[] => {
    if (passed || severity !== 'flag' || value === null) return [];
    const name = code as CheckName;
    const message =
      name === 'contextClippedMm' ? `${meaning} (${clippedSides(context.contextClippedMm)})` : meaning;
    return [{ code: FLAG_CODE[name], message, value }];
  });
  return { checks, ...context, flags };
}
