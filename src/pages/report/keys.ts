import { element } from '../element.ts';
import { isForPage } from '../keyboard.ts';

const KEYS = [
  ['/', 'search'],
  ['Escape', 'empties the search, then leaves it'],
  ['Enter', 'on a name: opens or closes what is known of the patient'],
  ['Up, Down', 'on a name: the one before, the next'],
  ['?', 'these keys'],
] as const;
const REVIEW_KEYS = [
  ['v', 'look at the patient whose name has the focus, or at the first who is undecided'],
] as const;

/** What keys lead to. */
interface Places {
  readonly search: () => void;
  /** Null where there is no viewer. */
  readonly viewer: ((from: EventTarget | null) => void) | null;
}

/** The keys of the page, and a button for those who do not know of `?`. */
export function listenToKeys({ search, viewer }: Places): HTMLButtonElement {
  const close = element('button', { type: 'button' }, 'Close');
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'keys-heading' },
    element('h2', { id: 'keys-heading' }, 'Keys'),
    element(
      'dl',
      {},
      ...[...(viewer === null ? [] : REVIEW_KEYS), ...KEYS].map(([key, does]) =>
        element('div', {}, element('dt', {}, element('kbd', {}, key)), element('dd', {}, does)),
      ),
    ),
    close,
  );
  close.addEventListener('click', () => dialog.close());
  document.body.append(dialog);
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    const does = { '/': search, '?': () => dialog.showModal(), v: viewer && (() => viewer(target)) }[key];
    if (!does || !isForPage(event)) return;
    event.preventDefault();
    does();
  });
  const button = element('button', { type: 'button', class: 'keys' }, 'Keys');
  button.addEventListener('click', () => dialog.showModal());
  return button;
}
