import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { INNER_LAYERS, LAYERS } from './support/rooms.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** What runs a step over a cohort knows no medicine: of the rooms below it sees these files alone. */
const RUNNER_SEES =
  /^(runner|timing|storage|memory|records\/(json|record|profile)\.ts|errors\.ts|version\.ts)(\/|$)/;

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .sort();

/** Every file, and those of src that it imports. */
const imports = new Map(
  files.map((file) => {
    const source = readFileSync(join(SRC, file), 'utf8');
    const found = [...source.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
    return [file, found.map(([, target]) => join(dirname(file), target)).filter((t) => !t.startsWith('..'))];
  }),
);

const arrows = [...imports].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));

function levelIn(layers: readonly (readonly string[])[], room: string): number {
  const level = layers.findIndex((rooms) => rooms.includes(room));
  if (level < 0) throw new Error(`src: ${room} has no place in the layers`);
  return level;
}

const roomOf = (file: string): string => file.split('/')[0];
const isNested = (file: string): boolean => file.split('/').length > 2;

function upward(
  layers: readonly (readonly string[])[],
  nameOf: (file: string) => string,
  among: typeof arrows,
): string[] {
  return among
    .filter(({ from, to }) => nameOf(from) !== nameOf(to))
    .filter(({ from, to }) => levelIn(layers, nameOf(to)) <= levelIn(layers, nameOf(from)))
    .map(({ from, to }) => `${from} -> ${to}`);
}

test('a file imports only from its own room and from rooms below it', () => {
  expect(upward(LAYERS, roomOf, arrows)).toEqual([]);
});

describe('within a room a file imports only from its own folder and from folders below it', () => {
  test.each(Object.entries(INNER_LAYERS))('%s', (room, layers) => {
    const inside = arrows.filter(({ from, to }) => roomOf(from) === room && roomOf(to) === room);
    const innerRoomOf = (file: string): string => {
      const [, name] = file.split('/');
      return isNested(file) || layers.flat().includes(name) ? name : '.';
    };
    expect(upward(layers, innerRoomOf, inside)).toEqual([]);
  });

  test('and every room with folders has such an order', () => {
    const nested = new Set(files.filter(isNested).map(roomOf));
    expect([...nested].sort()).toEqual(Object.keys(INNER_LAYERS).sort());
  });
});

test('no file imports itself by way of others', () => {
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test('what runs a step over a cohort knows no medicine', () => {
  const known = arrows.filter(({ from, to }) => roomOf(from) === 'runner' && !RUNNER_SEES.test(to));
  expect(known.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test('no folder holds more than twenty files', () => {
  const sizes = Map.groupBy(files, dirname);
  expect([...sizes].filter(([, inside]) => inside.length > 20).map(([folder]) => folder)).toEqual([]);
});

test('no file has more than 300 lines', () => {
  const lines = (file: string): number => readFileSync(join(SRC, file), 'utf8').trimEnd().split('\n').length;
  expect(files.filter((file) => lines(file) > 300)).toEqual([]);
});

test('a test lies where the room lies whose promise it holds', () => {
  const TEST = dirname(fileURLToPath(import.meta.url));
  const rooms = new Set(files.flatMap((file) => [roomOf(file), dirname(file)]));
  const apart = /^(bench|docs|fuzz|image|infra|memory|reference|whole-runs)$/;
  const folders = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => dirname(file));
  const strangers = [...new Set(folders)].filter((folder) => !rooms.has(folder) && !apart.test(folder));
  expect(strangers).toEqual([]);
});

test('console and process.exit stay in the command line', () => {
  const wrong = files.filter((file) => {
    const outside = !['cli.ts', 'step-process.ts', 'terminal'].includes(roomOf(file));
    return outside && /\bconsole\.|process\.exit\b/.test(readFileSync(join(SRC, file), 'utf8'));
  });
  expect(wrong).toEqual([]);
});
