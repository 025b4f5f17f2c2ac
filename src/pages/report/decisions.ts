import { counted } from '../../counted.ts';
import type { Decision } from '../../records/review.ts';
import type { PageData } from '../../report/page-data.ts';
import type { ReviewPatient } from '../../review/api.ts';
import { element } from '../element.ts';
import { askPatients, listen } from '../review-server.ts';
import { progressOf, standingOf } from '../standing.ts';

/** What the reviewers have decided so far, as the server of the review tells it; always empty in a report from a file. */
export class Decisions {
  /** Whether there is a review at all. */
  readonly live: boolean;
  readonly progress = element('p', { class: 'progress', role: 'status' });
  readonly #reasons: Readonly<Record<string, string>>;
  #patients: ReadonlyMap<string, ReviewPatient> = new Map();

  constructor({ review }: PageData) {
    this.live = review !== null;
    this.#reasons = review?.reasons ?? {};
  }

  of(patientId: string): Decision | null {
    return this.#patients.get(patientId)?.decision ?? null;
  }

  /** The decision on a patient in a few words. */
  text(patientId: string): string {
    const patient = this.#patients.get(patientId);
    const decision = patient?.decision ?? null;
    if (patient === undefined || decision === null) return 'undecided';
    const stale = standingOf(patient) === 'stale' ? ' (stale: the mask has changed since)' : '';
    if (decision.decision === 'accept') return `accepted${stale}`;
    return `excluded: ${this.#reasons[decision.reason ?? ''] ?? decision.reason}${stale}`;
  }

  /** Whether the ROI is of another mask than lies in `interim` now, and is not shown by the viewer. */
  isOutdated(patientId: string): boolean {
    return this.#patients.get(patientId)?.roi_outdated ?? false;
  }

  /** Follows the server; `changed` is told of the patients whose decision is another one now. */
  follow(changed: (patientIds: readonly string[]) => void): void {
    if (!this.live) return;
    /** Decided while the list of all was on its way: what the list says of them may be older. */
    let news = new Map<string, Decision | null>();
    listen({
      change: ({ patient_id, decision }) => {
        news.set(patient_id, decision);
        this.#set(patient_id, decision);
        this.#tell();
        changed([patient_id]);
      },
      // Also after a time without the server, in which other windows may have decided.
      open: async () => {
        news = new Map();
        try {
          const patients = await askPatients();
          this.#patients = new Map(patients.map((patient) => [patient.patient_id, patient]));
          for (const [patientId, decision] of news) this.#set(patientId, decision);
          this.#tell();
          changed([...this.#patients.keys()]);
        } catch {
          this.#tellGone();
        }
      },
      lost: () => this.#tellGone(),
    });
  }

  #set(patientId: string, decision: Decision | null): void {
    const patient = this.#patients.get(patientId);
    if (patient !== undefined)
      this.#patients = new Map(this.#patients).set(patientId, { ...patient, decision });
  }

  #tell(): void {
    const { decided, stale, of } = progressOf([...this.#patients.values()]);
    this.progress.replaceChildren(
      element('progress', { max: Math.max(of, 1), value: decided, 'aria-label': 'Decided patients' }),
      ` ${decided} of ${counted(of, 'patient')} decided${stale === 0 ? '' : `, ${stale} stale`}`,
    );
  }

  #tellGone(): void {
    this.progress.replaceChildren(
      'The server of the review does not answer; decisions shown may be old. Start swinprep review again.',
    );
  }
}
