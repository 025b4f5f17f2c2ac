import { reportLines } from '../lines/closing.ts';
import { outputsOption, placesOf, reportOptions } from '../options/cohort-options.ts';
import { type AddCommand, say } from './command.ts';

/** The report of outputs that are there. */
export const reportCommand: AddCommand = (y) =>
  y.command(
    'report [outputs]',
    'The page on a cohort that is done: what pass2-write leaves, written again',
    (report) => report.positional('outputs', outputsOption).options(reportOptions),
    async ({ outputs, manifest, roi, mapBack, out }) => {
      const { writeReport } = await import('../../report/report-of-outputs.ts');
      const places = placesOf('report', outputs, { manifest, roi });
      for (const line of reportLines(await writeReport({ ...places, mapBack, out }))) say(line);
    },
  );
