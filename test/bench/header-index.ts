import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config/load.ts';
import { encodePart10 } from '../../src/dicom/encode/part10-writer.ts';
import { findPatients } from '../../src/raw/cohort/patients.ts';
import { inFlight } from '../../src/storage/in-flight.ts';
import { openStore } from '../../src/storage/open.ts';
import { spreadOf } from './median.ts';

/*
 * How long it takes to find 420 patients among 51 000 files by their headers, against reading the first 32 KiB of each file
 * in Node alone, 16 at a time, in turn: `node --experimental-strip-types test/bench/header-index.ts`. Files have the size and
 * the header of a slice of Lung1, and holes for pixels.
 */

const PATIENTS = 420;
const FILES = 51_000;
const SLICE_BYTES = 526_226;
/** With what else a header holds, as long as those of Lung1. */
const REST_OF_HEADER = 'x'.repeat(1200);
const RUNS = 5;

function slice(patient: number, number: number, instance: number): Uint8Array {
  return encodePart10({
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    SOPInstanceUID: `2.25.1${instance}`,
    Modality: 'CT',
    PatientID: `BENCH-${patient}`,
    PatientIdentityRemoved: 'YES',
    StudyInstanceUID: `2.25.2${patient}`,
    SeriesInstanceUID: `2.25.3${patient}`,
    InstanceNumber: number,
    DeidentificationMethod: REST_OF_HEADER,
    Rows: 512,
    Columns: 512,
    PixelData: new Uint8Array(0),
  });
}

type KeyOf = (patient: number, number: number, instance: number) => string;

const LAYOUTS: Readonly<Record<string, KeyOf>> = {
  'a folder a series': (patient, number) =>
    `BENCH-${patient}/study/CT/1-${String(number).padStart(3, '0')}.dcm`,
  'one heap': (_, __, instance) => `${(instance * 7919) % 100_003}-${instance}.dcm`,
};

function write(root: string, keyOf: KeyOf): void {
  for (let instance = 0; instance < FILES; instance++) {
    const patient = Math.floor((instance * PATIENTS) / FILES);
    const number = instance - Math.ceil((patient * FILES) / PATIENTS) + 1;
    const path = join(root, keyOf(patient, number, instance));
    mkdirSync(join(path, '..'), { recursive: true });
    const file = openSync(path, 'w');
    writeSync(file, slice(patient, number, instance));
    ftruncateSync(file, SLICE_BYTES);
    closeSync(file);
  }
}

/** The first 32 KiB of every file; the names are listed beforehand, and that does not count. */
async function readAlone(root: string): Promise<number> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  const started = performance.now();
  await inFlight(paths, async (path) => {
    const file = await open(path);
    await file.read(new Uint8Array(2 ** 15), 0, 2 ** 15, 0);
    await file.close();
  });
  return performance.now() - started;
}

async function find(root: string, kept?: string): Promise<number> {
  const config = resolveConfig({ preset: 'lung1', file: { name: '', text: 'raw: {patients: header}' } });
  const started = performance.now();
  const store = kept === undefined ? undefined : await openStore(kept);
  const { patients } = await findPatients({ raw: root, config, kept: store, report: () => {} });
  if (patients.size !== PATIENTS) throw new Error(`${patients.size} patients`);
  return performance.now() - started;
}

for (const [layout, keyOf] of Object.entries(LAYOUTS)) {
  const root = mkdtempSync(join(tmpdir(), 'swinprep-headers-'));
  const kept = mkdtempSync(join(tmpdir(), 'swinprep-kept-'));
  try {
    write(root, keyOf);
    await find(root, kept);
    const times = { alone: [] as number[], first: [] as number[], second: [] as number[] };
    for (let run = 0; run < RUNS; run++) {
      times.alone.push(await readAlone(root));
      times.first.push(await find(root));
      times.second.push(await find(root, kept));
    }
    const [alone, first, second] = [times.alone, times.first, times.second].map((ms) => spreadOf(ms).median);
    const ratio = (ms: number): string => `${ms.toFixed(0)} ms (${(ms / alone).toFixed(2)})`;
    process.stdout.write(
      `${layout}: reading alone ${alone.toFixed(0)} ms, patients by header ${ratio(first)}, with kept headers ${ratio(second)}\n`,
    );
  } finally {
    rmSync(root, { recursive: true });
    rmSync(kept, { recursive: true });
  }
}
