import { type RandomStream, randomStream } from '../drawing/random.ts';
import type { Side } from './anatomy.ts';
import type { TumourPlan } from './tumour.ts';

export const stages = ['I', 'II', 'IIIa', 'IIIb'] as const;
export type Stage = (typeof stages)[number] | 'NA';

/** Index of the one patient without a stage. */
const unstaged = 5;

const volumeRangeMl: Readonly<Record<Stage, readonly [number, number]>> = {
  I: [1.6, 14],
  II: [8, 55],
  IIIa: [25, 130],
  IIIb: [70, 300],
  NA: [15, 60],
};

/** Who a patient is and what their scan is like, before anything is drawn. */
export interface PatientPlan {
  readonly patientId: string;
  readonly stage: Stage;
  readonly female: boolean;
  readonly ageYears: number;
  readonly tumour: TumourPlan;
  readonly maskObject: 'SEG' | 'RTSTRUCT';
  /** uint16 with intercept -1024 as Siemens writes it, or int16 with intercept 0 as planning systems re-export it. */
  readonly stored: 'uint16' | 'int16';
  /** How InstanceNumber runs: with z, against it, or against it and rotated as in LUNG1-003. */
  readonly numbering: 'ascending' | 'descending' | 'rotated';
}

/** Depends on seed and index only, so a larger cohort holds a smaller one. */
export function planPatient(seed: number, index: number): PatientPlan {
  const random = randomStream(seed, index, 'plan');
  const stage = stageOf(seed, index);
  const [low, high] = volumeRangeMl[stage];
  return {
    patientId: `PHANTOM-${String(index + 1).padStart(3, '0')}`,
    stage,
    female: random.uniform() < 0.35,
    ageYears: Math.round(10000 * random.between(45, 86)) / 10000,
    tumour: {
      site: (['pleura', 'mediastinum', 'free'] as const)[index % 3],
      margin: (['spiculated', 'lobulated', 'smooth'] as const)[(index + Math.floor(index / 3)) % 3],
      volumeMl: low * (high / low) ** random.uniform(),
      side: random.pick<Side>([-1, 1]),
    },
    maskObject: index % 2 === 0 ? 'SEG' : 'RTSTRUCT',
    stored: (index + (index >> 1)) % 2 === 0 ? 'uint16' : 'int16',
    numbering: (['descending', 'ascending', 'rotated'] as const)[index % 3],
  };
}

/** Stages are dealt in rounds of four, each in an order of its own. */
function stageOf(seed: number, index: number): Stage {
  if (index === unstaged) return 'NA';
  const place = index < unstaged ? index : index - 1;
  return randomStream(seed, Math.floor(place / 4), 'stages').shuffled(stages)[place % 4];
}

/** T and N categories that make up a stage (AJCC, 6th edition, as in Lung1). */
const categories: Readonly<Record<Stage, readonly string[]>> = {
  I: ['1,0', '2,0'],
  II: ['1,1', '2,1', '3,0'],
  IIIa: ['1,2', '2,2', '3,1', '3,2'],
  IIIb: ['4,0', '4,1', '4,2', '2,3', '3,3'],
  NA: ['5,2'],
};

export const clinicalHeader =
  'PatientID,age,clinical.T.Stage,Clinical.N.Stage,Clinical.M.Stage,Overall.Stage,Histology,gender,Survival.time,deadstatus.event';

/** A patient's row of the clinical table, in Lung1's columns. */
export function clinicalRow(plan: PatientPlan, random: RandomStream): string {
  const tn = random.pick(categories[plan.stage]);
  const histology = random.pick(['squamous cell carcinoma', 'large cell', 'adenocarcinoma', 'nos', 'NA']);
  const survivalDays = Math.round(20 - 700 * Math.log(1 - 0.995 * random.uniform()));
  const died = random.uniform() < 0.88 ? 1 : 0;
  const sex = plan.female ? 'female' : 'male';
  return [plan.patientId, plan.ageYears, tn, 0, plan.stage, histology, sex, survivalDays, died].join(',');
}
