import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readInterim } from '../../../src/both-passes/interim.ts';
import { encodeNifti } from '../../../src/nifti/encode.ts';
import { CASES_FILE, type Cases } from '../../../src/records/cases.ts';
import { openStore } from '../../../src/storage/open.ts';
import { StageClock } from '../../../src/timing/stage-clock.ts';
import type { Geometry, Volume } from '../../../src/volume/geometry.ts';
import { readJson, temporaryFolder } from '../cli.ts';
import { command, commandHere } from '../in-process.ts';

const GEOMETRY: Geometry = {
  size: [20, 16, 10],
  spacingMm: [2, 2, 3],
  originMm: [-20, -16, 30],
  direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};
const COUNT = 20 * 16 * 10;

/** A CT of air and body that differs by its number: no two share a voxel's HU in the body. */
export function smallCt(number: number): Volume<Int16Array> {
  const data = Int16Array.from({ length: COUNT }, (_, i) => (i % 20 < 8 ? -1000 : 10 * number + (i % 7)));
  return { data, geometry: GEOMETRY };
}

/** A mask of two columns of voxels of each label, each elsewhere, all the way up. */
export function smallLabels(...labels: readonly number[]): Volume<Uint8Array> {
  const data = new Uint8Array(COUNT);
  for (const [n, label] of labels.entries())
    for (let i = 0; i < COUNT; i++)
      if (Math.floor((i % 320) / 20) === 4 && [10 + 2 * n, 11 + 2 * n].includes(i % 20)) data[i] = label;
  return { data, geometry: GEOMETRY };
}

/** A file's content: bytes, text, JSON, or a volume as NIfTI. */
export type Content = Volume | string | object;

/** Writes a new folder of files by key, gzipped where their names say so. */
export function folderOf(files: Readonly<Record<string, Content>>): string {
  const folder = temporaryFolder();
  for (const [key, content] of Object.entries(files)) {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else if (!('geometry' in content)) writeFileSync(path, JSON.stringify(content));
    else {
      const nifti = encodeNifti(content as Volume);
      writeFileSync(path, key.endsWith('.gz') ? gzipSync(nifti, { level: 1 }) : nifti);
    }
  }
  return folder;
}

/** What convert made of a folder, and what it told. */
export interface Converted {
  readonly cases: Cases;
  readonly told: string;
  /** CT and mask of a patient that is ok. */
  readonly volumes: (patientId: string) => Promise<{ ct: Int16Array; tumor: Uint8Array }>;
  /** `ID ok` or `ID CODE` of every patient. */
  readonly states: readonly string[];
}

/** Arguments of convert over a folder, its outputs elsewhere. */
function argumentsOf(raw: string, config: string | undefined): { args: string[]; out: string } {
  const out = temporaryFolder();
  const args = ['convert', '--raw', raw, '--interim', join(out, 'interim'), '--cases', out, '--workers', '1'];
  if (config !== undefined) {
    writeFileSync(join(out, 'my.yml'), config);
    args.push('--config', join(out, 'my.yml'));
  }
  return { args, out };
}

export async function convertFolder(raw: string, config?: string): Promise<Converted> {
  const { args, out } = argumentsOf(raw, config);
  const { stdout, stderr } = await command(args);
  const cases = readJson<Cases>(out, CASES_FILE);
  return {
    cases,
    told: stdout + stderr,
    states: cases.cases.map((c) => `${c.patient_id} ${c.state === 'ok' ? 'ok' : c.exclusion.code}`),
    volumes: async (patientId) => {
      const record = cases.cases.find((c) => c.patient_id === patientId);
      if (record?.state !== 'ok') throw new Error(`${patientId} is not ok`);
      const { ct, tumor } = await readInterim(
        await openStore(join(out, 'interim')),
        record,
        new StageClock(),
      );
      return { ct: ct.data, tumor: tumor.data };
    },
  };
}

/** What convert says of a folder that it refuses. */
export async function refusedFolder(raw: string, config?: string): Promise<string> {
  const { code, stderr } = await commandHere(argumentsOf(raw, config).args);
  if (code === 0) throw new Error('convert ended well');
  return stderr;
}
