import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { floatText, isFloat, SCALARS } from '../../../src/azureml/yaml/scalars.ts';
import { parseYaml } from '../../../src/azureml/yaml/yaml-file.ts';
import { readJson } from '../../support/cli.ts';

interface Told {
  readonly type: 'bool' | 'int' | 'float' | 'NoneType' | 'str';
  readonly text: string;
}

/** What PyYAML takes words for: test/reference/record_yaml_words.py. */
const recorded = readJson<Record<string, Told>>(
  path.join(import.meta.dirname, '../../goldens'),
  'yaml-words.json',
);

/** The same of what swinprep reads. */
function told(word: string): Told {
  const value: unknown = parse(`word: ${word}`, { schema: 'failsafe', customTags: SCALARS }).word;
  if (value === null) return { type: 'NoneType', text: 'None' };
  if (typeof value === 'boolean') return { type: 'bool', text: value ? 'True' : 'False' };
  if (typeof value === 'string') return { type: 'str', text: value };
  return isFloat(word)
    ? { type: 'float', text: floatText(value as number) }
    : { type: 'int', text: String(value) };
}

describe('a plain word is what PyYAML takes it for', () => {
  it.each(Object.entries(recorded))('%s', (word, expected) => {
    // A whole number that no double holds is kept as its text.
    const huge = expected.type === 'int' && !Number.isSafeInteger(Number(expected.text));
    expect(told(word)).toEqual(huge ? { ...expected, type: 'str' } : expected);
  });
});

test('a number with a point is read back from its text, whatever it is', () => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (value) => {
      expect(Number(floatText(value))).toBe(value);
    }),
  );
});

describe('a file', () => {
  const read = (text: string): unknown =>
    parseYaml(text, 'f.yml', z.any(), (problem) => expect.fail(problem));

  it('keeps the texts of inputs and versions, and not of bounds', () => {
    const text = 'version: 1.0\ninputs: {a: 1.0, b: {default: 1.50, min: 0.0, max: 2.0}}\nlimit: 2.0';
    expect(read(text)).toEqual({
      version: '1.0',
      inputs: { a: '1.0', b: { default: 1.5, min: 0, max: 2 } },
      limit: 2,
    });
  });

  it('may merge one map into another', () => {
    expect(read('a: &base {x: 1, y: yes}\nb: {<<: *base, x: 2}')).toEqual({
      a: { x: 1, y: true },
      b: { x: 2, y: true },
    });
  });

  it.each(['a: *b', 'a: {<<: x}'])('that cannot be put together is told as no YAML: %s', (text) => {
    const problems: string[] = [];
    expect(parseYaml(text, 'f.yml', z.any(), (problem) => problems.push(problem))).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^f\.yml: not valid YAML: /)]);
  });
});
