import { byInstance } from '../dicom/file/functional-groups.ts';
import { type CtRules, readCt, stackCt } from '../dicom/series/ct-volume.ts';
import type { CtSeries } from '../dicom/series/series.ts';
import { CaseExclusion } from '../errors.ts';
import { giveBack } from '../memory/thread.ts';
import type { StageClock } from '../timing/stage-clock.ts';
import type { Volume } from '../volume/geometry.ts';
import type { Candidate } from './series-on-grid.ts';
import { type RawFiles, withWholeFiles } from './whole-files.ts';

/** The HU of a series, by the way on which convert made its volume. */
function volumeOf(
  series: CtSeries,
  raw: RawFiles,
  rules: CtRules,
  clock: StageClock,
): Promise<Volume<Int16Array>> {
  const headers = series.planes.map(({ file }) => file);
  return withWholeFiles(headers, raw, clock, async (whole) => {
    const planes = series.planes.map((plane) => ({ ...plane, file: whole.get(plane.file.name)! }));
    const stacked = await stackCt({ ...series, planes }, rules);
    const { ct } = clock.time(
      'decode',
      (volume) => volume.ct.data.byteLength,
      () => readCt(stacked, rules),
    );
    return ct;
  });
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
