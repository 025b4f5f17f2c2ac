import { join } from 'node:path';
import type { OkCase } from '../../src/records/case.ts';
import { readJson } from '../support/cli.ts';
import type { Bench } from './bench.ts';
import { linkAll } from './cohort.ts';
import { measure } from './measure.ts';
import { partsOf } from './patient-parts.ts';
import { pythonPeer } from './peers.ts';
import { PeerMissing } from './row.ts';
import { finishedRun, type Run } from './swinprep.ts';

export type MaskKind = 'RTSTRUCT' | 'SEG';

export interface MaskInput {
  readonly id: string;
  /** Folder of the CT's files. */
  readonly ct: string;
  readonly maskObject: string;
  /** The tumour mask as convert made it. */
  readonly wanted: string;
}

/** Patients with masks of one kind, below one folder. */
export interface MaskInputs {
  readonly raw: string;
  readonly patients: readonly MaskInput[];
}

const made = new Map<MaskKind, Promise<MaskInputs>>();

/** A few of the cohort's cases that have masks of this kind, made once. Throws a PeerMissing where there is none. */
export function maskInputs(bench: Bench, kind: MaskKind): Promise<MaskInputs> {
  const inputs = made.get(kind) ?? makeInputs(bench, kind);
  made.set(kind, inputs);
  return inputs;
}

async function makeInputs(bench: Bench, kind: MaskKind): Promise<MaskInputs> {
  const run = await finishedRun(bench, 'lung1', bench.fewCases);
  const raw = join(bench.folder, 'masks', kind);
  const ids = run.manifest.outputs.map(({ patient_id }) => patient_id);
  const having = ids.filter((id) => readJson<OkCase>(run.interim, id, 'case.json').tumor.source === kind);
  for (const id of having) linkAll(join(run.raw, id), join(raw, id));
  const others = kind === 'SEG' && having.length === 0 ? await makeSegmentations(bench, run, ids, raw) : [];
  const patients = [...having, ...others].map((id): MaskInput => {
    const { ct, maskObject } = partsOf(join(raw, id));
    return { id, ct, maskObject, wanted: join(run.interim, id, 'tumor.nii.gz') };
  });
  if (patients.length === 0)
    throw new PeerMissing(`none of ${bench.fewCases} cases has ${kind}: see --few-cases`);
  return { raw, patients };
}

/** Lung1's own SEG files hold what was published besides as NRRD, each segment on every slice; here highdicom writes such. */
async function makeSegmentations({ cohort }: Bench, run: Run, ids: readonly string[], raw: string) {
  if (cohort.masks === undefined) return [];
  const maker = pythonPeer('make_segmentation.py', 'requirements.txt', ['highdicom', 'SimpleITK']);
  await maker.ready();
  for (const id of ids) {
    const masks = cohort.masks(cohort.patientOf(id));
    await measure(maker.command(partsOf(join(run.raw, id)).ct, masks, join(raw, id)));
  }
  return ids;
}
