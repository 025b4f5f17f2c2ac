import type { Failures, ManifestOutput } from '../../records/manifest.ts';
import type { RoiChanges } from '../../records/roi-changes.ts';
import type { MappedRecord } from '../../records/way-back/mapped.ts';
import type { PageData } from '../../report/page-data.ts';

export type State = 'train' | 'test' | 'excluded';

/** How states are called in the page. */
export const STATE_NAMES: Readonly<Record<State, string>> = {
  train: 'train',
  test: 'test',
  excluded: 'left out',
};

/** What has become of an ROI since the last run. */
export interface RoiChange {
  readonly kind: 'added' | 'changed' | 'removed' | 'unchanged';
  /** Of a changed one; else empty. */
  readonly why: RoiChanges['changed'][number]['why'];
  readonly files: readonly string[];
}

/** A patient with all that the records of the run say of it: it has an output or a failure. */
export interface Patient {
  readonly id: string;
  readonly state: State;
  /** '' where there is none. */
  readonly stage: string;
  readonly output: ManifestOutput | null;
  readonly failure: Failures[number] | null;
  /** Null where there is no earlier run to compare with. */
  readonly change: RoiChange | null;
  readonly mapped: MappedRecord | null;
  /** What a text is looked for in, in lower case. */
  readonly words: string;
}

const byName = new Intl.Collator('en', { numeric: true });

/** Texts as people sort them: `P2` before `P10`. */
export const compareTexts = (a: string, b: string): number => byName.compare(a, b) || (a < b ? -1 : +(a > b));

/** All patients of the run, in order of their names. */
export function cohortOf({ manifest, failures, roi_changes, map_back }: PageData): Patient[] {
  const changeOf = changesByPatient(roi_changes);
  const mappedOf = new Map(map_back?.patients.map((record) => [record.patient_id, record]));
  const made = (
    id: string,
    known: Pick<Patient, 'state' | 'stage' | 'output' | 'failure'>,
    words: readonly string[],
  ): Patient => ({
    id,
    ...known,
    change: changeOf.get(id) ?? null,
    mapped: mappedOf.get(id) ?? null,
    words: [id, ...words].join('\n').toLowerCase(),
  });
  const used = manifest.outputs.map((output) =>
    made(
      output.patient_id,
      { state: output.split, stage: output.stage, output, failure: null },
      wordsOf(output),
    ),
  );
  const leftOut = failures.map((failure) =>
    made(failure.patient_id, { state: 'excluded', stage: failure.stage, output: null, failure }, [
      failure.code,
      failure.error,
    ]),
  );
  return [...used, ...leftOut].sort((a, b) => compareTexts(a.id, b.id));
}

function wordsOf({ acquisition, flags }: ManifestOutput): string[] {
  const { manufacturer, model, convolution_kernel } = acquisition;
  return [manufacturer, model, convolution_kernel, ...flags.flatMap(({ code, message }) => [code, message])];
}

function changesByPatient({
  previous,
  added,
  changed,
  removed,
  unchanged,
}: RoiChanges): Map<string, RoiChange> {
  if (previous === null) return new Map();
  const plain = (kind: RoiChange['kind']): RoiChange => ({ kind, why: [], files: [] });
  return new Map<string, RoiChange>([
    ...unchanged.map((id) => [id, plain('unchanged')] as const),
    ...removed.map(({ patient_id }) => [patient_id, plain('removed')] as const),
    ...added.map(({ patient_id }) => [patient_id, plain('added')] as const),
    ...changed.map(({ patient_id, why, files }) => [patient_id, { kind: 'changed', why, files }] as const),
  ]);
}

/** Of the prediction that was mapped back, against the mask; null where there is none. */
export function diceOf({ mapped }: Patient): number | null {
  return mapped?.state === 'ok' ? (mapped.compared?.dice ?? null) : null;
}

/** The stages in the order of the configuration, then those that only patients left out have. */
export function stagesOf(patients: readonly Patient[], stages: readonly string[]): string[] {
  const found = new Set(patients.map(({ stage }) => stage));
  const others = [...found].filter((stage) => !stages.includes(stage)).sort(compareTexts);
  return [...stages.filter((stage) => found.has(stage)), ...others];
}

export const stageName = (stage: string): string => (stage === '' ? 'none' : stage);
