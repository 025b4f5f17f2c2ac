import { element } from '../element.ts';
import { isForPage } from '../keyboard.ts';
import { part } from './parts.ts';

/** What a key or a button does. */
export type Action =
  | 'previous'
  | 'next'
  | 'next-undecided'
  | 'accept'
  | 'exclude'
  | 'undo'
  | 'volume'
  | 'outline'
  | 'mask'
  | 'window'
  | 'layout'
  | 'centre'
  | 'slice-up'
  | 'slice-down'
  | 'zoom-in'
  | 'zoom-out'
  | 'reset-zoom'
  | 'help';

interface Binding {
  /** As KeyboardEvent.key has them. */
  readonly keys: readonly string[];
  readonly action: Action;
  readonly value?: string;
  readonly does: string;
}

/** docs/review.md has the same tables. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['n', 'ArrowRight'], action: 'next', does: 'next patient' },
  { keys: ['p', 'ArrowLeft'], action: 'previous', does: 'previous patient' },
  { keys: ['j'], action: 'next-undecided', does: 'next patient without a decision' },
  { keys: ['a'], action: 'accept', does: 'accept' },
  { keys: ['x'], action: 'exclude', does: 'exclude: then 1 to 9 for the reason, Enter' },
  { keys: ['u'], action: 'undo', does: 'take back the last decision of this window' },
  { keys: ['r'], action: 'volume', does: 'ROI or whole CT' },
  { keys: ['c'], action: 'outline', does: 'contour or filled mask' },
  { keys: ['m'], action: 'mask', does: 'mask on or off' },
  { keys: ['1'], action: 'window', value: '0', does: 'window: lung' },
  { keys: ['2'], action: 'window', value: '1', does: 'window: soft tissue' },
  { keys: ['3'], action: 'window', value: '2', does: 'window: bone' },
  { keys: ['4'], action: 'window', value: '3', does: 'window: as trained' },
  { keys: ['ArrowUp'], action: 'slice-up', does: 'axial slice above' },
  { keys: ['ArrowDown'], action: 'slice-down', does: 'axial slice below' },
  { keys: ['t'], action: 'centre', does: 'crosshair to the tumour' },
  { keys: ['v'], action: 'layout', does: 'four views, or one of them' },
  { keys: ['+', '='], action: 'zoom-in', does: 'enlarge round the crosshair' },
  { keys: ['-'], action: 'zoom-out', does: 'make smaller' },
  { keys: ['0'], action: 'reset-zoom', does: 'fit the image' },
  { keys: ['?'], action: 'help', does: 'this list' },
];

export const MOUSE: readonly (readonly [gesture: string, does: string])[] = [
  ['click, drag', 'crosshair; in 3-D turn'],
  ['wheel', 'slices of the plane under the pointer'],
  ['Ctrl and wheel', 'zoom round the crosshair'],
  ['right drag', 'window: across its width, down its centre'],
  ['middle drag, Shift and drag', 'move the image'],
];

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowRight: 'Right',
  ArrowLeft: 'Left',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
};

/** A key as people call it. */
export const nameOf = (key: string): string => KEY_NAMES[key] ?? key;

/**
 * What a press may mean, by KeyboardEvent.key, the likeliest first: with Caps Lock the small letter, and where a keyboard writes
 * other letters than Latin ones, or digits with Shift alone, what stands at that place of a US keyboard.
 */
export function meanings({
  key,
  code,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): string[] {
  const place = /^(?:Key|Digit)([A-Z0-9])$/.exec(code)?.[1].toLowerCase();
  const isOther = code.startsWith('Digit') ? !shiftKey : /^(?!\p{Script=Latin})\p{L}$/u.test(key);
  return [key, ...(/^[A-Z]$/.test(key) ? [key.toLowerCase()] : []), ...(place && isOther ? [place] : [])];
}

/** What is written down. A key that is held does not decide on one patient after the other. */
const DECIDING: ReadonlySet<string | undefined> = new Set<Action>(['accept', 'exclude', 'undo']);

const buttonOf = (target: EventTarget | null): HTMLButtonElement | null =>
  target instanceof Element ? target.closest<HTMLButtonElement>('button[data-action]') : null;

/**
 * Calls `act` for keys and for buttons with `data-action`. Keys are caught before NiiVue, which has keys of its own on its
 * canvas, and rest while a dialog is open.
 */
export function listenForActions(act: (action: Action, value: string | undefined) => void): void {
  const byKey = new Map(BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding] as const)));
  const keepFromNiiVue = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLCanvasElement) event.stopPropagation();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!isForPage(event)) return;
    const scrolls =
      event.key.startsWith('Arrow') && event.target instanceof Element && event.target.closest('#facts');
    if (scrolls) return;
    keepFromNiiVue(event);
    const pressed = buttonOf(event.target)?.dataset.action;
    if (event.repeat && event.key === 'Enter' && DECIDING.has(pressed)) event.preventDefault();
    const binding = meanings(event)
      .map((key) => byKey.get(key))
      .find((found) => found !== undefined);
    if (binding === undefined) return;
    event.preventDefault();
    if (!event.repeat || !DECIDING.has(binding.action)) act(binding.action, binding.value);
  };
  document.addEventListener('keydown', onKey, { capture: true });
  document.addEventListener('keyup', keepFromNiiVue, { capture: true });
  document.addEventListener('click', ({ target }) => {
    const button = buttonOf(target);
    if (button !== null) act(button.dataset.action as Action, button.dataset.value);
  });
}

/** Writes the list of keys, and each key at the button that does the same. */
export function showKeys(): void {
  const rows = [
    ...BINDINGS.map(
      ({ keys, does }) =>
        [
          keys
            .filter((key) => key !== '=')
            .map(nameOf)
            .join(', '),
          does,
        ] as const,
    ),
    ...MOUSE,
  ];
  part('keys').replaceChildren(
    ...rows.map(([keys, does]) =>
      element('tr', {}, element('th', { scope: 'row' }, keys), element('td', {}, does)),
    ),
  );
  for (const { keys, action, value } of BINDINGS) {
    const at = value === undefined ? '' : `[data-value="${value}"]`;
    for (const button of document.querySelectorAll(`button[data-action="${action}"]${at}`)) {
      button.setAttribute('aria-keyshortcuts', keys.map((key) => (key === '+' ? 'Plus' : key)).join(' '));
      button.setAttribute('title', `Key ${nameOf(keys[0])}`);
    }
  }
}
