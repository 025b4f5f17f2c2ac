import { type InterimVolumes, readInterim } from '../../both-passes/interim.ts';
import type { OkCase } from '../../records/case.ts';
import { META_FILE, ROI_FILES, type RoiRecord, roiSchema } from '../../records/roi.ts';
import { type CommitRules, commitOnce } from '../../runner/commit.ts';
import type { CaseOutcome } from '../../runner/task.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { roiFingerprint } from './fingerprint.ts';
import { makeRoi } from './make-roi.ts';
import { excludedRoi, roiRecord } from './record.ts';
import { renormalise } from './renormalise.ts';
import { roiOutputs, writeRoi } from './roi-files.ts';
import type { RoiTask } from './task.ts';

/** `meta.json` commits an ROI's volumes and pictures. */
export const META: CommitRules<RoiRecord> = {
  record: META_FILE,
  outputs: Object.values(ROI_FILES),
  schema: roiSchema,
  contentsOf: (record) => ({
    fingerprint: record.provenance.fingerprint,
    outputs: record.state === 'ok' ? Object.values(record.paths) : [],
  }),
};

/** Writes one patient's ROI set, `meta.json` last, unless that is done already. */
export default async function writePatient(
  task: RoiTask,
  clock: StageClock,
): Promise<CaseOutcome<RoiRecord>> {
  const { patientId, record, config, constants } = task;
  const stores = timedStores(clock);
  const interim = await stores.open(task.interim);
  const place = { store: await stores.open(task.roi), patientId, rules: META };
  return commitOnce<RoiTask, OkCase, InterimVolumes, RoiRecord>(task, place, {
    list: () => record,
    fingerprint: () => roiFingerprint(task),
    renew: (committed) => renormalise(place, interim, task, committed, clock),
    read: (converted) => readInterim(interim, converted, clock),
    make: async ({ ct, tumor }) => {
      const roi = makeRoi(record, ct, tumor, config, constants, clock);
      const paths = await writeRoi(place, roiOutputs(roi, task, clock), clock);
      return roiRecord(task, roi, paths);
    },
    exclude: (exclusion, fingerprint) => excludedRoi(exclusion, config, fingerprint),
  });
}
