import { join } from 'node:path';
import { type Bench, measureTask } from './bench.ts';
import { type PythonPeer, programVersion, pythonPeer } from './peers.ts';
import type { Row } from './row.ts';
import { expectSameVolume } from './sameness.ts';
import { finishedRun } from './swinprep.ts';

type Writer = 'itk' | 'gzip1' | 'pigz1';

const TITLES: Record<Writer, string> = {
  itk: 'the SimpleITK reference program from DICOM on, written by SimpleITK (one level of gzip, its zlib-ng)',
  gzip1: 'the same, written uncompressed and then by zlib at level 1 in the same process',
  pigz1: 'the same, written uncompressed and then by pigz -1',
};

/** Largest difference of a voxel: HU, HU, standard deviations, labels. */
const TOLERANCES = { ct_hu_resampled_ras: 1e-3, ct_roi_hu: 1e-3, ct_roi_norm: 1e-5, tumor_roi: 0 };

/** The reference program in SimpleITK with all its threads, on few cases, from the same DICOM files to the same volumes. */
export function simpleItkRow(bench: Bench, name: string, writer: Writer): Row {
  const cases = bench.fewCases;
  const peer: PythonPeer = pythonPeer('simpleitk_program.py', 'requirements.txt', [
    'SimpleITK',
    'numpy',
    'pydicom',
  ]);
  return {
    name,
    title: TITLES[writer],
    group: 'end to end',
    cases,
    async ready() {
      const pigz = writer === 'pigz1' ? programVersion('pigz', ['--version'], /[\d.]+/) : {};
      return { ...(await peer.ready()), ...pigz };
    },
    async measure(folder) {
      const run = await finishedRun(bench, 'reference', cases);
      const out = join(folder, 'out');
      return measureTask({
        ...peer.command(run.raw, out, writer),
        inputs: [run.raw],
        out,
        check() {
          for (const { patient_id: id } of run.manifest.outputs) {
            for (const file of ['ct.nii.gz', 'tumor.nii.gz'])
              expectSameVolume(join(out, 'interim', id, file), join(run.interim, id, file), { voxel: 0 });
            for (const [volume, voxel] of Object.entries(TOLERANCES)) {
              const file = join(id, `${volume}.nii.gz`);
              expectSameVolume(join(out, 'roi', file), join(run.roi, file), { voxel });
            }
          }
        },
      });
    },
  };
}
