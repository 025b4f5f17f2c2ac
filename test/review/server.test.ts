import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Azurite, startAzurite } from '../../src/demo/embedded-azurite.ts';
import { encodeJson } from '../../src/records/json.ts';
import { type Decision, encodeReview, parseReview } from '../../src/records/review.ts';
import type { Conflict, Session } from '../../src/review/api.ts';
import { type ReviewServer, startReview } from '../../src/review/server.ts';
import { joinUri } from '../../src/storage/location.ts';
import { openStore } from '../../src/storage/open.ts';
import { temporaryFolder } from '../support/cli.ts';
import { ask, askJson } from '../support/http-request.ts';
import { type MadeCohort, madeCase, maskOf, shaOf, writeCohort } from '../support/made-cohort.ts';
import { decide, exclusion, listen, patientsOf, wished } from '../support/review-windows.ts';

const FATES = { ok: ['A', 'B 100 % #ü?'], excluded: ['E'], absent: ['N'] };
const ODD = FATES.ok[1];
const someone = { reviewer: 'R. Eader', port: 0 };

let cohort: MadeCohort;
let server: ReviewServer;
let url: string;
beforeEach(async () => {
  const out = temporaryFolder();
  cohort = await writeCohort(out, join(out, 'manifest'), FATES);
  server = await startReview({ ...cohort, ...someone });
  url = server.url;
});
afterEach(() => server.close());

const rows = (): Decision[] => parseReview('review.csv', readFileSync(cohort.review));

/** A second server over the same outputs, as another process has it. */
async function another(): Promise<string> {
  const other = await startReview({ ...cohort, ...someone });
  onTestFinished(() => other.close());
  return other.url;
}

describe('what is there to look at', () => {
  test('the report, which asks this server alone', async () => {
    const { status, headers, body } = await ask(url);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body.toString()).toMatch(/^<!doctype html>/);
    const inPage = /Content-Security-Policy" content="([^"]*)"/
      .exec(body.toString())![1]
      .replaceAll('&#39;', "'");
    expect(headers['content-security-policy']).toBe(`${inPage}; frame-ancestors 'none'`);
    expect(inPage).toContain("connect-src 'self'");
  });

  test('the viewer, whose scripts and sheets are files of this server', async () => {
    const { headers, body } = await ask(`${url}viewer`);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/script-src 'self'; style-src 'self';/),
    });
    const linked = [...body.toString().matchAll(/(?:src|href)="(viewer\.\w+)"/g)].map(([, file]) => file);
    expect(linked.sort()).toEqual(['viewer.css', 'viewer.js']);
    for (const file of linked) {
      const { status, headers } = await ask(url + file);
      expect([status, headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^text\/(css|javascript)/),
      ]);
    }
  });

  test('who decides, for what reasons, and the window of the run', async () => {
    const { value } = await askJson<Session>(`${url}session`);
    expect(value).toMatchObject({ reviewer: 'R. Eader', window_hu: [-900, 100] });
    expect(value.reasons).toHaveProperty('mask-incomplete');
  });

  test('every patient: those with ROI, those left out whose mask is there, and those without', async () => {
    const patients = await patientsOf(url);
    expect([...patients.keys()]).toEqual(['A', ODD, 'E', 'N']);
    expect(patients.get('A')).toMatchObject({
      output: { patient_id: 'A' },
      failure: null,
      mask_sha256: shaOf(maskOf('A')),
      roi_outdated: false,
      decision: null,
    });
    expect(patients.get('E')).toMatchObject({
      ...{ output: null, failure: { code: 'no-image' }, roi: null },
      mask_sha256: shaOf(maskOf('E')),
      ct: { mask: 'volumes/interim/E/tumor.nii.gz' },
    });
    expect(patients.get('N')).toMatchObject({ mask_sha256: null, roi: null, ct: null });
  });

  test('the volumes that the list names are those of the stores, to the byte', async () => {
    for (const id of FATES.ok) {
      const { roi, ct } = (await patientsOf(url)).get(id)!;
      const shown = await Promise.all(
        [roi!.image, roi!.mask, ct!.image, ct!.mask].map(async (of) => (await ask(url + of)).body.toString()),
      );
      expect(shown).toEqual([
        `ct_roi_hu.nii.gz of ${id}`,
        `tumor_roi.nii.gz of ${id}`,
        `CT of ${id}`,
        `mask of ${id}`,
      ]);
      const picture = await ask(`${url}pictures/${encodeURIComponent(id)}`);
      expect([picture.headers['content-type'], picture.body.toString()]).toEqual([
        'image/png',
        `qc_overlay_mid.png of ${id}`,
      ]);
    }
    expect((await ask(`${url}pictures/E`)).status).toBe(404);
  });

  test('an ROI of another mask than lies there now is not shown in its place', async () => {
    const interim = await openStore(cohort.interim);
    const mask = new TextEncoder().encode('drawn anew');
    await interim.write('A/tumor.nii.gz', mask);
    await interim.write('A/case.json', encodeJson(madeCase('A', mask)));
    const other = await startReview({ ...cohort, ...someone });
    onTestFinished(() => other.close());
    expect(other.outdated).toBe(1);
    expect((await patientsOf(other.url)).get('A')).toMatchObject({
      ...{ roi: null, roi_outdated: true, mask_sha256: shaOf(mask) },
      ct: { mask: 'volumes/interim/A/tumor.nii.gz' },
    });
  });
});

