import { stringify } from 'yaml';
import { roiBytesOf, usualRoiBytes, voxelsOf } from '../../both-passes/patient-memory.ts';
import { buildDatalist, DATALIST_FILE } from '../../exports/datalist.ts';
import { assertGzipEngine } from '../../nifti/gzip-engine.ts';
import { CASES_FILE, casesSchema, okCases } from '../../records/cases.ts';
import type { TakenAsset } from '../../records/data-assets.ts';
import { encodeJson } from '../../records/json.ts';
import {
  buildManifest,
  CONFIG_FILE,
  FAILURES_FILE,
  flaggedText,
  gatherFailures,
  MANIFEST_FILE,
  type Manifest,
  splitExclusions,
} from '../../records/manifest.ts';
import { withoutSeen } from '../../records/review.ts';
import { type RoiRecord, roiSchema } from '../../records/roi.ts';
import { ROI_CHANGES_FILE, ROIS_FILE, roisSchema } from '../../records/roi-changes.ts';
import { SPLIT_FILE, splitSchema } from '../../records/split.ts';
import { STATS_FILE, statsSchema } from '../../records/stats.ts';
import { withOverlay } from '../../report/overlays.ts';
import { REPORT_FILE, reportPage } from '../../report/page.ts';
import { PictureSheets } from '../../report/pictures.ts';
import { readArtifact, writeArtifacts } from '../../runner/artifact.ts';
import { leaveForNext, readEarlier } from '../../runner/earlier.ts';
import { prune, pruneFacts } from '../../runner/prune.ts';
import { runShard, type ShardOptions } from '../../runner/ranks/run-rank.ts';
import type { Report, StepOutcome, StepSummary } from '../../runner/report.ts';
import { type StepWatch, watched } from '../../runner/step-watch.ts';
import { moduleBeside } from '../../runner/task.ts';
import type { MemoryOptions } from '../../runner/worker-count.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { timedStore } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { USUAL_CT } from '../usual-patient.ts';
import { roiChangeFacts, roiChangesBetween, roisOfRun } from './changes.ts';
import { cohortSheets } from './contact-sheets.ts';
import { roiFingerprint } from './fingerprint.ts';
import { META } from './patient.ts';
import { excludedRoi } from './record.ts';
import type { RoiTask } from './task.ts';

export interface Pass2Options extends ShardOptions, MemoryOptions {
  readonly cases: string;
  readonly split: string;
  readonly stats: string;
  readonly interim: string;
  readonly roi: string;
  /** Local folder of the `manifest.json` artifact. */
  readonly manifest: string;
  /** Delete the ROIs of patients that get none any more. */
  readonly prune?: boolean | undefined;
  /** The data assets that inputs were given as. */
  readonly dataAssets?: (() => readonly TakenAsset[]) | undefined;
  readonly report: Report;
}

/** The pass2-write step: the ROI set of every patient of the split, the manifest, and who failed and why. */
export function pass2Write(options: Pass2Options): Promise<StepSummary> {
  return watched('pass2-write', options, options.manifest, (watch) => writeCohort(options, watch));
}

