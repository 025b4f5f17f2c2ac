/**
 * Whether a key is meant for the page: it is written into no field, is no shortcut of the browser, and no dialog lies over
 * the page.
 */
export function isForPage({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const isWritten = target instanceof Element && target.matches('input, select, textarea');
  return !isWritten && !ctrlKey && !metaKey && !altKey && document.querySelector('dialog[open]') === null;
}
