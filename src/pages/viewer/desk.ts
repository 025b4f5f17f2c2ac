import type { DecisionChange, ReviewPatient, Session, Wish } from '../../review/api.ts';
import { element } from '../element.ts';
import { askPatients } from '../review-server.ts';
import { standingOf } from '../standing.ts';
import { askExclusion } from './exclusion-dialog.ts';
import type { Images } from './images.ts';
import type { Action } from './keys.ts';
import { factsOf } from './panel.ts';
import { part } from './parts.ts';
import type { Review } from './review.ts';
import { verdictOf } from './verdict.ts';
import { flagsBefore } from './wish.ts';

const REVIEWER = 'reviewer';

/** The page round the images: whose they are, what is decided, and what keys and buttons do. */
export class Desk {
  readonly #review: Review;
  readonly #images: Images;
  readonly #reasons: Session['reasons'];
  #volume: 'roi' | 'ct' = 'roi';
  /** Whom the images are of, and of which mask. */
  #shown: Pick<ReviewPatient, 'patient_id' | 'mask_sha256'> | undefined;
  /** Nobody accepts what has not been seen, or leaves out what may come yet. */
  #seen: 'awaited' | 'shown' | 'fault' = 'awaited';
  #fault = '';
  #connected = true;
  /** What the last decision of this window was, while the next patient is looked at. */
  #last = '';

