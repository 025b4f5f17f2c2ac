import { encodeJson } from '../../records/json.ts';
import { StepWatch } from '../../runner/step-watch.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import { inspectionLines } from '../lines/inspection.ts';
import { profileLines } from '../lines/profile.ts';
import { inspectOptions } from '../options/options.ts';
import { URI_FORMS } from '../options/shared-options.ts';
import { type AddCommand, say, tell } from './command.ts';

/** A look at raw data. */
export const inspectCommand: AddCommand = (y, around) =>
  y.command(
    'inspect <uri>',
    'Show what is in a cohort or a patient and what convert would do, from headers alone',
    (look) =>
      look
        .positional('uri', {
          type: 'string',
          demandOption: true,
          description: `Raw data, as --raw of convert, or one patient (a folder, an archive): ${URI_FORMS}`,
        })
        .options(inspectOptions),
    async (argv) => {
      const { report, resolveUri } = around();
      const { inspect } = await import('../../steps/inspect/cohort.ts');
      const watch = new StepWatch('inspect');
      const found = await inspect({
        ...argv,
        memoryLimit: parseMemoryLimit(argv.memoryLimit),
        resolveUri,
        report,
        watch,
      });
      if (argv.json) say(new TextDecoder().decode(encodeJson(found)).trimEnd());
      else for (const line of inspectionLines(found)) say(line);
      // Beside the findings, which may go into a file.
      for (const line of profileLines(watch.read(), argv.profile)) tell(line);
    },
  );
