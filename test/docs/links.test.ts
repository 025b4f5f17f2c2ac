import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  anchorsOf,
  codeBlocks,
  codeSpans,
  DOCUMENTS,
  linkTargets,
  ROOT,
  readDocument,
} from '../support/documents.ts';

const MOST_LINES = 180;

/** Why a link of a document leads nowhere; undefined where it leads somewhere, or out of the repository. */
function brokenBy(document: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [file, anchor] = target.split('#', 2);
  const place = file === '' ? document : path.join(path.dirname(document), decodeURIComponent(file));
  if (!existsSync(path.join(ROOT, place))) return `${document}: ${target}: there is no ${place}`;
  if (anchor === undefined) return undefined;
  const known = place.endsWith('.md') && anchorsOf(readDocument(place)).has(anchor);
  return known ? undefined : `${document}: ${target}: ${place} has no heading #${anchor}`;
}

describe.each([...DOCUMENTS, 'CHANGELOG.md'])('%s', (name) => {
  const text = readDocument(name);

  it('links files and headings that are there', () => {
    const broken = linkTargets(text).map((target) => brokenBy(name, target));
    expect(broken.filter((why) => why !== undefined)).toEqual([]);
  });

  it('names documents that are there', () => {
    const named = codeSpans(text).filter((code) => /^(?:docs|docker|infra|test)\/[\w/.-]+\.md$/.test(code));
    for (const document of named) expect(existsSync(path.join(ROOT, document)), document).toBe(true);
  });
});

describe('README.md', () => {
  const text = readDocument('README.md');

  it(`has at most ${MOST_LINES} lines`, () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MOST_LINES);
  });

  it('begins with the two commands', () => {
    const commands = codeBlocks(text, 'sh')[0].trimEnd().split('\n');
    expect(commands.map((line) => line.replace(/ *#.*/, ''))).toEqual([
      'npm ci && npm run demo',
      'npm ci && npm test',
    ]);
  });

  it('leads to every other document', () => {
    const linked = new Set(linkTargets(text).map((target) => target.replace(/#.*/, '')));
    const pages = globSync('docs/*.md', { cwd: ROOT });
    for (const page of [...pages, 'docker/README.md', 'infra/README.md', 'test/README.md', 'CHANGELOG.md'])
      expect(linked).toContain(page);
  });
});

it('sources name documents that are there', () => {
  for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
    const source = readFileSync(path.join(ROOT, file), 'utf8');
    for (const [document] of source.matchAll(/(?<![\w/.-])(?:docs|docker|infra|test)\/[\w/.-]+\.md\b/g))
      expect(existsSync(path.join(ROOT, document)), `${file}: ${document}`).toBe(true);
  }
});

it('knows a link that leads nowhere', () => {
  expect(brokenBy('docs/azure.md', '../README.md#two-commands')).toBeUndefined();
  expect(brokenBy('docs/azure.md', 'https://example.org/nowhere')).toBeUndefined();
  expect(brokenBy('docs/azure.md', '#1-names')).toBeUndefined();
  expect(brokenBy('docs/azure.md', '#9-names')).toContain('no heading #9-names');
  expect(brokenBy('docs/azure.md', 'README.md')).toContain('there is no docs/README.md');
  expect(brokenBy('README.md', 'docs/contact-sheet.png#top')).toContain('no heading');
});

it('makes anchors as GitHub does', () => {
  const text =
    '# `a_b`, 2 x [C](d.md)\n\n```sh\n# no heading\n```\n## Who may do what?\n## Who may do what?\n';
  expect([...anchorsOf(text)]).toEqual(['a_b-2-x-c', 'who-may-do-what', 'who-may-do-what-1']);
});
