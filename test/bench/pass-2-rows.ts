import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { type Bench, measureTask } from './bench.ts';
import { pythonPeer } from './peers.ts';
import type { Row } from './row.ts';
import { expectSameHashes, expectSameVolume, volumeHashes } from './sameness.ts';
import { finishedRun, type Run, swinprep } from './swinprep.ts';

/** MONAI ends at the centre of the last voxel, ITK at its edge: coarse pixels give fewer voxels of 1 mm. */
const FEWER_VOXELS = 4;

/** HU: MONAI resamples in float32, swinprep in double. */
const RESAMPLED_TOLERANCE_HU = 0.1;

/** `swinprep pass2-write` on the volumes of convert. */
export function pass2Row(bench: Bench, name: string, workers: number): Row {
  const cases = bench.fewCases;
  return {
    name,
    title: `swinprep pass2-write, reference, ${workers} worker${workers > 1 ? 's' : ''}: four volumes, picture and records`,
    group: 'pass 2',
    cases,
    async measure(folder) {
      const run = await finishedRun(bench, 'reference', cases);
      const out = join(folder, 'out');
      const { artifacts, interim } = run;
      return measureTask({
        ...swinprep(
          ...[
            'pass2-write',
            '--cases',
            artifacts.cases,
            '--split',
            artifacts.split,
            '--stats',
            artifacts.stats,
          ],
          ...['--interim', interim, '--roi', out, '--manifest', join(folder, 'manifest')],
          ...['--workers', String(workers)],
        ),
        inputs: [interim],
        out,
        check: () => expectSameHashes(volumeHashes(out), volumeHashes(run.roi)),
      });
    },
  };
}

function ones(file: string): number {
  return (decodeNifti(file, new Uint8Array(readFileSync(file))).data as Uint8Array).reduce(
    (a, b) => a + b,
    0,
  );
}

/** The audit volume must be the same, the ROI as large and hold as much of the tumour: its box may lie a voxel aside. */
function expectSameWork(run: Run, out: string): void {
  for (const { patient_id: id } of run.manifest.outputs) {
    expectSameVolume(
      join(out, id, 'ct_hu_resampled_ras.nii.gz'),
      join(run.roi, id, 'ct_hu_resampled_ras.nii.gz'),
      {
        voxel: RESAMPLED_TOLERANCE_HU,
        side: FEWER_VOXELS,
      },
    );
    const sizeOf = (file: string): string =>
      decodeNifti(file, new Uint8Array(readFileSync(file))).geometry.size.join(' x ');
    for (const volume of ['ct_roi_hu', 'ct_roi_norm', 'tumor_roi']) {
      const [theirs, ours] = [out, run.roi].map((folder) => sizeOf(join(folder, id, `${volume}.nii.gz`)));
      if (theirs !== ours) throw new Error(`MONAI's ${volume} of ${id} is ${theirs}, not ${ours}`);
    }
    const [theirs, ours] = [out, run.roi].map((folder) => ones(join(folder, id, 'tumor_roi.nii.gz')));
    if (theirs !== ours)
      throw new Error(`MONAI's ROI of ${id} holds ${theirs} voxels of the tumour, not ${ours}`);
  }
}

/** The same by MONAI's transforms, with all of torch's threads, one case after the other. */
export function monaiRow(bench: Bench, name: string): Row {
  const cases = bench.fewCases;
  const peer = pythonPeer('monai_pass_2.py', 'requirements-training.txt', ['monai', 'torch', 'nibabel']);
  return {
    name,
    title: 'MONAI transforms, one case after the other: the same four volumes, gzip level 1',
    group: 'pass 2',
    cases,
    ready: () => peer.ready(),
    async measure(folder) {
      const run = await finishedRun(bench, 'reference', cases);
      const { global_mu, global_sigma } = run.manifest;
      const out = join(folder, 'out');
      return measureTask({
        ...peer.command(run.interim, out, String(global_mu), String(global_sigma)),
        inputs: [run.interim],
        out,
        check: () => expectSameWork(run, out),
      });
    },
  };
}
