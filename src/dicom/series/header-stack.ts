import type { StudyFlag } from '../study-flag.ts';
import type { CtStack } from './ct-volume.ts';
import { withoutDuplicates } from './duplicates.ts';
import type { CtSeries } from './series.ts';
import { type StackRules, stackSlices } from './stack.ts';
import { checkCount } from './stack-checks.ts';

const NO_PIXELS = new Int16Array(0);

/**
 * The stack of a series of which headers alone were read, its flags among the others. Slices at one position are taken for
 * repetitions, which their pixels alone can tell. Throws a CaseExclusion where its slices are no volume.
 */
export async function stackHeaders(series: CtSeries, rules: StackRules): Promise<CtStack> {
  checkCount(series.planes.length);
  const { planes } = await withoutDuplicates(series.planes, () => NO_PIXELS);
  const stack = stackSlices(planes, rules);
  const repeated = series.planes.length - planes.length;
  const flag: StudyFlag = {
    code: 'slices-at-one-position',
    message:
      'slices at the position of another: dropped if their pixels are the same, else the patient is excluded',
    value: repeated,
  };
  return { stack, flags: [...(repeated > 0 ? [flag] : []), ...stack.flags] };
}