  constructor(review: Review, images: Images, session: Session) {
    this.#review = review;
    this.#images = images;
    this.#reasons = session.reasons;
    const reviewer = part<HTMLInputElement>('reviewer');
    reviewer.value = sessionStorage.getItem(REVIEWER) ?? session.reviewer;
    reviewer.addEventListener('input', () => sessionStorage.setItem(REVIEWER, reviewer.value));
    reviewer.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter' || key === 'Escape') reviewer.blur();
    });
    const choice = part<HTMLSelectElement>('patients');
    choice.addEventListener('change', () => {
      review.goTo(choice.value);
      this.show();
      choice.blur();
    });
    // Where it scrolls, keys have to reach it.
    part('facts').tabIndex = 0;
    window.addEventListener('beforeunload', (event) => {
      if (review.unsaved.length > 0) event.preventDefault();
    });
  }

  /** Shows the patient looked at. */
  show(): void {
    const { current } = this.#review;
    this.#shown = current;
    this.#seen = 'awaited';
    history.replaceState(null, '', `#${encodeURIComponent(current.patient_id)}`);
    document.title = `${current.patient_id} - swinprep review`;
    part('patient').textContent = current.patient_id;
    part('facts').replaceChildren(...factsOf(current));
    part('facts').scrollTop = 0;
    this.#showVerdict();
    void this.#showVolume();
  }

  async #showVolume(): Promise<void> {
    const { roi, ct } = this.#review.current;
    const shown =
      (this.#volume === 'roi' ? roi : ct) === null && (roi ?? ct) !== null
        ? other(this.#volume)
        : this.#volume;
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-action="volume"]')) {
      button.setAttribute('aria-pressed', String(button.dataset.value === shown));
      button.disabled = (button.dataset.value === 'roi' ? roi : ct) === null;
    }
    const nothing = 'There are no volumes of this patient.';
    const state = await this.#images.show(shown === 'roi' ? roi : ct, nothing);
    // Of ROI and whole CT one may have been seen.
    if (state === 'overtaken' || this.#seen === 'shown') return;
    this.#seen = state;
    this.#showDecide();
  }

  #showVerdict(): void {
    part('standing').replaceChildren(...verdictOf(this.#review, this.#reasons));
    this.#showDecide();
    this.#showList();
    this.#showProgress();
    this.#showNotices();
  }

  #showDecide(): void {
    for (const [action, possible] of Object.entries(this.#possible))
      document.querySelector<HTMLButtonElement>(`#decide [data-action="${action}"]`)!.disabled = !possible;
  }

  get #possible(): { readonly accept: boolean; readonly exclude: boolean; readonly undo: boolean } {
    const hasMask = this.#isCurrentShown && this.#review.current.mask_sha256 !== null;
    return {
      accept: hasMask && this.#seen === 'shown',
      exclude: hasMask && this.#seen !== 'awaited',
      undo: this.#review.canUndo,
    };
  }

  get #isCurrentShown(): boolean {
    const { patient_id, mask_sha256 } = this.#review.current;
    return patient_id === this.#shown?.patient_id && mask_sha256 === this.#shown.mask_sha256;
  }

  #showList(): void {
    const list = part<HTMLSelectElement>('patients');
    const options = this.#review.patients.map((patient) =>
      element('option', { value: patient.patient_id }, `${markOf(patient)} ${patient.patient_id}`),
    );
    list.replaceChildren(...options);
    list.value = this.#review.current.patient_id;
  }

  #showProgress(): void {
    const { decided, stale, of } = this.#review.progress;
    const also = stale === 0 ? '' : `, ${stale} stale`;
    part('last').textContent = this.#last;
    part('progress').textContent = `${decided} of ${of} decided${also}`;
  }

  #showNotices(): void {
    const { unsaved } = this.#review;
    const notices: HTMLElement[] = [];
    if (unsaved.length > 0) {
      const again = element('button', { type: 'button' }, 'Try again');
      again.addEventListener('click', () => void this.#retry());
      notices.push(
        element(
          'p',
          { class: 'loud' },
          `Not saved: ${unsaved.join(', ')}. Keep this window: it tries again when swinprep review answers. One that was started anew has another address, where they are to be decided again. `,
          again,
        ),
      );
    } else if (!this.#connected) {
      notices.push(
        element('p', { class: 'loud' }, 'swinprep review does not answer. Images and decisions wait for it.'),
      );
    }
    if (this.#fault !== '')
      notices.push(
        element('p', { class: 'loud' }, `What stands here may be old: ${this.#fault}. Load the page again.`),
      );
    part('notices').replaceChildren(...notices);
  }

  async #retry(): Promise<void> {
    await this.#review.retry();
    await this.#update();
  }

  /** Another window has decided, or this one. */
  changed(change: DecisionChange): void {
    this.#review.changed(change);
    this.#showVerdict();
  }

  lost(): void {
    this.#connected = false;
    this.#showNotices();
  }

  /** The server is there; where it was gone for a while, its list is asked for again and what is unsaved is written. */
  async reconnected(): Promise<void> {
    if (this.#connected) return;
    this.#connected = true;
    await this.#takeList();
    await this.#retry();
  }

  /** Shows what stands now of the patient looked at; a mask that is another one by now has to be looked at. */
  async #update(): Promise<void> {
    if (this.#isCurrentShown) return this.#showVerdict();
    await this.#takeList();
    this.show();
  }

  async #takeList(): Promise<void> {
    try {
      this.#review.refreshed(await askPatients());
      this.#fault = '';
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    }
  }

  act(action: Action, value: string | undefined): void {
    const review = this.#review;
    const images = this.#images;
    const acts: Readonly<Record<Action, () => void>> = {
      previous: () => this.#turn(() => review.step(-1)),
      next: () => this.#turn(() => review.step(1)),
      'next-undecided': () => this.#turn(() => review.toUndecided()),
      accept: () => void this.#accept(),
      exclude: () => void this.#exclude(),
      undo: () => void this.#undo(),
      volume: () => this.#setVolume(value),
      outline: () => images.setOutline(value),
      mask: () => images.toggleMask(),
      window: () => images.usePreset(Number(value)),
      layout: () => images.nextLayout(),
      centre: () => images.toTumour(),
      'slice-up': () => images.scroll(1),
      'slice-down': () => images.scroll(-1),
      'zoom-in': () => images.zoom(1.25),
      'zoom-out': () => images.zoom(0.8),
      'reset-zoom': () => images.resetZoom(),
      help: () => part<HTMLDialogElement>('help').showModal(),
    };
    acts[action]();
  }

  #setVolume(value: string | undefined): void {
    this.#volume = value === 'roi' || value === 'ct' ? value : other(this.#volume);
    void this.#showVolume();
  }

  #turn(by: () => void): void {
    const before = this.#review.current.patient_id;
    by();
    if (this.#review.current.patient_id !== before) this.show();
  }

  async #accept(): Promise<void> {
    if (this.#possible.accept) await this.#decide(this.#review.current, 'accept', null, '');
  }

  async #exclude(): Promise<void> {
    if (!this.#possible.exclude || this.#review.isSaving) return;
    const { current } = this.#review;
    const why = await askExclusion(current.patient_id);
    if (why !== undefined)
      await this.#decide(
        current,
        'exclude',
        why.reason as NonNullable<Wish['decision']>['reason'],
        why.comment,
      );
  }

  /** Decides on a patient as it was when the reviewer chose to. */
  async #decide(
    seen: ReviewPatient,
    decision: 'accept' | 'exclude',
    reason: NonNullable<Wish['decision']>['reason'],
    comment: string,
  ): Promise<void> {
    const { patient_id, mask_sha256 } = seen;
    const reviewer = part<HTMLInputElement>('reviewer').value.trim();
    if (mask_sha256 === null) return;
    const wanted = { decision, reason, comment, reviewer, mask_sha256, flags: flagsBefore(seen) };
    const saving = await this.#review.decide(wanted, seen);
    if (saving === undefined) return;
    const done = decision === 'accept' ? 'accepted' : 'excluded';
    this.#last = saving.state === 'saved' ? `${patient_id} ${done}` : '';
    const stayed = this.#review.current.patient_id === patient_id;
    if (saving.state === 'saved' && stayed && this.#review.toUndecided()) this.show();
    else await this.#update();
    // The server answers: what it could not write before, it may now.
    if (saving.state === 'saved' && this.#review.unsaved.length > 0) await this.#retry();
  }

  async #undo(): Promise<void> {
    const before = this.#review.current.patient_id;
    await this.#review.undo();
    this.#last = '';
    if (this.#review.current.patient_id === before) await this.#update();
    else this.show();
  }
}

function other(volume: 'roi' | 'ct'): 'roi' | 'ct' {
  return volume === 'roi' ? 'ct' : 'roi';
}

/** How a patient stands, as one character of the list. */
function markOf(patient: ReviewPatient): string {
  switch (standingOf(patient)) {
    case 'decided':
      return patient.decision?.decision === 'accept' ? '✓' : '✕';
    case 'stale':
      return '!';
    case 'impossible':
      return '–';
    default:
      return '·';
  }
}