describe('a decision', () => {
  test('is in the file when it is answered, by the clock of the server', async () => {
    const before = Date.now();
    const wish = { decision: wished('A', { ...exclusion, comment: 'half,\n"of it" – ü' }), replaces: null };
    const { status, value } = await decide(url, 'A', wish);
    expect(status).toBe(200);
    expect(rows()).toEqual([value]);
    expect(value).toMatchObject({ ...wish.decision, patient_id: 'A' });
    const { decided_utc } = value as Decision;
    expect(decided_utc).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(decided_utc) - before)).toBeLessThan(60_000);
  });

  test('is there after a reload, in another process, and after a restart', async () => {
    const { value } = await decide(url, ODD, { decision: wished(ODD), replaces: null });
    expect((await patientsOf(url)).get(ODD)!.decision).toEqual(value);
    expect((await patientsOf(await another())).get(ODD)!.decision).toEqual(value);
    await server.close();
    server = await startReview({ ...cohort, ...someone });
    expect((await patientsOf(server.url)).get(ODD)!.decision).toEqual(value);
  });

  test('is undone by the one before, and that by none', async () => {
    const first = await decide(url, 'A', { decision: wished('A'), replaces: null });
    const second = await decide(url, 'A', {
      decision: wished('A', exclusion),
      replaces: first.value as Decision,
    });
    expect(rows()).toMatchObject([exclusion]);
    const back = await decide(url, 'A', { decision: wished('A'), replaces: second.value as Decision });
    expect(rows()).toMatchObject([{ decision: 'accept', reason: null }]);
    const none = await decide(url, 'A', { decision: null, replaces: back.value as Decision });
    expect([none.status, none.value, rows()]).toEqual([200, null, []]);
  });

  test('of a patient whom an earlier review left out can be taken', async () => {
    expect((await decide(url, 'E', { decision: wished('E'), replaces: null })).status).toBe(200);
  });

  test('on a patient without a mask, or with another one by now, is refused and nothing is written', async () => {
    const none = await decide(url, 'N', { decision: wished('N'), replaces: null });
    expect(none).toMatchObject({ status: 409, value: { decision: null, mask_sha256: null } });
    const mask = new TextEncoder().encode('drawn anew');
    await (await openStore(cohort.interim)).write('A/case.json', encodeJson(madeCase('A', mask)));
    const stale = await decide(url, 'A', { decision: wished('A'), replaces: null });
    expect(stale).toMatchObject({ status: 409, value: { mask_sha256: shaOf(mask) } });
    expect((await (await openStore(join(cohort.review, '..'))).stat('review.csv'))?.bytes).toBeUndefined();
    expect((await patientsOf(url)).get('A')).toMatchObject({ roi_outdated: true, mask_sha256: shaOf(mask) });
  });

  test('leaves rows of patients of other cohorts as they are', async () => {
    const stranger: Decision = {
      ...{ ...wished('Z', exclusion), patient_id: 'Z', decided_utc: '2025-01-01T00:00:00Z', flags: null },
    };
    writeFileSync(cohort.review, encodeReview([stranger]));
    await decide(url, 'A', { decision: wished('A'), replaces: null });
    expect(rows()).toMatchObject([{ patient_id: 'A' }, stranger]);
  });

  test.each([
    ['no JSON', '{', /no valid JSON/],
    ['no wish', '{}', /decision/],
    [
      'an unknown reason',
      { decision: { ...wished('A', exclusion), reason: 'tired' }, replaces: null },
      /reason/,
    ],
    ['a reason for accepting', { decision: wished('A', { reason: 'other' }), replaces: null }, /takes none/],
    ['a time of its own', { decision: { ...wished('A'), decided_utc: 'x' }, replaces: null }, /decided_utc/],
  ])('that is none (%s) is told so and not written', async (_, body, message) => {
    const { status, value } = await askJson<{ message: string }>(`${url}decisions/A`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    expect([status, value.message]).toEqual([400, expect.stringMatching(message)]);
    expect(await server.decided()).toBe(0);
  });
});

