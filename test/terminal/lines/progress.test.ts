import { expect, onTestFinished, test, vi } from 'vitest';
import { pace, progressReport, roughDuration } from '../../../src/terminal/lines/progress.ts';
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

test('on a terminal a bar is drawn anew in its line, and neither keys nor signals are listened to', () => {
  let shown = '';
  const { isTTY } = process.stderr;
  const written = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += text;
    return true;
  });
  process.stderr.isTTY = true;
  onTestFinished(() => {
    written.mockRestore();
    process.stderr.isTTY = isTTY;
  });
  const listeners = () => [
    ...(['SIGINT', 'SIGTERM', 'exit'] as const).map((event) => process.listenerCount(event)),
    process.stdin.listenerCount('keypress'),
  ];
  const before = listeners();
  const report = progressReport();
  report({ kind: 'started', step: 'convert', patients: 2, workers: 1 });
  expect(listeners()).toEqual(before);
  report({
    kind: 'patient',
    step: 'convert',
    patientId: 'A',
    state: 'ok',
    skipped: false,
    message: undefined,
  });
  report({
    kind: 'patient',
    step: 'convert',
    patientId: 'B',
    state: 'excluded',
    skipped: true,
    message: 'x',
  });
  const lines = shown.replaceAll(/, [\d.]+\/s.*?(, 1 not ok)?\n/g, '$1\n').split('\n');
  expect(lines).toEqual([
    `${'░'.repeat(30)}  convert: 2 patients, 1 worker`,
    `\u001b[1A\r\u001b[K${'█'.repeat(15)}${'░'.repeat(15)}  convert: 1/2`,
    `\u001b[1A\r\u001b[K${'█'.repeat(30)}  convert: 2/2, 1 not ok`,
    '',
  ]);
});
