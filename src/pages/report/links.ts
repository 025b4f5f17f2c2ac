import { element } from '../element.ts';
import { hashOfView, type View, WHOLE_VIEW } from './filter.ts';

/** A link to the patients that a view shows. */
export function linkToView(view: Partial<View>, text: string): HTMLAnchorElement {
  return element('a', { href: `#${hashOfView({ ...WHOLE_VIEW, ...view })}` }, text);
}

/** A link to a patient's place in the table, with its details open. */
export const linkToPatient = (id: string): HTMLAnchorElement => linkToView({ patient: id }, id);

/** Only the server of the review has the viewer. `name` says it where the text alone does not tell one link from others. */
export function linkToViewer(id: string, text: string, name: string | null = null): HTMLAnchorElement {
  return element('a', { href: `viewer#${encodeURIComponent(id)}`, 'aria-label': name }, text);
}

/** Makes the codes that stand in the tables of flags and reasons lead to their patients. */
export function linkFindings(): void {
  for (const [section, kind] of [
    ['flags', 'flag'],
    ['reasons', 'reason'],
  ]) {
    for (const heading of document.querySelectorAll(`#${section} tbody th`)) {
      const code = heading.textContent;
      heading.replaceChildren(linkToView({ finding: `${kind}:${code}` }, code));
    }
  }
}
