import { readStudy, type Study, type StudyRules } from '../../dicom/study/study.ts';
import { giveBack } from '../../memory/thread.ts';
import { niftiStudy } from '../../raw/patient/nifti-study.ts';
import { keysWorthReading } from '../../raw/patient/patient-bytes.ts';
import { fileVanished, type PatientFile, patientFiles, readFiles } from '../../raw/patient/patient-files.ts';
import { NIFTI_CT, NIFTI_MASK, type PatientInputs } from '../../raw/patient/patient-inputs.ts';
import { withWayOut } from '../../raw/patient/way-out.ts';
import type { ReadableStore } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedDecode } from '../../timing/timed-nifti.ts';

/** A patient's files, read whole. */
async function readAll(
  store: ReadableStore,
  files: readonly PatientFile[],
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const worth = await keysWorthReading(store, files);
  return readFiles(files, async ({ key, name }) => {
    // What is not worth reading is a file all the same: it counts as ignored.
    const bytes = worth.has(key) ? await store.read(key) : new Uint8Array(0);
    if (bytes === undefined) throw fileVanished(name);
    return { name, bytes };
  });
}

/** A patient's CT in HU and its mask on the CT grid, read and decoded. Throws a CaseExclusion where they cannot be used. */
export async function readPatient(
  { dicom, niftiCt, niftiMask }: PatientInputs,
  rules: StudyRules,
  clock: StageClock,
): Promise<Study> {
  const labelled = niftiMask && {
    name: NIFTI_MASK,
    volume: timedDecode(clock, NIFTI_MASK, await niftiMask()),
  };
  if (niftiCt !== undefined) {
    const ct = timedDecode(clock, NIFTI_CT, await niftiCt());
    return clock.time('raster', 0, () => niftiStudy(ct, labelled!, rules));
  }
  const store = await dicom!();
  const files = await patientFiles(store);
  try {
    const contents = await readAll(store, files);
    const study = await readStudy(contents, rules, labelled, clock.time);
    // All that it is made of is copied.
    for (const { bytes } of contents) giveBack(bytes);
    return study;
  } catch (thrown) {
    throw withWayOut(
      thrown,
      files.map(({ key }) => key),
    );
  }
}
