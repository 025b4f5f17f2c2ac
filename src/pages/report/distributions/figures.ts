import { element } from '../../element.ts';
import { table } from '../table.ts';
import type { Distribution } from './distribution.ts';
import type { Group } from './quantities.ts';

/** Distributions as figures, each drawn when it is nearly in sight and is no longer what it was. */
export class Figures {
  readonly element = element('div', { class: 'figures' });
  readonly #figures: ReadonlyMap<Element, Distribution>;
  readonly #stale = new Set<Element>();
  readonly #inSight = new Set<Element>();
  #groups: readonly Group[] = [];
  #timer = 0;

  constructor(distributions: readonly Distribution[]) {
    this.#figures = new Map(
      distributions.map((distribution) => [figureOf(distribution), distribution] as const),
    );
    this.element.append(...this.#figures.keys());
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) this.#inSight.add(target);
          else this.#inSight.delete(target);
        }
        this.#later(0);
      },
      { rootMargin: '300px' },
    );
    for (const figure of this.#figures.keys()) observer.observe(figure);
    let width = window.innerWidth;
    window.addEventListener('resize', () => {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      this.show(this.#groups);
    });
  }

  /** Shows other patients, when no more keys come in. */
  show(groups: readonly Group[]): void {
    this.#groups = groups;
    for (const figure of this.#figures.keys()) this.#stale.add(figure);
    this.#later(150);
  }

  /** Draws at once all that is not as it should be. */
  complete(): void {
    for (const figure of this.#stale) this.#draw(figure);
  }

  /** A figure at a time, so that keys never wait for more than one. */
  #later(delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      const figure = [...this.#figures.keys()].find((f) => this.#stale.has(f) && this.#inSight.has(f));
      if (figure === undefined) return;
      this.#draw(figure);
      this.#later(0);
    }, delay);
  }

  #draw(figure: Element): void {
    this.#stale.delete(figure);
    const { draw, header, numbers } = this.#figures.get(figure)!;
    const groups = this.#groups.filter(({ patients }) => patients.length > 0);
    const plots = figure.querySelector('.plots')!;
    const width = Math.max(280, Math.min(plots.clientWidth || 640, 1100));
    plots.replaceChildren(
      ...(groups.length === 0
        ? [element('p', {}, 'None of the patients shown has an ROI.')]
        : draw(groups, width)),
    );
    figure.querySelector('.numbers')!.replaceChildren(table(null, header, numbers(groups)));
  }
}

function figureOf({ heading, caption, legend = [] }: Distribution): HTMLElement {
  return element(
    'figure',
    {},
    element('h3', {}, heading),
    ...(legend.length === 0
      ? []
      : [
          element(
            'ul',
            { class: 'legend' },
            ...legend.map((name, i) =>
              element('li', {}, element('span', { class: `key series-${i}` }), name),
            ),
          ),
        ]),
    element('div', { class: 'plots' }),
    element('figcaption', {}, caption),
    element(
      'details',
      {},
      element('summary', {}, 'Numbers', element('span', { class: 'hidden' }, ` of: ${heading}`)),
      element('div', { class: 'numbers', tabindex: 0, role: 'group', 'aria-label': `Numbers: ${heading}` }),
    ),
  );
}
