import { PRESETS } from '../../src/config/presets.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Cases } from '../../src/records/cases.ts';
import { encodeJson } from '../../src/records/json.ts';
import type { Split } from '../../src/records/split.ts';
import type { ClinicalRow } from '../../src/steps/split/clinical.ts';
import { patientRows } from '../../src/steps/split/patient-rows.ts';
import { decodePrevious, type PreviousSplit } from '../../src/steps/split/pinned-sides.ts';
import { splitPatients } from '../../src/steps/split/split-patients.ts';

export type SplitConfig = Config['split'];

/** Cases as convert leaves them; the split reads no more of them than this. */
export function casesOf(
  ok: readonly string[],
  excluded: readonly string[] = [],
  split: Partial<SplitConfig> = {},
): Cases {
  return {
    swinprep_version: '0',
    config: { ...PRESETS.lung1, split: { ...PRESETS.lung1.split, ...split } },
    summary: { num_patients: 0, num_ok: 0, num_excluded: 0 },
    cases: [
      ...ok.map((patient_id) => ({ patient_id, state: 'ok' }) as Cases['cases'][number]),
      ...excluded.map((patient_id): Cases['cases'][number] => ({
        patient_id,
        state: 'excluded',
        exclusion: { patient_id, step: 'convert', code: 'no-ct-series', message: 'none' },
        swinprep_version: '0',
        fingerprint: '',
      })),
    ],
  };
}

export function splitOf(cases: Cases, clinical: readonly ClinicalRow[], previous?: PreviousSplit): Split {
  const rows = patientRows(cases.cases, clinical, (id) => id, false);
  return splitPatients({ version: '0', cases, rows, caseNaming: 'folder', previous });
}

/** The split of a table whose patients all have an image. */
export function splitTable(
  rows: readonly ClinicalRow[],
  config: Partial<SplitConfig> = {},
  previous?: Split,
): Split {
  const ids = rows.map((row) => row.patientId);
  return splitOf(casesOf(ids, [], config), rows, previous && asPrevious(previous));
}

/** A split as a later run reads it: from its JSON. */
export function asPrevious(split: Split): PreviousSplit {
  return decodePrevious('split.json', encodeJson(split));
}

export function sidesOf({ patients }: Split): Map<string, 'train' | 'test'> {
  return new Map(patients.map((p) => [p.patient_id, p.split]));
}
