import { CaseExclusion } from '../../errors.ts';
import type { CtSeries } from '../series/series.ts';

/** What is made of each series once, however often it is asked for; an exclusion is thrown again each time. */
export class OncePerSeries<T> {
  readonly #made = new Map<CtSeries, T | CaseExclusion>();

  async get(series: CtSeries, make: () => T | Promise<T>): Promise<T> {
    let made = this.#made.get(series);
    if (made === undefined) {
      try {
        made = await make();
      } catch (thrown) {
        if (!(thrown instanceof CaseExclusion)) throw thrown;
        made = thrown;
      }
      this.#made.set(series, made);
    }
    if (made instanceof CaseExclusion) throw made;
    return made;
  }
}
