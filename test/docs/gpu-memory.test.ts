import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import { PATCH_MULTIPLE, PATCH_SIZES } from '../../src/records/sampling.ts';
import { readGolden } from '../support/goldens.ts';

const text = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const script = text('test/device/swinunetr_memory.py');
const page = text('docs/train.md');

/** A list or an object of the script, whose literals are JSON but for the comma at the end. */
function constant<T>(name: string): T {
  const [, literal] = new RegExp(`^${name} = ([[{][^\\]}]*[\\]}])`, 'm').exec(script)!;
  return JSON.parse(literal.replace(/,(\s*[\]}])$/, '$1'));
}

const patches = constant<string[]>('PATCHES');
const featureSizes = constant<number[]>('FEATURE_SIZES');

/** Cells of the table of the page that follows a header. */
function tableAfter(header: string): string[][] {
  const [, table] = page.split(`${header}\n`);
  const rows = table.slice(table.indexOf('\n') + 1).split('\n\n')[0];
  return rows.split('\n').map((row) => row.slice(2, -2).split(' | '));
}

const MODES = ['float32', 'mixed precision', 'float32, checkpointing', 'mixed precision, checkpointing'];
const configured = patches.flatMap((patch) => featureSizes.map((size) => [patch, String(size)]));

test('patches are those that swinprep writes, smaller ones to sample from them, and the largest adaptive ROI', () => {
  const { preferredSizesXy, preferredSizesZ } = PRESETS.lung1.roi;
  const [xy, z] = [Math.max(...preferredSizesXy), Math.max(...preferredSizesZ)];
  const sampled = PATCH_SIZES.filter((patch) => patch[2] === 64).map((patch) => patch.join('x'));
  expect(patches).toEqual([...sampled, `${xy}x${xy}x${z}`]);
  expect(patches).toContain(PRESETS.lung1.roi.patch);
});

test('SwinUNETR takes every size that the presets give', () => {
  const { preferredSizesXy, preferredSizesZ, multipleOf } = PRESETS.lung1.roi;
  expect(multipleOf % PATCH_MULTIPLE).toBe(0);
  const sides = [...preferredSizesXy, ...preferredSizesZ, ...PATCH_SIZES.flat()];
  expect(sides.filter((side) => side % PATCH_MULTIPLE !== 0)).toEqual([]);
});

describe('docs/train.md', () => {
  test('has a row for each patch and feature size that is measured', () => {
    const rows = tableAfter(`| patch | \`feature_size\` | ${MODES.join(' | ')} |`);
    expect(rows.map(([patch, size]) => [patch, size])).toEqual(configured);
    for (const cells of rows) expect(cells.length).toBe(2 + MODES.length);
  });

  test('tells what was counted, as it is recorded', () => {
    interface Row {
      readonly patch: string;
      readonly feature_size: number;
      readonly parameters: number;
      readonly peak_bytes: number;
    }
    const { rows } = readGolden<{ rows: Row[] }>('swinunetr-memory.json');
    const counted = configured.map(([patch, size]) => {
      const [plain, checkpointed] = rows.filter(
        (row) => row.patch === patch && row.feature_size === Number(size),
      );
      const gib = ({ peak_bytes }: Row) => (peak_bytes / 2 ** 30).toFixed(1);
      return [patch, size, plain.parameters.toLocaleString('en'), gib(plain), gib(checkpointed)];
    });
    expect(tableAfter('| patch | `feature_size` | parameters | float32 | float32, checkpointing |')).toEqual(
      counted,
    );
  });

  test('names the Azure sizes that the script weighs, with the memory of a GPU', () => {
    const sizes = constant<Record<string, number>>('AZURE_GPU_GB');
    const rows = tableAfter('| size | GPU | GB | page |');
    expect(rows.map(([size, , gb]) => [size, gb])).toEqual(
      Object.entries(sizes).map(([size, gb]) => [`\`${size}\``, String(gb)]),
    );
  });
});
