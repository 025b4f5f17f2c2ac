import { counted } from '../../counted.ts';
import type { Decision } from '../../records/review.ts';
import type { PageData } from '../../report/page-data.ts';
import { element } from '../element.ts';
import { askPatients, listen } from '../review-server.ts';

/** What the reviewers have decided so far, as the server of the review tells it; always empty in a report from a file. */
export class Decisions {
  /** Whether there is a review at all. */
  readonly live: boolean;
  readonly progress = element('p', { class: 'progress', role: 'status' });
  readonly #reasons: Readonly<Record<string, string>>;
  readonly #of = new Map<string, Decision>();
  /** Those with a mask, on which can be decided. */
  #decidable: ReadonlySet<string> = new Set();

  constructor({ review }: PageData) {
    this.live = review !== null;
    this.#reasons = review?.reasons ?? {};
  }

  of(patientId: string): Decision | null {
    return this.#of.get(patientId) ?? null;
  }

  /** A decision in a few words. */
  text(decision: Decision | null): string {
    if (decision === null) return 'undecided';
    if (decision.decision === 'accept') return 'accepted';
    return `excluded: ${this.#reasons[decision.reason ?? ''] ?? decision.reason}`;
  }

  /** Follows the server; `changed` is told of the patients whose decision is another one now. */
  follow(changed: (patientIds: readonly string[]) => void): void {
    if (!this.live) return;
    /** Decided while the list of all was on its way: what the list says of them may be older. */
    let news = new Set<string>();
    listen({
      change: ({ patient_id, decision }) => {
        news.add(patient_id);
        this.#set(patient_id, decision);
        this.#tell();
        changed([patient_id]);
      },
      // Also after a time without the server, in which other windows may have decided.
      open: async () => {
        news = new Set();
        try {
          const patients = await askPatients();
          const decidable = patients.filter(({ mask_sha256 }) => mask_sha256 !== null);
          this.#decidable = new Set(decidable.map(({ patient_id }) => patient_id));
          const older = patients.filter(({ patient_id }) => !news.has(patient_id));
          for (const { patient_id, decision } of older) this.#set(patient_id, decision);
          this.#tell();
          changed(older.map(({ patient_id }) => patient_id));
        } catch {
          this.#tellGone();
        }
      },
      lost: () => this.#tellGone(),
    });
  }

  #set(patientId: string, decision: Decision | null): void {
    if (decision === null) this.#of.delete(patientId);
    else this.#of.set(patientId, decision);
  }

  #tell(): void {
    const decided = [...this.#of.keys()].filter((id) => this.#decidable.has(id)).length;
    const all = this.#decidable.size;
    this.progress.replaceChildren(
      element('progress', { max: Math.max(all, 1), value: decided, 'aria-label': 'Decided patients' }),
      ` ${decided} of ${counted(all, 'patient')} decided`,
    );
  }

  #tellGone(): void {
    this.progress.replaceChildren(
      'The server of the review does not answer; decisions shown may be old. Start swinprep review again.',
    );
  }
}
