import { expect, test } from 'vitest';
import { pace, roughDuration } from '../../../src/terminal/lines/progress.ts';
import { table } from '../../../src/terminal/lines/table.ts';

test.each([
  [0.2, '1 s'],
  [40, '40 s'],
  [150, '3 min'],
  [9000, '2.5 h'],
])('%f s reads %s', (seconds, expected) => {
  expect(roughDuration(seconds)).toBe(expected);
});

test('pace tells rate and time left', () => {
  expect(pace(10, 20, 5)).toBe('2.0/s, about 10 s left');
  expect(pace(10, 100, 60)).toBe('10.0/min, about 10 min left');
  expect(pace(10, 0, 5)).toBe('2.0/s');
  expect(pace(0, 20, 5)).toBe('');
});

test('table pads text to the right and numbers to the left', () => {
  expect(
    table(
      ['id', 'ml'],
      [
        ['A', 5],
        ['LONG', 120],
      ],
    ),
  ).toBe('id     ml\n----  ---\nA       5\nLONG  120');
});
