import { basename, dirname } from 'node:path';
import { expect } from 'vitest';
import type { Config } from '../../../src/config/schema.ts';
import type { PatientSource, RawPatient } from '../../../src/raw/raw-patient.ts';
import type { CaseRecord } from '../../../src/records/case.ts';
import type { InspectedPatient } from '../../../src/records/inspection.ts';
import convertPatient from '../../../src/steps/convert/patient.ts';
import inspectPatient from '../../../src/steps/inspect/patient.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import { temporaryFolder } from '../cli.ts';

/** What convert finds in pixels, and inspect therefore cannot tell. */
export const TOLD_BY_PIXELS = [
  'duplicate-slices',
  'hu-out-of-range',
  'malformed-pixel-data',
  'quality',
  'segmentation-outside-ct',
  'truncated-pixel-data',
  'tumor-empty',
  'unreadable-dicom',
];

export interface Both {
  readonly inspected: InspectedPatient;
  readonly converted: CaseRecord;
}

/** What inspect says of a patient below `raw`, and what convert does with it. */
export async function inspectAndConvertPatient(
  raw: string,
  patient: RawPatient,
  config: Config,
): Promise<Both> {
  const task = { patientId: 'P', patient, masks: raw, config };
  const inspected = await inspectPatient({ ...task, step: 'inspect', names: false }, new StageClock());
  const converted = await convertPatient(
    { ...task, step: 'convert', interim: temporaryFolder() },
    new StageClock(),
  );
  if (converted.state === 'failed') throw new Error(converted.message);
  return { inspected: inspected.record, converted: converted.record };
}

/** The same of a patient's archive, or of a folder as a row of a table names it, whomever its files name. */
export async function inspectAndConvert(path: string, config: Config): Promise<Both> {
  const raw = dirname(path);
  const name = basename(path);
  const source: PatientSource = name.endsWith('.zip')
    ? { kind: 'child', place: raw, child: { kind: 'file', entry: { key: name, bytes: 0, version: '' } } }
    : { kind: 'pair', ct: path, mask: '' };
  return inspectAndConvertPatient(raw, { name, source }, config);
}

/** Holds the verdict against what convert did, as far as headers decide it. */
export function expectAgreement({ inspected, converted }: Both): void {
  if (converted.state === 'excluded') {
    const { code, message } = converted.exclusion;
    if (inspected.exclusion === null) expect(TOLD_BY_PIXELS).toContain(code);
    // Slices at one position are too few to be a volume, whatever their pixels say.
    else if (inspected.exclusion.code === 'too-few-slices')
      expect(['too-few-slices', 'duplicate-slices']).toContain(code);
    // The checks of pixels fail beside those of headers.
    else if (inspected.exclusion.code === 'quality') expect(code).toBe('quality');
    else expect(inspected.exclusion).toEqual({ code, message });
    return;
  }
  const { ct, tumor } = converted;
  expect(inspected).toMatchObject({
    verdict: 'would-convert',
    exclusion: null,
    ignored_files: ct.ignored_files,
    ct: { slices: ct.slices, size_ijk: ct.size_ijk, spacing_mm: ct.spacing_mm },
    tumor: {
      source: tumor.source,
      roi_number: tumor.roi_number,
      roi_name: tumor.roi_name,
      link_rule: tumor.link_rule,
      volume_ml: tumor.source === 'SEG' ? null : tumor.volume_ml,
    },
    series_rejected: ct.series_rejected,
  });
  expect(inspected.series).toMatchObject(
    ct.series_candidates.map(({ slices, spacing_mm, coverage_mm, kernel, chosen, reason }) => ({
      slices,
      spacing_mm: [expect.any(Number), expect.any(Number), spacing_mm],
      coverage_mm,
      kernel,
      chosen,
      reason,
    })),
  );
  const seen = inspected.masks.flatMap(({ rois }) =>
    rois.map(({ names }) => names.map(({ name }) => name).join(' / ')),
  );
  expect(seen).toEqual(tumor.rois_seen);
}
