import { displayUri } from '../storage/location.ts';

/**
 * Tells a process that a run on this machine starts which of its places are data assets: a JSON object of URLs (without a
 * query) and paths, each with the `azureml:NAME:VERSION` that it was resolved from.
 */
const VARIABLE = 'SWINPREP_DATA_ASSETS';

/** The data assets of the places that a process was given, by URL or path. */
export class TakenAssets {
  readonly #byPlace = new Map<string, string>();

  /** Those that the environment tells; what is no such object tells none. */
  constructor(env: NodeJS.ProcessEnv = {}) {
    try {
      const told: unknown = JSON.parse(env[VARIABLE] ?? '{}');
      for (const [place, asset] of Object.entries(told ?? {}))
        if (typeof asset === 'string') this.#byPlace.set(place, asset);
    } catch {
      // Set by somebody else.
    }
  }

  add(place: string, asset: string): void {
    const key = displayUri(place);
    const known = this.#byPlace.get(key);
    // Two assets may name one place: which of them an option meant is not told by the place.
    const names = new Set([...(known?.split(', ') ?? []), asset]);
    this.#byPlace.set(key, [...names].join(', '));
  }

  /** Undefined for a place that was not given as a data asset. */
  of(place: string): string | undefined {
    return this.#byPlace.get(displayUri(place));
  }

  /** Variables for the processes that are started with these places. */
  get env(): NodeJS.ProcessEnv {
    return this.#byPlace.size === 0 ? {} : { [VARIABLE]: JSON.stringify(Object.fromEntries(this.#byPlace)) };
  }
}
