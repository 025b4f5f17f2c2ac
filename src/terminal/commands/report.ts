import { outputPlaces } from '../../default-pipeline/places.ts';
import { UsageError } from '../../errors.ts';
import { writeReport } from '../../report/report-of-outputs.ts';
import { reportLines } from '../lines/closing.ts';
import { reportOptions } from '../options/options.ts';
import { type AddCommand, say } from './command.ts';

/** The report of outputs that are there. */
export const reportCommand: AddCommand = (y) =>
  y.command(
    'report [outputs]',
    'The page on a cohort that is done: what pass2-write leaves, written again',
    (report) =>
      report
        .positional('outputs', {
          type: 'string',
          description: 'The --out of preprocess, in place of --manifest and --roi',
        })
        .options(reportOptions),
    async ({ outputs, manifest, roi, mapBack, out }) => {
      const places = outputs === undefined ? undefined : outputPlaces(outputs);
      const from = manifest ?? places?.manifest;
      const rois = roi ?? places?.roi;
      if (from === undefined || rois === undefined)
        throw new UsageError('report: give the --out of preprocess, or --manifest and --roi');
      for (const line of reportLines(await writeReport({ manifest: from, roi: rois, mapBack, out })))
        say(line);
    },
  );
