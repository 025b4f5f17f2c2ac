import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../src/azureml/yaml/input-value.ts';

describe('parseSettings', () => {
  it('splits at the first =', () => {
    expect(parseSettings(['a=1', 'b=https://h/c?sv=2&sig=x=='])).toEqual({
      a: '1',
      b: 'https://h/c?sv=2&sig=x==',
    });
  });

  it('refuses a name without a value, and a name given twice', () => {
    expect(() => parseSettings(['a'])).toThrow('write --set NAME=VALUE');
    expect(() => parseSettings(['=a'])).toThrow('write --set NAME=VALUE');
    expect(() => parseSettings(['a=1', 'a=2'])).toThrow('--set a is given twice');
  });
});
