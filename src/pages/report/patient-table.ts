import { element } from '../element.ts';
import type { Patient } from './cohort.ts';
import type { Column } from './columns.ts';
import { PatientRow, type RowParts } from './patient-row.ts';

/** Rows that are put into the table at once: more than the largest screen shows. */
const FIRST_ROWS = 40;
/** Milliseconds that the rest may take before keys and scrolling have their turn. */
const SLICE_MS = 12;

/** The table of patients. The first rows stand there at once, the others follow while the page can already be used. */
export class PatientTable {
  readonly element: HTMLTableElement;
  readonly #parts: RowParts;
  readonly #body = element('tbody', { role: 'rowgroup' });
  readonly #heads: ReadonlyMap<string, HTMLTableCellElement>;
  readonly #rows = new Map<string, PatientRow>();
  #waiting: readonly Patient[] = [];
  #timer = 0;

  /** `onSort` is told the key of the column whose heading was pressed. */
  constructor(parts: RowParts, onSort: (key: string) => void) {
    this.#parts = parts;
    this.#heads = new Map(parts.columns.map((column) => [column.key, headOf(column, onSort)]));
    this.element = element(
      'table',
      { role: 'table', class: 'patients' },
      element('caption', {}, 'Patients; the button of a name opens all that is known of it'),
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...this.#heads.values())),
      this.#body,
    );
    this.element.style.setProperty('--columns', parts.columns.map(({ width }) => width).join(' '));
    this.#body.addEventListener('keydown', (event) => this.#step(event));
  }

  /** Shows these patients in this order. */
  show(patients: readonly Patient[], sortedBy: string, descending: boolean): void {
    for (const [key, head] of this.#heads) {
      if (key !== sortedBy) head.removeAttribute('aria-sort');
      else head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    }
    this.#body.replaceChildren(...this.#elementsOf(patients.slice(0, FIRST_ROWS)));
    this.#waiting = patients.slice(FIRST_ROWS);
    this.#goOn();
  }

  /** Puts in at once what is still to come. */
  complete(): void {
    clearTimeout(this.#timer);
    this.#body.append(...this.#elementsOf(this.#waiting));
    this.#waiting = [];
  }

  /** Opens the details of a patient that is shown, and goes there. */
  open(patientId: string): void {
    this.complete();
    const row = this.#rows.get(patientId);
    if (row === undefined || !row.row.isConnected) return;
    row.toggle(true);
    row.row.scrollIntoView({ block: 'center' });
    row.focus();
  }

  /** Shows what has become of the patients' decisions. */
  refresh(patientIds: readonly string[]): void {
    for (const id of patientIds) this.#rows.get(id)?.refresh();
  }

  #goOn(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    this.#timer = window.setTimeout(() => {
      const end = performance.now() + SLICE_MS;
      let done = 0;
      const made: HTMLElement[] = [];
      while (done < this.#waiting.length && performance.now() < end)
        made.push(...this.#elementsOf([this.#waiting[done++]]));
      this.#body.append(...made);
      this.#waiting = this.#waiting.slice(done);
      this.#goOn();
    });
  }

  #elementsOf(patients: readonly Patient[]): HTMLElement[] {
    return patients.flatMap((patient) => {
      const row = this.#rows.get(patient.id) ?? new PatientRow(patient, this.#parts);
      this.#rows.set(patient.id, row);
      return row.elements;
    });
  }

  /** Up and down go from name to name. */
  #step(event: KeyboardEvent): void {
    const { key, target } = event;
    if ((key !== 'ArrowDown' && key !== 'ArrowUp') || !(target as Element).matches('button.patient')) return;
    const names = [...this.#body.querySelectorAll<HTMLElement>('button.patient')];
    const next = names[names.indexOf(target as HTMLElement) + (key === 'ArrowDown' ? 1 : -1)];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}

function headOf(
  { key, heading, isNumber, sortBy }: Column,
  onSort: (key: string) => void,
): HTMLTableCellElement {
  const head = element('th', {
    scope: 'col',
    role: 'columnheader',
    class: isNumber ? 'number' : null,
    'data-column': key,
    'data-heading': heading,
  });
  if (sortBy === undefined) head.append(heading);
  else {
    const button = element('button', { type: 'button' }, heading);
    button.addEventListener('click', () => onSort(key));
    head.append(button);
  }
  return head;
}
