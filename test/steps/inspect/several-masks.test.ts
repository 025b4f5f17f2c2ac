import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { studyRules } from '../../../src/raw/patient/rules.ts';
import { caseSchema } from '../../../src/records/case.ts';
import { inspectionOf } from '../../../src/records/inspection.ts';
import { convertRules } from '../../../src/steps/convert-fingerprint.ts';
import { inspectionLines } from '../../../src/terminal/lines/inspection.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { phantoms } from '../../support/phantoms.ts';
import { expectAgreement, inspectAndConvert } from '../../support/volumes/agreement.ts';

const { lung1 } = PRESETS;

type Objects = Config['mask']['objects'];

const withObjects = (objects: Objects): Config => ({ ...lung1, mask: { ...lung1.mask, objects } });

/** CT slices of a patient of the phantom cohort, and its mask: of the first a SEG, of the second an RTSTRUCT. */
async function patient(number: number) {
  const files = (await phantoms([number])).filter(({ key }) => key.endsWith('.dcm'));
  const parsed = files.map(({ bytes }) => parsePart10('', bytes)!);
  const isMask = parsed.map(({ dataset }) => text(dataset, Tag.Modality) !== 'CT');
  return {
    slices: files.filter((_, i) => !isMask[i]).map(({ bytes }) => bytes),
    mask: files.find((_, i) => isMask[i])!.bytes,
    uid: text(parsed[isMask.indexOf(true)].dataset, Tag.SOPInstanceUID),
    date: text(parsed[isMask.indexOf(true)].dataset, Tag.SeriesDate),
  };
}

/** All of a text replaced by another of its length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from, 'latin1'); at >= 0; at = copy.indexOf(from, at + 1, 'latin1'))
    copy.write(to, at, 'latin1');
  return copy;
}

/** The same mask of the year after, as another object. */
function revised({ mask, uid, date }: Awaited<ReturnType<typeof patient>>): Uint8Array {
  const other = `${uid.slice(0, -1)}${(Number(uid.at(-1)) + 1) % 10}`;
  return replaced(replaced(mask, uid, other), date, `${Number(date.slice(0, 4)) + 1}${date.slice(4)}`);
}

function folderOf(slices: readonly Uint8Array[], masks: readonly Uint8Array[]): string {
  const folder = join(temporaryFolder(), 'P');
  mkdirSync(folder);
  slices.forEach((bytes, i) => {
    writeFileSync(join(folder, `ct-${i}.dcm`), bytes);
  });
  masks.forEach((bytes, i) => {
    writeFileSync(join(folder, `mask-${i}.dcm`), bytes);
  });
  return folder;
}

async function ofBoth(number: number, objects: Objects, newestFirst: boolean) {
  const found = await patient(number);
  const masks = [found.mask, revised(found)];
  const folder = folderOf(found.slices, newestFirst ? masks.toReversed() : masks);
  const both = await inspectAndConvert(folder, withObjects(objects));
  if (both.converted.state !== 'ok') throw new Error(both.converted.exclusion.message);
  expectAgreement(both);
  return { inspected: both.inspected, converted: both.converted };
}

describe.each([
  ['SEG', 1],
  ['RTSTRUCT', 2],
] as const)('two %s of one CT', (source, number) => {
  test('are told in case.json, in the same words whatever their names', async () => {
    const { converted } = await ofBoth(number, 'best', false);
    const told = { source, roi_name: 'GTV-1', algorithm: 'MANUAL', link_rule: 'series-uid', refusal: '' };
    const { volume_ml } = converted.tumor;
    const same = { ...told, dice: 1, volume_ml, lesion: 1 };
    expect(converted.tumor.choice).toEqual({
      rule: 'best',
      equals: 'readers',
      lesions: [{ readers: 2, least_dice: 1, volume_ml: null }],
      masks: [
        { ...same, taken: true, reason: '' },
        { ...same, taken: false, reason: 'older' },
      ],
    });
    expect(converted.flags).toContainEqual(expect.objectContaining({ code: 'several-masks', value: 2 }));
    expect(caseSchema.parse(converted)).toEqual(converted);
    const { converted: renamed } = await ofBoth(number, 'best', true);
    // The fingerprint is of the listing, names included.
    expect({ ...renamed, fingerprint: '' }).toEqual({ ...converted, fingerprint: '' });
  });

  test('are shown by inspect with the reason', async () => {
    const { inspected } = await ofBoth(number, 'best', false);
    expect(inspected.masks.map(({ chosen, competing }) => [chosen, competing])).toEqual(
      expect.arrayContaining([
        [true, { algorithm: 'MANUAL', decided_by: '' }],
        [false, { algorithm: 'MANUAL', decided_by: 'older' }],
      ]),
    );
    const lines = inspectionLines(inspectionOf('0', { layout: 'folders', num_by_header: 1 }, [inspected]));
    const file = '(file \\d+ of \\d+|mask-\\d\\.dcm)';
    const line = (start: string, end: string): RegExp =>
      new RegExp(`^  ${start} ${source}: ${file}, by series UID, drawn by hand${end}$`);
    expect(lines).toContainEqual(expect.stringMatching(line('\\*', '')));
    expect(lines).toContainEqual(expect.stringMatching(line(' ', ': another mask is newer')));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {4}flag several-masks: .*the newest (is|was) taken.*: 2$/),
    );
  });

  test('are shown as combined where they are', async () => {
    const { inspected, converted } = await ofBoth(number, 'staple', false);
    expect(inspected.masks.map(({ chosen, reason }) => [chosen, reason])).toEqual(
      Array(2).fill([true, 'combined with others that match equally well (mask.objects)']),
    );
    expect(converted.tumor.choice?.masks.map(({ taken }) => taken)).toEqual([true, true]);
  });
});

test('where size alone is left to decide, inspect says that pixels tell', async () => {
  const found = await patient(1);
  const same = replaced(
    found.mask,
    found.uid,
    `${found.uid.slice(0, -1)}${(Number(found.uid.at(-1)) + 1) % 10}`,
  );
  const { inspected } = await inspectAndConvert(folderOf(found.slices, [found.mask, same]), lung1);
  expect(inspected.masks.map(({ competing }) => competing?.decided_by)).toEqual(['pixels', 'pixels']);
  expect(inspected.flags).toMatchObject([
    {
      code: 'several-masks',
      message: expect.stringMatching(/the largest is taken, which pixels alone tell/),
    },
  ]);
});

test('an object that was stored twice is shown as such, and nothing is flagged', async () => {
  const found = await patient(1);
  const both = await inspectAndConvert(folderOf(found.slices, [found.mask, found.mask]), lung1);
  expect(both.inspected.flags).toEqual([]);
  expect(both.inspected.masks.map(({ chosen, reason }) => [chosen, reason])).toEqual([
    [true, ''],
    [false, 'the same object as another file'],
  ]);
  expect(both.converted).not.toHaveProperty('tumor.choice');
});

test('the default goes unsaid in fingerprints, and any other choice is said', () => {
  expect(studyRules(lung1)).not.toHaveProperty('objects');
  expect(convertRules(withObjects('union'))).toMatchObject({ rules: { objects: 'union' } });
});
