import { realpath } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { StorageError, UsageError } from '../errors.ts';
import {
  columnsBeside,
  type Decision,
  decisionSchema,
  encodeReview,
  parseReview,
  REVIEW_FILE,
} from '../records/review.ts';
import { displayUri, fileOrBelow, parseLocation } from '../storage/location.ts';
import { locateObject } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import type { Conflict, DecisionChange, Wish } from './api.ts';
import { BadRequest } from './bad-request.ts';

/** What became of a wish: what stands in the file from now on (null: nothing), or why nothing was written. */
export type Decided = { readonly decision: Decision | null } | { readonly conflict: Conflict };

/**
 * The decisions of `review.csv`. The file is read again for each question and written whole for each decision, one after the
 * other: a row that another program or a hand has written since is seen, and rows of patients of another cohort are kept.
 *
 * Two programs may write one file. Between reading and writing lie milliseconds in which the other's decision would be
 * lost: no store here writes on condition that nobody else has.
 */
export class Decisions {
  /** For people: no query. */
  readonly uri: string;
  readonly #store: Store;
  readonly #key: string;
  readonly #onChange: (change: DecisionChange) => void;
  #known: ReadonlyMap<string, Decision> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(uri: string, store: Store, key: string, onChange: (change: DecisionChange) => void) {
    this.uri = uri;
    this.#store = store;
    this.#key = key;
    this.#onChange = onChange;
  }

  /** `uri`: a `review.csv`, or its folder. `onChange` is told of what differs whenever the file is read or written. Throws as `all`. */
  static async open(uri: string, onChange: (change: DecisionChange) => void): Promise<Decisions> {
    const place = fileOrBelow(uri, REVIEW_FILE);
    const { store, key } = await locateObject(await linkedFile(place));
    const decisions = new Decisions(displayUri(place), store, key, onChange);
    await decisions.all();
    return decisions;
  }

  /** All that stand in the file now. Throws a UsageError naming file and row where it is no `review.csv`. */
  all(): Promise<Decision[]> {
    return this.#inTurn(async () => this.#noticed(await this.#read()));
  }

  /**
   * Writes what a window wishes for a patient, unless the row that stands there is not the one that the window means to replace,
   * or `maskNow` tells of another mask than it has looked at. A BadRequest is thrown where the wish is no decision, a UsageError where
   * the file is no `review.csv`: it is left as it is.
   */
  decide(patientId: string, wish: Wish, maskNow: () => Promise<string | null>): Promise<Decided> {
    return this.#inTurn(async () => {
      const wished = wish.decision && decisionOf(patientId, wish.decision);
      const mask = await maskNow();
      const rows = this.#noticed(await this.#read());
      const standing = rows.find((row) => row.patient_id === patientId) ?? null;
      const message = refusal(standing, wish, mask);
      if (message !== undefined) return { conflict: { decision: standing, mask_sha256: mask, message } };
      const others = rows.filter((row) => row !== standing);
      const bytes = encodeReview(wished === null ? others : [...others, wished]);
      // What cannot be read again is never written.
      const written = parseReview(this.uri, bytes);
      await this.#store.write(this.#key, bytes);
      const decision = this.#noticed(written).find((row) => row.patient_id === patientId) ?? null;
      return { decision };
    });
  }

  /** When all that was asked for until now is written. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async #read(): Promise<Decision[]> {
    const bytes = await this.#store.read(this.#key);
    if (bytes !== undefined) return this.#parsed(bytes);
    if (this.#known !== undefined && this.#known.size > 0)
      throw new StorageError(
        this.uri,
        'was there a moment ago and is now gone; put it back, or end the review and start it again',
      );
    return [];
  }

  #parsed(bytes: Uint8Array): Decision[] {
    const rows = parseReview(this.uri, bytes);
    const lost = columnsBeside(this.uri, bytes);
    if (lost.length > 0)
      throw new UsageError(
        `${this.uri}: has the column ${lost.join(', ')}, which the next decision would drop; keep it in a table of your own`,
      );
    return rows;
  }

  #noticed(rows: Decision[]): Decision[] {
    const now = new Map(rows.map((row) => [row.patient_id, row]));
    const before = this.#known;
    this.#known = now;
    if (before === undefined) return rows;
    for (const patient_id of new Set([...before.keys(), ...now.keys()])) {
      const decision = now.get(patient_id) ?? null;
      if (!isDeepStrictEqual(before.get(patient_id) ?? null, decision))
        this.#onChange({ patient_id, decision });
    }
    return rows;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

/** The file that a link leads to, so that this is written and the link stays. */
async function linkedFile(place: string): Promise<string> {
  const location = parseLocation(place);
  return location.kind === 'folder' ? realpath(location.path).catch(() => place) : place;
}

function decisionOf(patientId: string, wished: NonNullable<Wish['decision']>): Decision {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const parsed = decisionSchema.safeParse({ ...wished, patient_id: patientId, decided_utc: now });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadRequest(400, `the decision is none: ${issue.path.join('.')}: ${issue.message}`);
}

function refusal(standing: Decision | null, wish: Wish, mask: string | null): string | undefined {
  if (!isDeepStrictEqual(standing, wish.replaces))
    return standing === null
      ? 'The decision that this window shows was taken back meanwhile, in another window or by hand.'
      : 'Meanwhile another decision was taken, in another window or by hand.';
  if (wish.decision === null) return undefined;
  if (mask === null) return 'There is no mask to decide on: convert has excluded the patient.';
  if (wish.decision.mask_sha256 !== mask)
    return 'The mask is another one by now than this window shows: load the page again and look at it.';
  return undefined;
}
