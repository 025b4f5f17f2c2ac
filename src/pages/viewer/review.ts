import type { Decision } from '../../records/review.ts';
import type { Conflict, DecisionChange, ReviewPatient, Wish } from '../../review/api.ts';
import type { Saving } from '../review-server.ts';
import { nextUndecided, type Progress, progressOf } from '../standing.ts';
import { sameDecision, sameWish, wishFor } from './wish.ts';

/** A decision of this window that can be taken back. */
interface Taken {
  readonly patient: string;
  readonly before: Decision | null;
  readonly after: Decision | null;
}

/** A wish that could not be written, and why. */
interface Unsaved {
  readonly wish: Wish;
  readonly why: string;
}

/** What this window knows of a patient beside what is written down. */
export interface Pending {
  readonly unsaved: Unsaved | undefined;
  /** Why a wish of this window was not written. */
  readonly conflict: Conflict | undefined;
  /** The decision that stands came from another window while this one was open. */
  readonly elsewhere: boolean;
}

/** A review as this window sees it: which patient is looked at, what is decided, and what can be taken back. */
export class Review {
  #patients: readonly ReviewPatient[];
  #at = 0;
  readonly #save: (patient: string, wish: Wish) => Promise<Saving>;
  readonly #taken: Taken[] = [];
  readonly #saving = new Set<string>();
  readonly #unsaved = new Map<string, Unsaved>();
  readonly #conflicts = new Map<string, Conflict>();
  readonly #elsewhere = new Set<string>();

  /** @param patients at least one */
  constructor(patients: readonly ReviewPatient[], save: (patient: string, wish: Wish) => Promise<Saving>) {
    this.#patients = patients;
    this.#save = save;
  }

  get patients(): readonly ReviewPatient[] {
    return this.#patients;
  }

  get current(): ReviewPatient {
    return this.#patients[this.#at];
  }

  get pending(): Pending {
    const { patient_id } = this.current;
    return {
      unsaved: this.#unsaved.get(patient_id),
      conflict: this.#conflicts.get(patient_id),
      elsewhere: this.#elsewhere.has(patient_id),
    };
  }

  get progress(): Progress {
    return progressOf(this.#patients);
  }

  /** Patients whose decision is not written down. */
  get unsaved(): readonly string[] {
    return [...this.#unsaved.keys()];
  }

  /** Whether a decision on the patient looked at is on its way: the next patient comes with the answer. */
  get isSaving(): boolean {
    return this.#saving.has(this.current.patient_id);
  }

  get canUndo(): boolean {
    return this.#taken.length > 0 || this.#unsaved.size > 0;
  }

  /** Turns to a patient; false where there is none of that name. */
  goTo(patient: string): boolean {
    const found = this.#patients.findIndex(({ patient_id }) => patient_id === patient);
    if (found >= 0) this.#at = found;
    return found >= 0;
  }

  /** Turns to the first that waits for a decision; where none does it stays. */
  toFirstUndecided(): void {
    this.#at = nextUndecided(this.#patients, -1) ?? this.#at;
  }

  /** Turns to a neighbour in the list; at its ends it stays. */
  step(by: 1 | -1): void {
    this.#at = Math.min(Math.max(this.#at + by, 0), this.#patients.length - 1);
  }

  /** Turns to the next that waits for a decision; false where none does. */
  toUndecided(): boolean {
    const next = nextUndecided(this.#patients, this.#at);
    if (next !== undefined) this.#at = next;
    return next !== undefined;
  }

  /**
   * Decides on a patient as the reviewer saw it, which may have changed since; undefined where its last decision is still being
   * written.
   */
  async decide(wanted: Wish['decision'], seen: ReviewPatient = this.current): Promise<Saving | undefined> {
    const { patient_id, decision } = seen;
    return this.#write(patient_id, { decision: wanted, replaces: decision });
  }

  /** Takes back the last decision of this window and turns to its patient; one that was never written is dropped. */
  async undo(): Promise<void> {
    const unwritten = this.unsaved.at(-1);
    if (unwritten !== undefined) {
      this.#unsaved.delete(unwritten);
      this.goTo(unwritten);
      return;
    }
    const taken = this.#taken.at(-1);
    if (taken === undefined || this.#saving.has(taken.patient)) return;
    this.#taken.pop();
    this.goTo(taken.patient);
    const saving = await this.#write(taken.patient, wishFor(taken.before, taken.after), false);
    if (saving?.state !== 'failed') return;
    this.#unsaved.delete(taken.patient);
    this.#taken.push(taken);
  }

  /** Tries once more to write what could not be written. */
  async retry(): Promise<void> {
    for (const [patient, { wish }] of [...this.#unsaved]) {
      const saving = await this.#write(patient, wish);
      if (saving?.state === 'failed') return;
    }
  }

  async #write(patient: string, wish: Wish, canBeUndone = true): Promise<Saving | undefined> {
    if (this.#saving.has(patient)) return undefined;
    this.#saving.add(patient);
    const saving = settled(wish, await this.#save(patient, wish));
    this.#saving.delete(patient);
    this.#unsaved.delete(patient);
    this.#conflicts.delete(patient);
    if (saving.state === 'failed') this.#unsaved.set(patient, { wish, why: saving.why });
    else if (saving.state === 'conflict') {
      this.#conflicts.set(patient, saving.conflict);
      this.#replace(patient, saving.conflict);
    } else {
      this.#elsewhere.delete(patient);
      this.#replace(patient, { decision: saving.decision });
      if (canBeUndone) this.#taken.push({ patient, before: wish.replaces, after: saving.decision });
    }
    return saving;
  }

  /** Takes in what any window has changed. */
  changed({ patient_id, decision }: DecisionChange): void {
    const known = this.#patients.find((patient) => patient.patient_id === patient_id);
    if (known === undefined || sameDecision(known.decision, decision)) return;
    if (!this.#saving.has(patient_id)) this.#elsewhere.add(patient_id);
    this.#replace(patient_id, { decision });
  }

  /** Takes in the list as the server has it now. */
  refreshed(patients: readonly ReviewPatient[]): void {
    const { patient_id } = this.current;
    this.#patients = patients;
    if (!this.goTo(patient_id)) this.#at = 0;
  }

  #replace(patient: string, known: Pick<ReviewPatient, 'decision'> & Partial<Conflict>): void {
    const { message: _message, ...news } = known;
    this.#patients = this.#patients.map((other) =>
      other.patient_id === patient ? { ...other, ...news } : other,
    );
  }
}

/** A conflict with the very decision that was wished for, whose answer got lost, is none. */
function settled(wish: Wish, saving: Saving): Saving {
  if (saving.state !== 'conflict' || !sameWish(wish, saving.conflict.decision)) return saving;
  return { state: 'saved', decision: saving.conflict.decision };
}
