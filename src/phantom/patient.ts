import type { Geometry, Volume } from '../volume/geometry.ts';
import { drawAnatomy } from './anatomy/anatomy.ts';
import { type PatientPlan, planPatient, type Stage } from './anatomy/plan.ts';
import { drawTumour } from './anatomy/tumour.ts';
import { lungVessels } from './anatomy/vessel-tree.ts';
import { type RandomStream, randomStream } from './drawing/random.ts';
import { scan } from './scan.ts';

export interface PhantomPatient {
  /** `PHANTOM-001` and so on. */
  readonly patientId: string;
  readonly stage: Stage;
  /** Which DICOM object carries the masks. */
  readonly maskObject: 'SEG' | 'RTSTRUCT';
  /** HU. */
  readonly ct: Volume<Int16Array>;
  /** The truth, on the grid of `ct`: 1 where tumour is. So for the other structures. */
  readonly tumor: Volume<Uint8Array>;
  readonly heart: Volume<Uint8Array>;
  readonly spinalCord: Volume<Uint8Array>;
  readonly plan: PatientPlan;
}

export interface GridChoice {
  readonly full: boolean;
  readonly gridSize: number | undefined;
}

/** Draws and scans the patient of an index. Nothing but seed, index and grid has a say. */
export function makePatient(seed: number, index: number, choice: GridChoice): PhantomPatient {
  const stream = (what: string) => randomStream(seed, index, what);
  const plan = planPatient(seed, index);
  const geometry = drawGrid(stream('grid'), index, choice);
  const [columns, , slices] = geometry.size;
  const [pixelMm, , sliceMm] = geometry.spacingMm;
  const heightMm = slices * sliceMm;
  // A short scan covers the lungs and little else.
  const below = choice.full ? 0.25 : 0.15;
  const lungHeightMm = heightMm / (choice.full ? 1.34 : 1.2);
  const scale = Math.min(1, (columns * pixelMm) / 480);
  const body = drawAnatomy(stream('anatomy'), plan.female, lungHeightMm, scale);
  const tumour = drawTumour(body, plan.tumour, stream('tumour'));
  const vessels = lungVessels(body, stream('vessels'));
  const noise = stream('noise');
  const subject = {
    body,
    vessels,
    tumour,
    bottomMm: -below * lungHeightMm,
    noiseHu: noise.between(9, 19),
    grainPixels: noise.between(0.45, 0.9),
  };
  const { patientId, stage, maskObject } = plan;
  return { patientId, stage, maskObject, plan, ...scan(subject, geometry, noise) };
}

/** Axial slices 3 mm apart. The numbers are short decimals, so that DICOM's decimal strings hold them exactly. */
function drawGrid(random: RandomStream, index: number, { full, gridSize }: GridChoice): Geometry {
  const usual = full ? 512 : 256;
  const usualPixelMm = full ? [0.9765625, 0.977][index % 2] : round(random.between(1.6, 1.9), 1e4);
  const slices = full ? random.integer(90, 110) : random.integer(60, 80);
  const size = gridSize ?? usual;
  const pixelMm = gridSize === undefined ? usualPixelMm : round((usual * usualPixelMm) / size, 1e6);
  const middle = ((size - 1) / 2) * pixelMm;
  const tableMm = 0.5 * random.integer(-100, 400);
  return {
    size: [size, size, slices],
    spacingMm: [pixelMm, pixelMm, 3],
    originMm: [round(-middle, 1e4), round(-middle - tableMm, 1e4), -0.5 * random.integer(400, 1600)],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  };
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
