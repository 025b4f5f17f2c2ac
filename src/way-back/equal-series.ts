import { loadCodecs } from '../dicom/codec/codecs.ts';
import { byInstance } from '../dicom/file/functional-groups.ts';
import { parsePart10 } from '../dicom/file/part10.ts';
import { type CtRules, readCt, stackCt } from '../dicom/series/ct-volume.ts';
import type { CtSeries } from '../dicom/series/series.ts';
import type { Stack } from '../dicom/series/stack.ts';
import { CaseExclusion } from '../errors.ts';
import { giveBack } from '../memory/thread.ts';
import { fileVanished, type PatientFile, readFiles } from '../raw/patient/patient-files.ts';
import type { ReadableStore } from '../storage/store.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import type { Volume } from '../volume/geometry.ts';

/** A series whose stack has the grid of the volume that is looked for. */
export interface Candidate {
  readonly series: CtSeries;
  readonly stack: Stack;
}

/** Where the files of a patient lie, of which headers alone were read. */
interface RawFiles {
  readonly store: ReadableStore;
  readonly files: readonly PatientFile[];
}

/** The files of a series, read whole. */
async function readWhole(
  { planes }: CtSeries,
  { store, files }: RawFiles,
): Promise<{ readonly name: string; readonly bytes: Uint8Array }[]> {
  const names = new Set(planes.map(({ file }) => file.name));
  const wanted = files.filter(({ name }) => names.has(name));
  return readFiles(wanted, async ({ key, name }) => {
    const bytes = await store.read(key);
    if (bytes === undefined) throw fileVanished(name);
    return { name, bytes };
  });
}

/** The HU of a series, by the way on which convert made its volume. */
async function volumeOf(
  series: CtSeries,
  raw: RawFiles,
  rules: CtRules,
  clock: StageClock,
): Promise<Volume<Int16Array>> {
  const contents = await readWhole(series, raw);
  const parsed = new Map(
    contents.map(({ name, bytes }) => {
      const file = clock.time('parse', bytes.length, () => parsePart10(name, bytes));
      // Its header was DICOM a moment ago.
      if (file === undefined) throw fileVanished(name);
      return [name, file];
    }),
  );
  await loadCodecs([...parsed.values()].map(({ transferSyntaxUid }) => transferSyntaxUid));
  const planes = series.planes.map((plane) => ({ ...plane, file: parsed.get(plane.file.name)! }));
  const stacked = await stackCt({ ...series, planes }, rules);
  const { ct } = clock.time(
    'decode',
    (volume) => volume.ct.data.byteLength,
    () => readCt(stacked, rules),
  );
  for (const { bytes } of contents) giveBack(bytes);
  return ct;
}

function bytesOf({ data: { buffer, byteOffset, byteLength } }: Volume<Int16Array>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Those of several series on one grid whose HU are the same as `voxels`, every one of them. */
export interface EqualSeries {
  /** By Series Instance UID, then by the order of scans in a series, then by SOP Instance UID. */
  readonly equal: readonly Candidate[];
  /** Why some could not be read, where one could not. */
  readonly refusals: readonly string[];
}

function byUid({ series: a }: Candidate, { series: b }: Candidate): number {
  if (a.seriesUid !== b.seriesUid) return a.seriesUid < b.seriesUid ? -1 : 1;
  return (a.scan?.index ?? 0) - (b.scan?.index ?? 0) || byInstance(a.planes[0], b.planes[0]);
}

/** Reads the candidates whole, one after the other, and compares them with the volume that convert wrote. */
export async function equalSeries(
  candidates: readonly Candidate[],
  voxels: () => Promise<Volume<Int16Array>>,
  raw: RawFiles,
  rules: CtRules,
  clock: StageClock,
): Promise<EqualSeries> {
  const wanted = await voxels();
  const equal: Candidate[] = [];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    try {
      const found = await volumeOf(candidate.series, raw, rules, clock);
      if (bytesOf(found).equals(bytesOf(wanted))) equal.push(candidate);
      giveBack(found.data);
    } catch (thrown) {
      if (!(thrown instanceof CaseExclusion)) throw thrown;
      refusals.push(thrown.message);
    }
  }
  giveBack(wanted.data);
  return { equal: equal.sort(byUid), refusals };
}
