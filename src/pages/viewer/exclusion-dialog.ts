import { element } from '../element.ts';
import { meanings } from './keys.ts';
import { part } from './parts.ts';

/** Why a patient is left out, as the reviewer said. */
export interface Exclusion {
  readonly reason: string;
  readonly comment: string;
}

/** Fills the dialog with reasons by number keys, as sentences by their codes. */
export function fillReasons(reasons: Readonly<Record<string, string>>): void {
  const choices = Object.entries(reasons).map(([code, sentence], i) =>
    element(
      'label',
      {},
      element('input', { type: 'radio', name: 'reason', value: code, required: '' }),
      element('kbd', {}, String(i + 1)),
      sentence,
    ),
  );
  part('reasons').append(...choices);
  const dialog = part<HTMLDialogElement>('exclusion');
  dialog.addEventListener('keydown', (event) => {
    const radios = dialog.querySelectorAll<HTMLInputElement>('input[name="reason"]');
    const writing = event.target instanceof HTMLTextAreaElement;
    // Enter may end a word of an input method, and one that is held the comment before it is begun.
    if (writing && event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!event.repeat) part('confirm').click();
    }
    const number = meanings(event).find((key) => /^[1-9]$/.test(key));
    if (writing || number === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const radio = radios[Number(number) - 1];
    if (radio === undefined) return;
    event.preventDefault();
    radio.checked = true;
    // The comment may be left empty; Enter ends it.
    part('comment').focus();
  });
}

/** Asks why; undefined where the reviewer thinks better of it. */
export async function askExclusion(patient: string): Promise<Exclusion | undefined> {
  const dialog = part<HTMLDialogElement>('exclusion');
  const form = dialog.querySelector('form')!;
  form.reset();
  part('exclusion-title').textContent = `Exclude ${patient}`;
  dialog.showModal();
  const isConfirmed = await answered(dialog, form);
  const reason = form.querySelector<HTMLInputElement>('input[name="reason"]:checked')?.value;
  if (!isConfirmed || reason === undefined) return undefined;
  return { reason, comment: part<HTMLTextAreaElement>('comment').value.trim() };
}

/**
 * Whether the reviewer excludes, told with the key or click itself: the event that the dialog is closed comes later, after
 * keys that were pressed in between.
 */
function answered(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const done = new AbortController();
  const answer = (isConfirmed: boolean): void => {
    done.abort();
    resolve(isConfirmed);
  };
  form.addEventListener('submit', ({ submitter }) => answer(submitter === part('confirm')), done);
  dialog.addEventListener('close', () => answer(false), done);
  return promise;
}
