import type { Change, ReviewPatient, Session, Wish } from '../../review/api.ts';
import { element } from '../element.ts';
import { standingOf } from '../standing.ts';
import { flagsBefore } from './decisions.ts';
import { askExclusion } from './exclusion-dialog.ts';
import type { Action } from './keys.ts';
import { factsOf } from './panel.ts';
import { part } from './parts.ts';
import type { Review } from './review.ts';
import type { Stage } from './stage.ts';
import { verdictOf } from './verdict.ts';

const REVIEWER = 'reviewer';

/** The page round the images: whose they are, what is decided, and what keys and buttons do. */
export class Desk {
  readonly #review: Review;
  readonly #stage: Stage;
  readonly #reasons: Session['reasons'];
  readonly #list: () => Promise<readonly ReviewPatient[]>;
  #volume: 'roi' | 'ct' = 'roi';
  #connected = true;
  /** What the last decision of this window was, while the next patient is looked at. */
  #last = '';

  /** @param list asks the server for the patients as they are now */
  constructor(review: Review, stage: Stage, session: Session, list: () => Promise<readonly ReviewPatient[]>) {
    this.#list = list;
    this.#review = review;
    this.#stage = stage;
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
    history.replaceState(null, '', `#${encodeURIComponent(current.patient_id)}`);
    document.title = `${current.patient_id} - swinprep review`;
    part('patient').textContent = current.patient_id;
    part('facts').replaceChildren(...factsOf(current));
    part('facts').scrollTop = 0;
    this.#showVerdict();
    this.#showVolume();
  }

  #showVolume(): void {
    const { roi, ct } = this.#review.current;
    const shown =
      (this.#volume === 'roi' ? roi : ct) === null && (roi ?? ct) !== null
        ? other(this.#volume)
        : this.#volume;
    for (const button of document.querySelectorAll<HTMLButtonElement>('[data-action="volume"]')) {
      button.setAttribute('aria-pressed', String(button.dataset.value === shown));
      button.disabled = (button.dataset.value === 'roi' ? roi : ct) === null;
    }
    void this.#stage.show(shown === 'roi' ? roi : ct, 'There are no volumes of this patient.');
  }

  #showVerdict(): void {
    const review = this.#review;
    part('standing').replaceChildren(...verdictOf(review, this.#reasons));
    const possible = review.current.mask_sha256 !== null;
    for (const action of ['accept', 'exclude'])
      document.querySelector<HTMLButtonElement>(`#decide [data-action="${action}"]`)!.disabled = !possible;
    document.querySelector<HTMLButtonElement>('[data-action="undo"]')!.disabled = !review.canUndo;
    this.#showList();
    this.#showProgress();
    this.#showNotices();
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
    part('progress').textContent = `${decided} of ${of} decided${also}`;
    part('last').textContent = this.#last;
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
    part('notices').replaceChildren(...notices);
  }

  async #retry(): Promise<void> {
    await this.#review.retry();
    this.#showVerdict();
  }

  /** Another window has decided, or this one. */
  changed(change: Change): void {
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
    this.#review.refreshed(await this.#list());
    await this.#retry();
  }

  act(action: Action, value: string | undefined): void {
    const review = this.#review;
    const stage = this.#stage;
    const acts: Readonly<Record<Action, () => void>> = {
      previous: () => this.#turn(() => review.step(-1)),
      next: () => this.#turn(() => review.step(1)),
      'next-undecided': () => this.#turn(() => review.toUndecided()),
      accept: () => void this.#decide('accept', null, ''),
      exclude: () => void this.#exclude(),
      undo: () => void this.#undo(),
      volume: () => this.#setVolume(value),
      outline: () => stage.setOutline(value),
      mask: () => stage.toggleMask(),
      window: () => stage.usePreset(Number(value)),
      layout: () => stage.nextLayout(),
      centre: () => stage.toTumour(),
      'slice-up': () => stage.scroll(1),
      'slice-down': () => stage.scroll(-1),
      'zoom-in': () => stage.zoom(1.25),
      'zoom-out': () => stage.zoom(0.8),
      'reset-zoom': () => stage.resetZoom(),
      help: () => part<HTMLDialogElement>('help').showModal(),
    };
    acts[action]();
  }

  #setVolume(value: string | undefined): void {
    this.#volume = value === 'roi' || value === 'ct' ? value : other(this.#volume);
    this.#showVolume();
  }

  #turn(by: () => void): void {
    const before = this.#review.current.patient_id;
    by();
    if (this.#review.current.patient_id !== before) this.show();
  }

  async #exclude(): Promise<void> {
    const { patient_id, mask_sha256 } = this.#review.current;
    if (mask_sha256 === null || this.#review.isSaving) return;
    const why = await askExclusion(patient_id);
    // Never another patient than the dialog was about.
    if (why !== undefined && this.#review.current.patient_id === patient_id)
      await this.#decide('exclude', why.reason as NonNullable<Wish['decision']>['reason'], why.comment);
  }

  async #decide(
    decision: 'accept' | 'exclude',
    reason: NonNullable<Wish['decision']>['reason'],
    comment: string,
  ): Promise<void> {
    const { current } = this.#review;
    const { patient_id, mask_sha256 } = current;
    const reviewer = part<HTMLInputElement>('reviewer');
    if (mask_sha256 === null) return;
    const flags = flagsBefore(current);
    const saving = await this.#review.decide({
      decision,
      reason,
      comment,
      reviewer: reviewer.value.trim(),
      mask_sha256,
      flags,
    });
    if (saving === undefined) return;
    this.#last =
      saving.state === 'saved' ? `${patient_id} ${decision === 'accept' ? 'accepted' : 'excluded'}` : '';
    const stayed = this.#review.current.patient_id === patient_id;
    if (saving.state === 'saved' && stayed && this.#review.toUndecided()) this.show();
    else this.#showVerdict();
    if (saving.state === 'conflict' && saving.conflict.mask_sha256 !== mask_sha256) await this.#refresh();
  }

  /** The mask is another one by now: it has to be looked at. */
  async #refresh(): Promise<void> {
    this.#review.refreshed(await this.#list());
    this.show();
  }

  async #undo(): Promise<void> {
    const before = this.#review.current.patient_id;
    await this.#review.undo();
    this.#last = '';
    if (this.#review.current.patient_id === before) this.#showVerdict();
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
