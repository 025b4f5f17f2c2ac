import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeSpans, ROOT, readDocument } from '../support/documents.ts';
import { INNER_LAYERS, LAYERS } from '../support/rooms.ts';

const PAGE = readDocument('docs/architecture.md');

/** Rows of the table of rooms: the room, and what it says it holds. */
const rows = [...PAGE.matchAll(/^\| `([\w.-]+)` \| (.+) \|$/gm)].map(([, room, holds]) => ({ room, holds }));

describe('docs/architecture.md', () => {
  it('has the rooms that the sources are held to, in their order', () => {
    expect(rows.map(({ room }) => room)).toEqual(LAYERS.flat());
  });

  it.each(Object.entries(INNER_LAYERS))('names the folders of %s', (name, layers) => {
    const { holds } = rows.find(({ room }) => room === name)!;
    const folders = layers.flat().filter((inner) => inner !== '.' && !inner.endsWith('.ts'));
    for (const folder of folders) expect(holds).toContain(`\`${folder}\``);
  });

  it('names files that are there', () => {
    const named = codeSpans(PAGE).filter((code) => /^(?:src|test|pipelines)\/[\w/.-]+$/.test(code));
    expect(named.length).toBeGreaterThan(15);
    for (const file of named) expect(existsSync(path.join(ROOT, file)), file).toBe(true);
  });
});
