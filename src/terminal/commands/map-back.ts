import { StepWatch } from '../../runner/step-watch.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import { mapBackPredictions } from '../../steps/map-back/cohort.ts';
import { displayUri } from '../../storage/location.ts';
import { mappedLines } from '../lines/closing.ts';
import { profileLines } from '../lines/profile.ts';
import { mapBackOptions } from '../options/options.ts';
import { type AddCommand, closeStep, say } from './command.ts';

/** The way back of predictions. */
export const mapBackCommand: AddCommand = (y, around) =>
  y.command(
    'map-back',
    'Label or probability maps from ROIs onto the original CT grid',
    (back) => back.options(mapBackOptions),
    async (argv) => {
      const { report, end } = around();
      const { threshold, channel, compare } = argv;
      const watch = new StepWatch('map-back');
      const done = await mapBackPredictions({
        ...argv,
        memoryLimit: parseMemoryLimit(argv.memoryLimit),
        threshold,
        channel,
        compare,
        report,
        watch,
      });
      const profile = watch.read();
      if ('step' in done) end(closeStep({ ...done, profile }, argv));
      else
        for (const line of [
          ...mappedLines(done, displayUri(argv.out)),
          ...profileLines(profile, argv.profile),
        ])
          say(line);
    },
  );
