import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LiteralRule,
  literalProblem,
  quotingProblem,
  textOf,
} from '../../../src/azureml/yaml/data-type.ts';

describe('literalProblem', () => {
  it.each<[string, LiteralRule]>([
    ['any text', { type: 'string' }],
    ['b', { type: 'string', enum: ['a', 'b'] }],
    ['0', { type: 'integer', min: 0 }],
    ['-7', { type: 'integer' }],
    ['2.5e-3', { type: 'number', max: 1 }],
    ['True', { type: 'boolean' }],
    ['false', { type: 'boolean' }],
  ])('takes `%s` for %j', (text, rule) => {
    expect(literalProblem(text, rule)).toBeUndefined();
  });

  it.each<[string, LiteralRule, string]>([
    ['', { type: 'string' }, 'is empty'],
    ['c', { type: 'string', enum: ['a', 'b'] }, '`c` is not one of a, b'],
    ['-1', { type: 'integer', min: 0 }, '-1 is below the minimum 0'],
    ['9', { type: 'integer', max: 8 }, '9 is above the maximum 8'],
    ['1.0', { type: 'integer' }, '`1.0` is not an integer'],
    ['9007199254740993', { type: 'integer' }, 'is not an integer'],
    ['1; rm x', { type: 'number' }, '`1; rm x` is not a number'],
    [' 1', { type: 'number' }, '` 1` is not a number'],
    ['Infinity', { type: 'number' }, '`Infinity` is not a number'],
    ['yes', { type: 'boolean' }, '`yes` is not true or false'],
  ])('refuses `%s` for %j', (text, rule, problem) => {
    expect(literalProblem(text, rule)).toContain(problem);
  });

  it('never lets a shell operator through as a number, an integer or a boolean', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('number', 'integer', 'boolean'), (text, type) => {
        fc.pre(/[^\w.+-]/.test(text));
        expect(literalProblem(text, { type })).toBeDefined();
      }),
    );
  });
});

describe('textOf', () => {
  it('writes booleans as azure-ai-ml 1.35 sends them', () => {
    expect([true, false, 0, 1.5, 'x'].map(textOf)).toEqual(['True', 'False', '0', '1.5', 'x']);
  });
});

describe('quotingProblem', () => {
  it('refuses what would end the quotes or the line, and nothing else', () => {
    expect(quotingProblem("O'Brien")).toContain('single quote');
    expect(quotingProblem('a\nb')).toContain('line break');
    expect(quotingProblem('https://a/b?sv=1&sig=x%2F $(id) `id` "q" \\ ; é')).toBeUndefined();
  });
});
