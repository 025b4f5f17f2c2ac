import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { demo } from '../../src/demo/demo.ts';
import { UsageError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/cli.ts';

test.each([
  ['--raw', { raw: 'roi/raw', clinical: 'clinical.csv' }, 'roi/raw/P/1.dcm'],
  ['--raw', { raw: 'roi', clinical: 'clinical.csv' }, 'roi/P/1.dcm'],
  ['--clinical', { raw: 'raw', clinical: 'artifacts/clinical.csv' }, 'artifacts/clinical.csv'],
])(
  'a demo that would clear away its %s is refused, and nothing is deleted: %o',
  async (option, given, file) => {
    const out = temporaryFolder();
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), 'mine');
    const [raw, clinical] = [join(out, given.raw), join(out, given.clinical)];
    const options = {
      out,
      raw,
      clinical,
      patients: 1,
      workers: 1,
      preset: 'lung1',
      say: () => {},
      onEvent: () => {},
      tell: () => {},
    } as const;
    const refused = await demo(options).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(UsageError);
    expect((refused as Error).message).toContain(option);
    expect((refused as Error).message).toContain('which the demo replaces; give another --out');
    expect(readFileSync(join(out, file), 'utf8')).toBe('mine');
  },
);