async function writeCohort(options: Pass2Options, watch: StepWatch): Promise<StepOutcome> {
  const { interim, roi } = options;
  const { clock } = watch;
  const cases = await readArtifact(options.cases, CASES_FILE, casesSchema, 'convert');
  const split = await readArtifact(options.split, SPLIT_FILE, splitSchema, 'split');
  const stats = await readArtifact(options.stats, STATS_FILE, statsSchema, 'pass1-stats');
  const { config, config_after_pass1: constants } = stats;
  await assertGzipEngine(config);
  const memberOf = new Map(split.patients.map((member) => [member.patient_id, member]));
  const excludedInPass1 = new Set(stats.excluded.map((e) => e.patient_id));
  const tasks = okCases(cases).flatMap((found): RoiTask[] => {
    const patientId = found.patient_id;
    const member = memberOf.get(patientId);
    if (member === undefined || excludedInPass1.has(patientId)) return [];
    // Who has seen a flag changes no ROI: the manifest alone tells it.
    const record = { ...found, flags: withoutSeen(found.flags) };
    return [{ step: 'pass2-write', patientId, interim, roi, record, member, config, constants }];
  });
  const store = await openStore(roi);
  const earlier = await readEarlier(store, ROIS_FILE, roisSchema);
  const done = await runShard<RoiTask, RoiRecord>(tasks, {
    ...options,
    step: 'pass2-write',
    work: moduleBeside(import.meta.url, 'patient'),
    usual: { bytes: usualRoiBytes(config), what: USUAL_CT },
    onCrash: (exclusion) => excludedRoi(exclusion, config, ''),
    prepare: (task) => ({ task, bytes: roiBytesOf(task.record, task.config) }),
    weigh: async () =>
      tasks.map((task) => ({
        patientId: task.patientId,
        weight: voxelsOf(task.record),
        fingerprint: roiFingerprint(task),
      })),
    place: roi,
    schema: roiSchema,
    watch,
  });
  if (!done.whole) return done.outcome;
  const { records, skipped } = done;
  const excluded = records.flatMap((record) => (record.state === 'excluded' ? [record.exclusion] : []));
  const excludedByConvert = cases.cases.flatMap((record) =>
    record.state === 'excluded' ? [record.exclusion] : [],
  );
  const failures = gatherFailures(split, excludedByConvert, splitExclusions(split), stats.excluded, excluded);
  const manifest = buildManifest({
    version: VERSION,
    config,
    cases,
    split,
    stats,
    rois: records,
    failures,
    taken: options.dataAssets?.(),
  });
  const rois = roisOfRun(tasks, records, { config, constants });
  const pruned = options.prune
    ? await prune(store, { ...META, keep: new Set(tasks.map(({ patientId }) => patientId)) })
    : null;
  const changes = roiChangesBetween(earlier.list, rois, pruned);
  await clock.time('merge', 0, async () => {
    const sheets = await PictureSheets.for(withOverlay(manifest).length);
    for await (const { name, png } of cohortSheets(timedStore(clock, store), manifest, sheets))
      await writeArtifacts(options.manifest, { [name]: png });
    const pictures = sheets.close();
    const data = { manifest, failures, roi_changes: changes, map_back: null, pictures, review: null };
    await writeArtifacts(options.manifest, {
      [CONFIG_FILE]: new TextEncoder().encode(stringify(config)),
      [STATS_FILE]: encodeJson(stats),
      [FAILURES_FILE]: encodeJson(failures),
      [ROI_CHANGES_FILE]: encodeJson(changes),
      [DATALIST_FILE]: encodeJson(buildDatalist(manifest, records)),
      [REPORT_FILE]: reportPage(data, sheets.sheets),
      [MANIFEST_FILE]: encodeJson(manifest),
    });
  });
  await done.clear();
  await leaveForNext(store, earlier, rois);
  const { summary } = manifest;
  return {
    step: 'pass2-write',
    ok: summary.num_ok,
    excluded,
    skipped,
    facts: [
      `train ${summary.num_train}, test ${summary.num_test}, ${flaggedText(manifest)}; left out over all steps ${failures.length}`,
      ...clippedFacts(manifest),
      ...roiChangeFacts(changes),
      ...pruneFacts(pruned),
    ],
    places: {
      rois: displayUri(roi),
      manifest: `${options.manifest}/${MANIFEST_FILE}`,
      failures: `${options.manifest}/${FAILURES_FILE}`,
      datalist: `${options.manifest}/${DATALIST_FILE}`,
      changes: `${options.manifest}/${ROI_CHANGES_FILE}`,
      report: `${options.manifest}/${REPORT_FILE}`,
    },
  };
}

/** Clipped patients named in the closing lines; the manifest has all. */
const NAMED_CLIPPED = 10;

/** A line on the ROIs that cut a part of the tumour off, where there are any. */
function clippedFacts({ outputs, summary }: Manifest): string[] {
  const clipped = outputs.filter((output) => output.tumor_clipped_voxels > 0);
  if (clipped.length === 0) return [];
  const named = clipped
    .slice(0, NAMED_CLIPPED)
    .map((o) => `${o.patient_id} (${(100 * o.tumor_clipped_share).toFixed(1)} %)`);
  const more = clipped.length > named.length ? ` and ${clipped.length - named.length} more` : '';
  return [`TUMOUR CUT OFF in ${summary.num_tumor_clipped} ROIs: ${named.join(', ')}${more}`];
}
