import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/storage/open.ts';
import { startAzurite } from './azure/azurite.ts';
import { temporaryFolder } from './cli.ts';
import { gather } from './gather.ts';
import { writePhantoms } from './phantoms.ts';

export const PATIENTS = 5;

/** Coarse and small: what is done counts here, not how well. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {auditVolumes: false, gzipLevelInt: 1}
`;

/** Where a run with some number of ranks writes: volumes in Azurite, artifacts in a folder that all ranks see. */
export interface Place {
  readonly volumes: string;
  readonly artifacts: string;
}

export const STEPS = ['convert', 'split', 'pass1-stats', 'pass2-write'] as const;
export type Step = (typeof STEPS)[number];

/** A cohort in Azurite, an archive among it that is none, for runs of one step by several ranks. */
export async function cohortForRanks() {
  const config = join(temporaryFolder(), 'config.yml');
  writeFileSync(config, CONFIG);
  const azurite = await startAzurite();
  const cohort = `${azurite.url}/cohort`;
  await writePhantoms(cohort, PATIENTS);
  await (await openStore(cohort)).write('raw/BROKEN.zip', new TextEncoder().encode('no zip at all'));
  return {
    close: () => azurite.close(),
    placeOf: (name: string): Place => ({ volumes: `${cohort}/${name}`, artifacts: temporaryFolder() }),
    /** What a rank is started with. No rank but 0 may write an artifact: it would lie `elsewhere`. */
    command(step: Step, { volumes, artifacts }: Place, rank = 0): string[] {
      const at = (name: string): string => join(artifacts, name);
      const from = (...names: string[]): string[] => names.flatMap((name) => [`--${name}`, at(name)]);
      const to = (name: string): string[] => [`--${name}`, at(rank === 0 ? name : 'elsewhere')];
      const interim = ['--interim', `${volumes}/interim`];
      const workers = ['--workers', '1'];
      switch (step) {
        case 'convert':
          return [step, '--raw', `${cohort}/raw`, ...interim, ...to('cases'), '--config', config, ...workers];
        case 'split':
          return [step, '--clinical', `${cohort}/clinical.csv`, ...from('cases'), ...to('split')];
        case 'pass1-stats':
          return [step, ...interim, ...from('cases', 'split'), ...to('stats'), ...workers];
        case 'pass2-write': {
          const roi = ['--roi', `${volumes}/roi`];
          const all = from('cases', 'split', 'stats');
          return [step, ...interim, ...roi, ...all, ...to('manifest'), ...workers];
        }
      }
    },
  };
}

/** Content of every blob below the volumes, by key. */
export async function volumesOf({ volumes }: Place): Promise<Record<string, string>> {
  const entries = await gather((await openStore(volumes)).list());
  return Object.fromEntries(entries.map(({ key, version }) => [key, version]));
}
