import type { Decision } from '../../records/review.ts';
import type { Wish } from '../../review/api.ts';
import { element } from '../element.ts';
import { standingOf } from '../standing.ts';
import type { Review } from './review.ts';

type Reasons = Readonly<Record<string, string>>;

function said(decision: NonNullable<Wish['decision']>, reasons: Reasons): Node[] {
  const word = decision.decision === 'accept' ? 'Accepted' : 'Excluded';
  const why = decision.reason === null ? [] : [element('p', {}, reasons[decision.reason] ?? decision.reason)];
  const comment = decision.comment === '' ? [] : [element('p', { class: 'comment' }, decision.comment)];
  return [element('strong', { class: decision.decision }, word), ...why, ...comment];
}

function written(decision: Decision, reasons: Reasons): Node[] {
  const time = element('time', { datetime: decision.decided_utc }, localTime(decision.decided_utc));
  const who = decision.reviewer === '' ? [] : [`${decision.reviewer}, `];
  return [...said(decision, reasons), element('p', { class: 'quiet' }, ...who, time)];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function localTime(utc: string): string {
  return new Date(utc).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

function warning(title: string, ...nodes: readonly (Node | string)[]): HTMLElement {
  return element('div', { class: 'warning' }, element('strong', {}, title), ...nodes);
}

/** The decision on the patient looked at, and what is wrong with it. */
export function verdictOf(review: Review, reasons: Reasons): Node[] {
  const { current, pending } = review;
  const { unsaved, conflict } = pending;
  const nodes: Node[] = [];
  if (unsaved !== undefined) {
    const { wish, why } = unsaved;
    const wished = wish.decision === null ? [element('p', {}, 'no decision')] : said(wish.decision, reasons);
    nodes.push(
      warning(
        'Not saved',
        ...wished,
        element('p', {}, `${sentence(why)} What is written down stands below.`),
      ),
    );
  }
  if (conflict !== undefined) nodes.push(warning('Nothing was written', element('p', {}, conflict.message)));
  const standing = standingOf(current);
  if (standing === 'stale')
    nodes.push(
      warning(
        'Stale',
        element('p', {}, 'The mask has changed since. The next run does not apply this decision.'),
      ),
    );
  if (current.decision !== null) nodes.push(...written(current.decision, reasons));
  else if (standing === 'impossible')
    nodes.push(
      element('p', { class: 'quiet' }, 'There is no mask of this patient, so nothing can be decided.'),
    );
  else nodes.push(element('strong', { class: 'open' }, 'Undecided'));
  if (pending.elsewhere && current.decision !== null)
    nodes.push(element('p', { class: 'quiet' }, 'Decided in another window while this one was open.'));
  return nodes;
}