describe('two windows', () => {
  test('on different patients do not overwrite each other, however close they are', async () => {
    const other = await another();
    const ids = Array.from({ length: 20 }, (_, i) => `P${i}`);
    const big = await writeCohort(join(cohort.roi, '..', 'big'), join(cohort.roi, '..', 'big'), { ok: ids });
    const one = await startReview({ ...big, ...someone });
    onTestFinished(() => one.close());
    const answers = await Promise.all(
      ids.map((id) => decide(one.url, id, { decision: wished(id), replaces: null })),
    );
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(await one.decided()).toBe(20);
    // Two processes, one after the other.
    await decide(url, 'A', { decision: wished('A'), replaces: null });
    await decide(other, ODD, { decision: wished(ODD), replaces: null });
    await decide(url, 'E', { decision: wished('E'), replaces: null });
    expect(rows().map((row) => row.patient_id)).toEqual(['A', ODD, 'E']);
  });

  test('on the same patient: the second is told what the first decided, and nothing is lost', async () => {
    const both = await Promise.all([
      decide(url, 'A', { decision: wished('A', { reviewer: 'one' }), replaces: null }),
      decide(url, 'A', { decision: wished('A', { ...exclusion, reviewer: 'two' }), replaces: null }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = both.find(({ status }) => status === 200)!.value as Decision;
    const lost = both.find(({ status }) => status === 409)!.value as Conflict;
    expect(lost.decision).toEqual(won);
    expect(rows()).toEqual([won]);
    const replaced = await decide(url, 'A', { decision: wished('A', exclusion), replaces: lost.decision });
    expect(replaced.status).toBe(200);
  });

  test('a decision by hand, or of another process, is seen before it is replaced', async () => {
    const { value } = await decide(url, 'A', { decision: wished('A'), replaces: null });
    const byHand = { ...(value as Decision), ...exclusion };
    writeFileSync(cohort.review, encodeReview([byHand]));
    const late = await decide(url, 'A', { decision: null, replaces: value as Decision });
    expect(late).toMatchObject({ status: 409, value: { decision: byHand } });
    expect(rows()).toEqual([byHand]);
  });

  test('each hears of what the other, and what a hand, has decided', async () => {
    const windows = await Promise.all([listen(url), listen(url)]);
    const { value } = await decide(url, 'A', { decision: wished('A'), replaces: null });
    const next = () => Promise.all(windows.map(async ({ changes }) => (await changes.next()).value));
    const change = { patient_id: 'A', decision: value };
    expect(await next()).toEqual([change, change]);
    writeFileSync(cohort.review, encodeReview([]));
    await patientsOf(url);
    const gone = { patient_id: 'A', decision: null };
    expect(await next()).toEqual([gone, gone]);
    windows[0].leave();
    await server.close();
    expect((await windows[1].changes.next()).done).toBe(true);
    server = await startReview({ ...cohort, ...someone });
  });
});

test('a review.csv behind a link is written where it lies, and stays as private as it was', async () => {
  const elsewhere = join(temporaryFolder(), 'kept.csv');
  writeFileSync(elsewhere, encodeReview([]), { mode: 0o600 });
  const link = join(temporaryFolder(), 'review.csv');
  symlinkSync(elsewhere, link);
  const linked = await startReview({ ...cohort, ...someone, review: link });
  onTestFinished(() => linked.close());
  const { value } = await decide(linked.url, ODD, { decision: wished(ODD), replaces: null });
  expect(parseReview('review.csv', readFileSync(elsewhere))).toEqual([value]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(elsewhere).mode & 0o777).toBe(0o600);
});

test('a comment as long as a cell of a spreadsheet may be is written, and replaced by another', async () => {
  const long = (letter: string) => wished('A', { ...exclusion, comment: letter.repeat(32_767) });
  const first = await decide(url, 'A', { decision: long('"'), replaces: null });
  expect(first.status).toBe(200);
  const second = await decide(url, 'A', { decision: long('ü'), replaces: first.value as Decision });
  expect(second.status).toBe(200);
  expect(rows()).toEqual([second.value]);
});

describe('a review.csv that is none', () => {
  const spoilt = `patient_id,decision,reason,comment,reviewer,decided_utc,mask_sha256,flags\r\nA,perhaps,,,,2026-11-29T08:15:00Z,${'0'.repeat(64)},\r\n`;

  test('is never overwritten, and the page is told of file and row', async () => {
    await decide(url, 'A', { decision: wished('A'), replaces: null });
    writeFileSync(cohort.review, spoilt);
    const answer = await decide(url, ODD, { decision: wished(ODD), replaces: null });
    expect(answer).toMatchObject({
      status: 500,
      value: { message: expect.stringMatching(/review\.csv.*row 1/) },
    });
    expect(readFileSync(cohort.review, 'utf8')).toBe(spoilt);
    expect((await ask(`${url}patients`)).status).toBe(500);
    // Mended, it goes on.
    writeFileSync(cohort.review, spoilt.replace('perhaps', 'accept'));
    expect((await decide(url, ODD, { decision: wished(ODD), replaces: null })).status).toBe(200);
    expect(rows()).toHaveLength(2);
  });

  test('that is there at the start ends it', async () => {
    writeFileSync(cohort.review, spoilt);
    await expect(startReview({ ...cohort, ...someone })).rejects.toThrow(/review\.csv.*row 1/);
  });

  test('or that has a column of a hand, which would be lost, is left as it is', async () => {
    await decide(url, 'A', { decision: wished('A'), replaces: null });
    const wider = readFileSync(cohort.review, 'utf8').replaceAll('\r\n', ',mine\r\n');
    writeFileSync(cohort.review, wider);
    const answer = await decide(url, ODD, { decision: wished(ODD), replaces: null });
    expect(answer).toMatchObject({ status: 500, value: { message: expect.stringContaining('column mine') } });
    expect(readFileSync(cohort.review, 'utf8')).toBe(wider);
  });

  test('or that is a note of one line', async () => {
    writeFileSync(cohort.review, 'look at A again\n');
    const answer = await decide(url, ODD, { decision: wished(ODD), replaces: null });
    expect(answer).toMatchObject({ status: 500, value: { message: expect.stringContaining('no column') } });
    expect(readFileSync(cohort.review, 'utf8')).toBe('look at A again\n');
  });

  test('that is gone all at once is not begun anew', async () => {
    await decide(url, 'A', { decision: wished('A'), replaces: null });
    const store = await openStore(join(cohort.review, '..'));
    await store.delete('review.csv');
    const answer = await decide(url, ODD, { decision: wished(ODD), replaces: null });
    expect(answer).toMatchObject({ status: 500, value: { message: expect.stringContaining('is now gone') } });
  });
});

describe('over Blob Storage', () => {
  let azurite: Azurite;
  beforeEach(async () => {
    azurite = await startAzurite();
  });
  afterEach(() => azurite.close());

  test('volumes are those of the blobs, and decisions lie in one', async () => {
    const out = joinUri(azurite.url, 'container', 'run 1');
    const blobs = await writeCohort(out, temporaryFolder(), FATES);
    const over = await startReview({ ...blobs, ...someone });
    onTestFinished(() => over.close());
    const { ct } = (await patientsOf(over.url)).get(ODD)!;
    expect((await ask(over.url + ct!.image)).body.toString()).toBe(`CT of ${ODD}`);
    const { value } = await decide(over.url, ODD, { decision: wished(ODD), replaces: null });
    const bytes = await (await openStore(out)).read('review.csv');
    expect(parseReview('review.csv', bytes!)).toEqual([value]);
  });
});
