import { beforeAll, describe, expect, test } from 'vitest';
import { converted, inspected } from '../support/converted.ts';
import {
  type Files,
  LAID_IDS,
  type LaidObject,
  laidObjects,
  laidOut,
  NAMES,
  named,
  PATIENT_ID,
  packedPatients,
} from '../support/layouts.ts';

let objects: readonly LaidObject[];
beforeAll(async () => {
  objects = await laidObjects();
});

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const firstOf = (kind: LaidObject['kind']): LaidObject => objects.find((object) => object.kind === kind)!;
/** Without some files: of the first patient its mask, of the second its CT. */
const halves = (): LaidObject[] =>
  objects.filter(
    ({ patient, kind }) => !(patient === 0 && kind === 'MASK') && !(patient === 1 && kind === 'CT'),
  );
const swapped = (name: string): string => {
  const [first, second] = LAID_IDS;
  return name === first ? second : name === second ? first : name;
};

const LAYOUTS: readonly {
  readonly title: string;
  readonly files: () => Files;
  /** Records of what names no patient in a header. */
  readonly besides?: number;
}[] = [
  { title: 'a download', files: () => named(objects, NAMES.nbia) },
  { title: 'a folder a series', files: () => named(objects, NAMES.tciaUtils) },
  { title: 'a heap', files: () => named(objects, NAMES.heap) },
  { title: 'a heap that lacks a CT and a mask', files: () => named(halves(), NAMES.heap) },
  { title: 'a medium', files: () => named(objects, NAMES.media) },
  { title: 'folders', files: () => named(objects, NAMES.flat) },
  {
    title: 'folders that are swapped',
    files: () => named(objects, (o) => `${swapped(o.patientId)}/${o.number}`),
  },
  { title: 'archives', files: () => packedPatients(objects, ['zip', 'tar', 'tgz']) },
  {
    title: 'a heap beside archives that cannot be read',
    files: () => ({ ...named(objects, NAMES.heap), 'A.zip': text('no zip'), 'B.7z': text('7z') }),
    besides: 2,
  },
];

describe('patients that headers name are converted or excluded with a reason, and nobody else is', () => {
  test.each(LAYOUTS)('$title', async ({ files, besides = 0 }) => {
    const raw = laidOut(files());
    const [{ cases }, found] = [await converted(raw), await inspected(raw)];
    expect(found.num_by_header).toBe(LAID_IDS.length);
    const ok = cases.filter(({ state }) => state === 'ok').length;
    const excluded = cases.flatMap((record) => (record.state === 'excluded' ? [record.exclusion] : []));
    expect(ok + excluded.length).toBe(found.num_by_header! + besides);
    for (const { code, message } of excluded) expect(`${code}: ${message}`).toMatch(/^[a-z-]+: .{10}/);
    expect(found.summary).toMatchObject({ num_patients: cases.length, num_would_convert: ok });
  });

  test('a patient of whom there is a single file', async () => {
    const other = await laidObjects(
      ({ number, patient, kind }): Record<string, string> =>
        patient === 2 && kind === 'CT' && number === firstOf('CT').number + 3
          ? { [PATIENT_ID]: 'ALONE' }
          : {},
    );
    const { cases } = await converted(laidOut(named(other, NAMES.heap)));
    expect(cases.map(({ patient_id, state }) => [patient_id, state])).toContainEqual(['ALONE', 'excluded']);
    expect(cases).toHaveLength(LAID_IDS.length + 1);
  });
});
