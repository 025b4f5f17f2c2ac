import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PresetName } from '../../src/config/presets.ts';
import { openStore } from '../../src/storage/open.ts';
import { azuriteWith } from './azurite-process.ts';
import { type Bench, measureTask } from './bench.ts';
import { type Distance, fromAfar } from './distance.ts';
import type { Command } from './measure.ts';
import { onOneCore } from './one-core.ts';
import { igzipVersion, programVersion } from './peers.ts';
import type { Row, Sample } from './row.ts';
import { expectSameHashes, inflatedHashes } from './sameness.ts';
import { builtAt, finishedRun, outputHashes, swinprep } from './swinprep.ts';

export interface EndToEnd {
  readonly preset: PresetName;
  readonly workers: number;
  readonly cases: number;
  /** Of gzip; the default where it is left out. */
  readonly engine?: 'zlib' | 'igzip';
}

export function preprocessArgs(
  bench: Bench,
  { preset, workers }: EndToEnd,
  raw: string,
  out: string,
): string[] {
  const { clinical } = bench.cohort;
  return [
    ...['preprocess', '--raw', raw, '--clinical', clinical, '--out', out],
    ...['--preset', preset, '--workers', String(workers)],
  ];
}

/** swinprep from raw DICOM to ROIs over plain folders. */
export function folderRow(
  bench: Bench,
  name: string,
  run: EndToEnd,
  held = (command: Command): Command => command,
): Row {
  return {
    name,
    title: `swinprep preprocess, ${run.preset}, ${run.workers} worker${run.workers > 1 ? 's' : ''}, folder${run.engine ? `, ${run.engine}` : ''}`,
    group: 'end to end',
    cases: run.cases,
    ready: async () => (run.engine === 'igzip' ? igzipVersion() : {}),
    async measure(folder) {
      const finished = await finishedRun(bench, run.preset, run.cases);
      const raw = bench.cohort.raw(run.cases);
      const out = join(folder, 'out');
      const args = preprocessArgs(bench, run, raw, out);
      if (run.engine !== undefined) {
        const config = join(folder, 'config.yml');
        writeFileSync(config, `output: {gzipEngine: ${run.engine}}\n`);
        args.push('--config', config);
      }
      return measureTask({
        ...held(swinprep(...args)),
        inputs: [raw],
        out,
        check: () =>
          run.engine === undefined
            ? expectSameHashes(outputHashes(out), finished.hashes)
            : expectSameVoxels(out, finished.out),
      });
    },
  };
}

/** Volumes may have been deflated by another engine. */
function expectSameVoxels(out: string, wanted: string): void {
  expectSameHashes(outputHashes(out, inflatedHashes), outputHashes(wanted, inflatedHashes));
}

/** An earlier build of swinprep at the same work, with its defaults; what its volumes inflate to must be the same. */
export function beforeRow(bench: Bench, name: string, run: Omit<EndToEnd, 'engine'>): Row {
  return {
    name,
    title: `the build before: swinprep preprocess, ${run.preset}, ${run.workers} workers, folder`,
    group: 'end to end',
    cases: run.cases,
    ready: async () => ({ 'the build before': bench.before().commit.slice(0, 7) }),
    async measure(folder) {
      const finished = await finishedRun(bench, run.preset, run.cases);
      const raw = bench.cohort.raw(run.cases);
      const out = join(folder, 'out');
      return measureTask({
        ...builtAt(bench.before().cli, ...preprocessArgs(bench, run, raw, out)),
        inputs: [raw],
        out,
        check: () => expectSameVoxels(out, finished.out),
      });
    },
  };
}

/** The same with one worker and held to one core: `--workers` tells patients at a time, and one patient keeps more busy. */
export function oneCoreRow(bench: Bench, name: string, run: Omit<EndToEnd, 'workers'>): Row {
  const row = folderRow(bench, name, { ...run, workers: 1 }, onOneCore);
  return {
    ...row,
    title: `${row.title}, held to one core`,
    ready: async () => programVersion('taskset', ['--version'], /[\d.]+/, 'util-linux'),
  };
}

/**
 * The same over Blob Storage: an Azurite of its own, in memory, to which the raw data are uploaded beforehand. With a
 * `distance` it is made to answer late.
 */
export function azuriteRow(bench: Bench, name: string, run: EndToEnd, distance?: Distance): Row {
  return {
    name,
    title: `swinprep preprocess, ${run.preset}, ${run.workers} workers, Azurite${distance ? `, answers ${distance.delayMs} ms late` : ''}`,
    group: 'end to end',
    cases: run.cases,
    async measure(folder): Promise<Sample> {
      const { hashes } = await finishedRun(bench, run.preset, run.cases);
      const azurite = await azuriteWith(bench.cohort.raw(run.cases));
      const far = distance && (await fromAfar(azurite.url, distance));
      try {
        const { url } = far ?? azurite;
        const artifacts = join(folder, 'artifacts');
        const args = preprocessArgs(bench, run, `${url}/bench/raw`, `${url}/bench/out`);
        const sample = await measureTask({
          ...swinprep(...args, '--artifacts', artifacts),
          inputs: [],
          out: artifacts,
          beside: azurite.watch(),
          check: async () => expectSameHashes(await azurite.volumeHashes('out'), hashes),
        });
        const store = await openStore(`${azurite.url}/bench/out`);
        let outputBytes = 0;
        for await (const { bytes } of store.list()) outputBytes += bytes;
        return { ...sample, outputBytes };
      } finally {
        await far?.close();
        await azurite.close();
      }
    },
  };
}
