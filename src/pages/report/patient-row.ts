import { element } from '../element.ts';
import type { Patient } from './cohort.ts';
import type { Column } from './columns.ts';
import type { Decisions } from './decisions.ts';
import { linkToViewer } from './links.ts';
import { patientDetails } from './patient-details.ts';
import type { Pictures } from './pictures.ts';

/** What rows are made of. */
export interface RowParts {
  readonly columns: readonly Column[];
  readonly pictures: Pictures;
  readonly decisions: Decisions;
}

/** The row of a patient, and below it that of its details while they are open. */
export class PatientRow {
  readonly patient: Patient;
  readonly row: HTMLTableRowElement;
  readonly #parts: RowParts;
  readonly #button: HTMLButtonElement;
  #details: HTMLTableRowElement | null = null;

  constructor(patient: Patient, parts: RowParts) {
    this.patient = patient;
    this.#parts = parts;
    this.#button = element(
      'button',
      { type: 'button', class: 'patient', 'aria-expanded': 'false' },
      patient.id,
    );
    this.#button.addEventListener('click', () => this.toggle());
    this.row = element(
      'tr',
      { role: 'row', class: patient.state === 'excluded' ? 'excluded' : null },
      ...parts.columns.map((column) => this.#cell(column)),
    );
    this.row.addEventListener('click', ({ target }) => {
      const onControl = target instanceof Element && target.closest('button, a') !== null;
      if (!onControl && document.getSelection()?.isCollapsed !== false) this.toggle();
    });
  }

  /** In the order in which they stand in the table. */
  get elements(): HTMLElement[] {
    return this.#details === null ? [this.row] : [this.row, this.#details];
  }

  focus(): void {
    this.#button.focus();
  }

  toggle(open = this.#details === null): void {
    this.#details?.remove();
    this.#details = open ? this.#detailsRow() : null;
    this.#button.setAttribute('aria-expanded', String(open));
    if (this.#details !== null) this.row.after(this.#details);
  }

  /** Shows what has been decided meanwhile. */
  refresh(): void {
    const at = this.#parts.columns.findIndex(({ key }) => key === 'decision');
    if (at >= 0) this.row.cells[at].replaceWith(this.#cell(this.#parts.columns[at]));
    if (this.#details === null) return;
    const details = this.#detailsRow();
    this.#details.replaceWith(details);
    this.#details = details;
  }

  #cell(column: Column): HTMLTableCellElement {
    const { key, heading, isNumber } = column;
    if (key === 'patient') {
      const { live } = this.#parts.decisions;
      return element(
        'th',
        { scope: 'row', role: 'rowheader' },
        this.#button,
        ...(live ? [linkToViewer(this.patient.id, 'look', `look at ${this.patient.id}`)] : []),
      );
    }
    return element(
      'td',
      { role: 'cell', class: isNumber ? 'number' : null, 'data-column': key, 'data-heading': heading },
      ...column.cell(this.patient),
    );
  }

  #detailsRow(): HTMLTableRowElement {
    const { columns, pictures, decisions } = this.#parts;
    return element(
      'tr',
      { role: 'row', class: 'details-row' },
      element(
        'td',
        { role: 'cell', colspan: columns.length },
        patientDetails(this.patient, pictures, decisions),
      ),
    );
  }
}
