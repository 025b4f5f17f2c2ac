import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Manifest } from '../../src/records/manifest.ts';
import { inlined, reportPage, reportPolicy } from '../../src/report/page.ts';
import type { PageData } from '../../src/report/page-data.ts';
import { madeManifest, madeOutput } from '../support/made-manifest.ts';
import { reportBlock, reportData } from '../support/report-data.ts';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)">'"&`;

const constants = { global_mu: 0, global_sigma: 1, min_box_mm: [1, 1, 1], max_box_mm: [2, 2, 2] } as const;
const summary = {
  num_added: 0,
  num_changed: 0,
  num_changed_by_constants: 0,
  num_removed: 0,
  num_unchanged: 0,
};
const nothing = { added: [], changed: [], removed: [], unchanged: [], pruned: null };

function pageOf(
  manifest: Partial<Manifest>,
  rest: Partial<PageData> = {},
  sheets: Uint8Array[] = [],
): string {
  const page = reportPage(
    {
      manifest: { ...madeManifest, ...manifest },
      failures: [],
      roi_changes: { swinprep_version: '0.1.0', previous: null, constants, summary, ...nothing },
      map_back: null,
      pictures: null,
      review: null,
      ...rest,
    },
    sheets,
  );
  return Buffer.from(page).toString();
}

/** Rows of the table of a section, cells by tabs. */
function rowsOf(html: string, section: string): string[] {
  const [, content] = new RegExp(`<section id="${section}"[^>]*>(.*?)</section>`, 's').exec(html)!;
  return [...content.matchAll(/<tr><th scope="row">(.*?)<\/tr>/gs)].map(([, row]) =>
    row.replace(/<\/th>|<\/td>(?=<td)/g, '\t').replace(/<[^>]*>/g, ''),
  );
}

const hostile: Manifest['outputs'][number] = {
  patient_id: HOSTILE,
  split: 'train',
  stage: HOSTILE,
  stage_index: 0,
  paths: {},
  ...madeOutput,
  flags: [{ code: HOSTILE, message: HOSTILE, value: 1 }],
};

test('whatever stands in the data, the page has the elements of its own alone, and no handler', () => {
  const stale = {
    patient_id: HOSTILE,
    decision: 'exclude' as const,
    looked_at_sha256: '',
    mask_sha256: null,
  };
  const html = pageOf(
    {
      outputs: [hostile],
      review: { num_decisions: 1, excluded: [], accepted: [], stale: [stale], unknown: [] },
    },
    { failures: [{ patient_id: HOSTILE, stage: HOSTILE, step: 'split', code: HOSTILE, error: HOSTILE }] },
    [Buffer.from(HOSTILE)],
  );
  expect(html.match(/<script[^>]*>/g)).toEqual([
    '<script type="text/plain" id="licences">',
    '<script type="text/plain" id="data">',
    '<script type="text/plain" id="sheet-0">',
    '<script type="module">',
  ]);
  expect(html.match(/<\/script/gi)).toHaveLength(4);
  const [markup] = html.split('<script');
  const tags = markup.match(/<[^>]*>/g)!;
  expect(tags.filter((tag) => /^<img|\son\w+=|javascript:/i.test(tag))).toEqual([]);
  expect(markup).toContain('&lt;img src=x onerror=&quot;alert(2)&quot;&gt;');
  expect(reportData(html).manifest.outputs[0].patient_id).toBe(HOSTILE);
  expect(Buffer.from(reportBlock(html, 'sheet-0'), 'base64').toString()).toBe(HOSTILE);
});

test('the policy lets the script and the sheet in the page run, and nothing else', () => {
  const html = pageOf({});
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
  const rules = policy.replaceAll('&#39;', "'").split('; ');
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, style] = /<style>(.*?)<\/style>/s.exec(html)!;
  const [, script] = /<script type="module">(.*?)<\/script>/s.exec(html)!;
  expect(rules).toEqual([
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    'img-src blob: data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  // Before all that it is to hold.
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  // The script sets the `src` of the pictures that it makes.
  const markup = html.replace(/(<script[^>]*>).*?(?=<\/script>)/gs, '$1');
  expect(markup.match(/<link[^>]*>/g)).toEqual(['<link rel="icon" href="data:,">']);
  expect(markup).not.toMatch(/<iframe|<object|<base|\bsrc=|\bhref="http/);
});

test('the page that the server of the review gives may ask that server', () => {
  expect(reportPolicy(true)).toContain("img-src blob: data: 'self'; connect-src 'self'");
  expect(reportPolicy(false)).not.toContain("'self'");
});

test('what would end the element of a script or a sheet stands in them as another spelling of the same', () => {
  const hard = 'return ["</script>", `<SCRIPT`, "<!--", /<\\/script>|<!--/.test("<!--"), 1 < 2]';
  const script = inlined.script(hard);
  expect(script).not.toMatch(/<!--|<\/?script/i);
  const results = new Function(script)() as unknown[];
  expect(results).toEqual(['</script>', '<SCRIPT', '<!--', true, true]);
  expect(inlined.style('a::after { content: "</style>" }')).toBe('a::after { content: "\\3c /style>" }');
});

test('the same data give the same bytes', () => {
  expect(pageOf({ outputs: [hostile] })).toBe(pageOf({ outputs: [hostile] }));
});

test('counts, split, reasons and flags are read without JavaScript', () => {
  const flagged = (patient_id: string, ...flags: Manifest['outputs'][number]['flags']) => ({
    ...hostile,
    patient_id,
    flags,
  });
  const seen = { code: 'few-slices', message: '', value: 1, seen: true as const };
  const html = pageOf({
    outputs: [
      flagged('A', seen),
      flagged('B', { code: 'few-slices', message: '', value: 1 }, { code: 'tilted', message: '', value: 2 }),
    ],
    summary: {
      ...madeManifest.summary,
      num_ok: 2,
      num_train: 2,
      num_excluded: 3,
      excluded_by: [
        { step: 'convert', code: 'no-mask', patients: 2 },
        { step: 'split', code: 'stage-unknown', patients: 1 },
      ],
    },
    split: {
      num_train: 2,
      num_test: 1,
      num_excluded: 1,
      per_stage: [{ stage: 'I', train: 2, test: 1, excluded: 0 }],
      no_stage: { train: 0, test: 0, excluded: 1 },
    },
  });
  expect(html).toContain('<p>2 patients with an ROI, 3 left out; by swinprep 0.1.0.</p>');
  expect(rowsOf(html, 'summary')).toContain('left out\t3');
  expect(rowsOf(html, 'split')).toEqual(['I\t2\t1\t0', 'no stage\t0\t0\t1', 'all\t2\t1\t1']);
  expect(rowsOf(html, 'reasons')).toEqual(['no-mask\tconvert\t2', 'stage-unknown\tsplit\t1']);
  expect(rowsOf(html, 'flags')).toEqual(['few-slices\t2\t1', 'tilted\t1\t1']);
  expect(html).toContain('This run was given no review.');
});

test('it says whose the constants are', () => {
  const own = { ...madeManifest.constants, num_samples_in_scope: 337 };
  expect(rowsOf(pageOf({ constants: own }), 'constants')).toContain(
    'taken from\t337 train patients of this cohort',
  );
  const from = { sha256: 'f00d', swinprep_version: '0.0.9', num_samples_in_scope: 99 };
  const frozen = rowsOf(pageOf({ constants: { ...own, constants_from: from } }), 'constants');
  expect(frozen).toContain('taken from\t99 patients of another cohort, by swinprep 0.0.9');
  expect(frozen).toContain('SHA-256 of dataset_pass1_stats.json\tf00d');
});

test('what became of a review is listed, with whom it did not reach', () => {
  const html = pageOf({
    review: {
      num_decisions: 5,
      excluded: [{ patient_id: 'A', reason: 'mask-incomplete' }],
      accepted: [{ patient_id: 'B', flags: null }],
      stale: [
        { patient_id: 'C', decision: 'exclude', looked_at_sha256: '0', mask_sha256: '1' },
        { patient_id: 'G', decision: 'accept', looked_at_sha256: '0', mask_sha256: null },
      ],
      unknown: [{ patient_id: 'D', decision: 'accept', mask_of: null }],
    },
  });
  expect(rowsOf(html, 'review')).toEqual([
    'all\t5',
    'accepted\t1',
    'excluded: a part of the tumour is not in the mask\t1',
    'not applied: the mask has changed since\t1',
    'not applied: convert excludes them now\t1',
    'not applied: not in this cohort\t1',
    'C\texclude',
    'G\taccept',
    'D\taccept',
  ]);
});
