import { displayUri } from '../../storage/location.ts';
import { phantomOptions } from '../options/options.ts';
import { type AddCommand, say } from './command.ts';

/** A synthetic cohort. */
export const phantomCommand: AddCommand = (y) =>
  y.command(
    'phantom',
    'Write a synthetic chest CT cohort as DICOM',
    (cohort) => cohort.options(phantomOptions),
    async (argv) => {
      const { writePhantom } = await import('../../demo/write-phantom.ts');
      const { full } = argv;
      const written = await writePhantom(argv.out, {
        patients: argv.patients,
        seed: argv.seed,
        ...(full === undefined ? {} : { full }),
      });
      say(
        `phantom: ${argv.patients} patients, ${written.files} files, ${(written.bytes / 1e6).toFixed(0)} MB in ${displayUri(argv.out)}`,
      );
    },
  );
