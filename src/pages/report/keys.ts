import { element } from '../element.ts';
import { isForPage } from '../keyboard.ts';

const KEYS = [
  ['/', 'search'],
  ['Escape', 'empties the search, then leaves it'],
  ['Enter', 'on a name: opens or closes what is known of the patient'],
  ['Up, Down', 'on a name: the one before, the next'],
  ['?', 'these keys'],
] as const;

/** The keys of the page, and a button for those who do not know of `?`. */
export function listenToKeys(focusSearch: () => void): HTMLButtonElement {
  const close = element('button', { type: 'button' }, 'Close');
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'keys-heading' },
    element('h2', { id: 'keys-heading' }, 'Keys'),
    element(
      'dl',
      {},
      ...KEYS.map(([key, does]) =>
        element('div', {}, element('dt', {}, element('kbd', {}, key)), element('dd', {}, does)),
      ),
    ),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  document.body.append(dialog);
  document.addEventListener('keydown', (event) => {
    const { key } = event;
    if ((key !== '/' && key !== '?') || !isForPage(event)) return;
    event.preventDefault();
    if (key === '/') focusSearch();
    else dialog.showModal();
  });
  const button = element('button', { type: 'button', class: 'keys' }, 'Keys');
  button.addEventListener('click', () => dialog.showModal());
  return button;
}
