import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Bench, measureTask } from './bench.ts';
import { partsOf } from './patient-parts.ts';
import { igzipVersion, programVersion, pythonPeer } from './peers.ts';
import type { Row } from './row.ts';
import { expectSameVolume } from './sameness.ts';
import { finishedRun, type Run, swinprep } from './swinprep.ts';

const idsOf = ({ manifest }: Run): string[] => manifest.outputs.map(({ patient_id }) => patient_id);

/** The CT of each case must be that of swinprep, voxel by voxel, which `fileOf` finds. */
function expectSameCt(run: Run, fileOf: (id: string) => string): void {
  for (const id of idsOf(run)) expectSameVolume(fileOf(id), join(run.interim, id, 'ct.nii.gz'), { voxel: 0 });
}

/** `swinprep convert`, 2 workers, its default engine and level, or another engine: CT, mask, quality checks and records. */
export function convertRow(bench: Bench, name: string, engine?: 'zlib' | 'igzip'): Row {
  const { cases } = bench;
  return {
    name,
    title: `swinprep convert, ${engine === undefined ? 'as it is by default' : `${engine} at level 1`}, 2 workers: CT, mask and checks`,
    group: 'convert',
    cases,
    ready: async () => (engine === 'igzip' ? igzipVersion() : {}),
    async measure(folder) {
      const run = await finishedRun(bench, 'lung1', cases);
      const out = join(folder, 'out');
      const config = join(folder, 'config.yml');
      writeFileSync(config, engine === undefined ? '{}\n' : `output: {gzipEngine: ${engine}}\n`);
      return measureTask({
        ...swinprep(
          ...['convert', '--raw', run.raw, '--interim', out, '--cases', join(folder, 'cases')],
          ...['--config', config, '--workers', '2'],
        ),
        inputs: [run.raw],
        out,
        check: () => expectSameCt(run, (id) => join(out, id, 'ct.nii.gz')),
      });
    },
  };
}

/** dcm2niix on each case, as many at once as there are cores; `gzip` are its options. The CT only. */
export function dcm2niixRow(bench: Bench, name: string, gzip: string, cases: number, title: string): Row {
  return {
    name,
    title: `dcm2niix ${gzip}, ${availableParallelism()} cases at once: the CT only, ${title}`,
    group: 'convert',
    cases,
    async ready() {
      const pigz = gzip.includes('-z y') ? programVersion('pigz', ['--version'], /[\d.]+/) : {};
      return { ...programVersion('dcm2niix', ['--version'], /v[\d.]+/), ...pigz };
    },
    async measure(folder) {
      const run = await finishedRun(bench, 'lung1', cases);
      const out = join(folder, 'out');
      // It gets the folders of the CTs: segmentations it would convert, too.
      const each = `dcm2niix -b n ${gzip} -f "$2" -o "$1" "$3" > /dev/null`;
      const all = `out=$1; shift; printf "%s\\0" "$@" | xargs -0 -P ${availableParallelism()} -n 2 sh -c '${each}' sh "$out"`;
      const cts = idsOf(run).flatMap((id) => [id, partsOf(join(run.raw, id)).ct]);
      return measureTask({
        command: '/bin/sh',
        args: ['-c', all, 'sh', out, ...cts],
        inputs: [run.raw],
        out,
        check() {
          const written = readdirSync(out);
          expectSameCt(run, (id) => {
            const own = written.filter((file) => file.startsWith(id));
            if (own.length !== 1) throw new Error(`dcm2niix made ${own.length} volumes of ${id}`);
            return join(out, own[0]);
          });
        },
      });
    },
  };
}

/** dicom2nifti on a few cases, one after the other, which is all it does. The CT only. */
export function dicom2niftiRow(bench: Bench, name: string): Row {
  const cases = bench.fewCases;
  const peer = pythonPeer('dicom2nifti_series.py', 'requirements-dicom2nifti.txt', [
    'dicom2nifti',
    'nibabel',
  ]);
  return {
    name,
    title: 'dicom2nifti, one case after the other: the CT only, gzip level 1',
    group: 'convert',
    cases,
    ready: () => peer.ready(),
    async measure(folder) {
      const run = await finishedRun(bench, 'lung1', cases);
      const out = join(folder, 'out');
      mkdirSync(out);
      return measureTask({
        ...peer.command(run.raw, out),
        inputs: [run.raw],
        out,
        check: () => expectSameCt(run, (id) => join(out, `${id}.nii.gz`)),
      });
    },
  };
}
