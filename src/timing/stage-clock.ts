/** Stages of a patient's work in the order of a table, and what each is. */
export const STAGE_MEANINGS = {
  list: 'asking the store what is there',
  fetch: 'bytes from the store',
  unzip: 'files out of an archive',
  parse: 'DICOM headers',
  decode: 'stored pixels to HU',
  raster: 'contours or segments to a mask',
  inflate: 'NIfTI out of gzip',
  qc: 'quality checks of CT and mask',
  resample: 'CT and masks onto the target grid',
  boxes: 'boxes of the masks, finding the lungs where they are needed',
  statistics: 'moments and histograms of HU',
  normalise: 'window and z-score',
  overlay: 'the picture for review',
  encode: 'voxels to a DICOM object',
  gzip: 'deflating',
  sha256: 'hashing',
  write: 'bytes to the store',
  delete: 'taking away what an earlier run left',
  patients: 'waiting for the workers',
  gather: 'waiting for the parts of other ranks',
  merge: 'what all patients give together: artifacts and contact sheets',
} as const;

export type Stage = keyof typeof STAGE_MEANINGS;

export interface StageTime {
  readonly seconds: number;
  /** Of the stage's uncompressed or stored side, as the stage counts them; 0 where bytes say nothing. */
  readonly bytes: number;
  readonly calls: number;
}

/** What a clock has measured. The stages and `otherSeconds` add up to `wallSeconds`. */
export interface StageTimes {
  readonly wallSeconds: number;
  readonly stages: Readonly<Partial<Record<Stage, StageTime>>>;
  /** In no stage. */
  readonly otherSeconds: number;
}

interface Span {
  readonly stage: Stage;
}

/**
 * Wall time of one patient's work by stage. At every moment one stage at most runs: the one entered last that has not
 * ended. A stage within a stage therefore counts for itself alone, and so does computing while a request is under way.
 * One clock belongs to one task; tasks that take turns in a thread have a clock each.
 */
export class StageClock {
  readonly #now: () => number;
  readonly #started: number;
  readonly #stages = new Map<Stage, { ms: number; bytes: number; calls: number }>();
  readonly #open: Span[] = [];
  #since: number;
  #otherMs = 0;

  /** @param now milliseconds since some moment */
  constructor(now = (): number => performance.now()) {
    this.#now = now;
    this.#started = now();
    this.#since = this.#started;
  }

  /**
   * What `work` returns, its time booked under `stage`: until it returns, or until its promise is settled. What fails
   * takes time too, but moves no bytes.
   *
   * @param bytes how many the stage goes through, or how to tell from the result
   */
  readonly time = <T>(stage: Stage, bytes: number | ((result: Awaited<T>) => number), work: () => T): T => {
    const span = this.#enter(stage);
    const done = (result: Awaited<T>): void => {
      this.#leave(span);
      this.#entry(stage).bytes += typeof bytes === 'number' ? bytes : bytes(result);
    };
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      this.#leave(span);
      throw thrown;
    }
    if (!(result instanceof Promise)) {
      done(result as Awaited<T>);
      return result;
    }
    return result.then(
      (value) => {
        done(value);
        return value;
      },
      (thrown) => {
        this.#leave(span);
        throw thrown;
      },
    ) as T;
  };

  /** `work` with its time booked under `stage` at every call, as by `time`. */
  readonly around =
    <A extends readonly unknown[], T>(
      stage: Stage,
      bytes: number | ((result: Awaited<NoInfer<T>>, args: NoInfer<A>) => number),
      work: (...args: A) => T,
    ): ((...args: A) => T) =>
    (...args) =>
      this.time(stage, typeof bytes === 'number' ? bytes : (result) => bytes(result, args), () =>
        work(...args),
      );

  /** Pieces that are made one by one as they are asked for: the making of each is booked, what is done with it is not. */
  *each<T>(stage: Stage, bytes: (piece: T) => number, pieces: Iterable<T>): Generator<T> {
    const iterator = pieces[Symbol.iterator]();
    for (;;) {
      const span = this.#enter(stage);
      let next: IteratorResult<T>;
      try {
        next = iterator.next();
      } finally {
        this.#leave(span);
      }
      if (next.done) {
        // Nothing was made.
        this.#entry(stage).calls--;
        return;
      }
      this.#entry(stage).bytes += bytes(next.value);
      yield next.value;
    }
  }

  /** What has been measured until now. */
  read(): StageTimes {
    this.#book();
    const entries = [...this.#stages].map(([stage, { ms, bytes, calls }]) => [
      stage,
      { seconds: ms / 1000, bytes, calls },
    ]);
    return {
      wallSeconds: (this.#since - this.#started) / 1000,
      stages: Object.fromEntries(entries),
      otherSeconds: this.#otherMs / 1000,
    };
  }

  #entry(stage: Stage): { ms: number; bytes: number; calls: number } {
    let entry = this.#stages.get(stage);
    if (entry === undefined) {
      entry = { ms: 0, bytes: 0, calls: 0 };
      this.#stages.set(stage, entry);
    }
    return entry;
  }

  /** Books the time since the last change to the stage that has been running. */
  #book(): void {
    const now = this.#now();
    const running = this.#open.at(-1);
    if (running === undefined) this.#otherMs += now - this.#since;
    else this.#entry(running.stage).ms += now - this.#since;
    this.#since = now;
  }

  #enter(stage: Stage): Span {
    this.#book();
    const span = { stage };
    this.#open.push(span);
    this.#entry(stage).calls++;
    return span;
  }

  #leave(span: Span): void {
    this.#book();
    this.#open.splice(this.#open.lastIndexOf(span), 1);
  }
}

/** The sum of what several clocks have measured. */
export function addTimes(all: readonly StageTimes[]): StageTimes {
  const stages: Partial<Record<Stage, StageTime>> = {};
  for (const stage of Object.keys(STAGE_MEANINGS) as Stage[]) {
    const found = all.flatMap((times) => times.stages[stage] ?? []);
    if (found.length > 0) {
      stages[stage] = found.reduce((a, b) => ({
        seconds: a.seconds + b.seconds,
        bytes: a.bytes + b.bytes,
        calls: a.calls + b.calls,
      }));
    }
  }
  const sum = (of: (times: StageTimes) => number): number => all.reduce((total, t) => total + of(t), 0);
  return { wallSeconds: sum((t) => t.wallSeconds), stages, otherSeconds: sum((t) => t.otherSeconds) };
}
