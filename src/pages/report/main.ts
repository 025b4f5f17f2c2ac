import { counted } from '../../counted.ts';
import { element } from '../element.ts';
import { cohortOf, type Patient, stageName, stagesOf } from './cohort.ts';
import { columnsOf, comparePatients } from './columns.ts';
import { Decisions } from './decisions.ts';
import { distributionsOf } from './distributions/distributions.ts';
import { Figures } from './distributions/figures.ts';
import { type Group, isMade } from './distributions/quantities.ts';
import { hashOfView, isFiltered, matcher, type View, viewOfHash, WHOLE_VIEW } from './filter.ts';
import { FilterForm } from './filter-form.ts';
import { listenToKeys } from './keys.ts';
import { linkFindings } from './links.ts';
import { readPageData } from './page-data.ts';
import { PatientTable } from './patient-table.ts';
import { Pictures } from './pictures.ts';
import { roiChangesSection } from './roi-changes.ts';

const data = await readPageData();
const patients = cohortOf(data);
const stages = stagesOf(
  patients,
  data.manifest.split.per_stage.map(({ stage }) => stage),
);
const decisions = new Decisions(data);
const pictures = new Pictures(data);
const columns = columnsOf({ patients, stages, pictures, decisions });
const figures = new Figures(distributionsOf(data, patients.filter(isMade)));
const form = new FilterForm(patients, stages, decisions.live, (filter) =>
  show({ ...view, ...filter, patient: '' }),
);
const table = new PatientTable({ columns, pictures, decisions }, sortBy);
const count = element('p', { class: 'count', role: 'status' });
const grouping = element(
  'select',
  {},
  element('option', { value: 'split' }, 'train and test'),
  element('option', { value: 'stage' }, 'stage'),
);
const grouped = element('p', { class: 'count' });

let view = viewOfHash(location.hash) ?? WHOLE_VIEW;

/** Fills the sections of the page that the script has to make. */
function fill(): void {
  const section = (id: string, ...content: readonly Node[]): void => {
    const place = document.getElementById(id)!;
    place.setAttribute('aria-labelledby', `${id}-heading`);
    place.append(...content);
  };
  section(
    'distributions',
    element('h2', { id: 'distributions-heading' }, 'Distributions'),
    element('div', { class: 'grouping' }, element('label', {}, 'Grouped by ', grouping), grouped),
    figures.element,
  );
  section(
    'patients',
    element('h2', { id: 'patients-heading' }, 'Patients'),
    form.element,
    count,
    table.element,
  );
  section('changes', ...roiChangesSection(data));
  linkFindings();
  document.querySelector('header')!.append(...(decisions.live ? [reviewLine()] : []), navigation());
}

/** How far the review is, and where it goes on. */
function reviewLine(): HTMLElement {
  return element(
    'div',
    { class: 'review' },
    element('a', { href: 'viewer' }, 'Look at the patients'),
    decisions.progress,
  );
}

/** Opens the viewer at the patient in whose row the key was pressed; else it begins with the first who is undecided. */
function look(from: EventTarget | null): void {
  const row = from instanceof Element ? from.closest('.patients > tbody > tr') : null;
  location.href = row?.querySelector<HTMLAnchorElement>('th a')?.href ?? 'viewer';
}

function navigation(): HTMLElement {
  const headings = [...document.querySelectorAll('main > section > h2')];
  return element(
    'nav',
    { 'aria-label': 'Sections' },
    ...headings.map((heading) =>
      element('a', { href: `#${heading.parentElement!.id}` }, heading.textContent ?? ''),
    ),
    listenToKeys({ search: () => form.focusSearch(), viewer: decisions.live ? look : null }),
  );
}

function groupsOf(shown: readonly Patient[]): Group[] {
  const made = shown.filter(isMade);
  return view.group === 'split'
    ? ['train', 'test'].map((name) => ({ name, patients: made.filter(({ state }) => state === name) }))
    : stages.map((stage) => ({
        name: stageName(stage),
        patients: made.filter((patient) => patient.stage === stage),
      }));
}

function sortBy(key: string): void {
  show({ ...view, sort: key, descending: view.sort === key && !view.descending, patient: '' });
}

/** Shows a view, and keeps it in the URL. */
function show(wanted: View): void {
  view = wanted;
  const matches = matcher(view);
  const column = columns.find(({ key }) => key === view.sort);
  const found = patients.filter((patient) => matches(patient, decisions.of(patient.id)));
  const shown = column === undefined ? found : found.sort(comparePatients(column, view.descending));
  table.show(shown, view.sort, view.descending);
  const made = shown.filter(isMade).length;
  count.textContent = `${shown.length} of ${counted(patients.length, 'patient')}`;
  grouped.textContent = `Of ${counted(made, 'patient')} with an ROI that the table shows.`;
  grouping.value = view.group;
  figures.show(groupsOf(shown));
  keepInUrl();
}

function keepInUrl(): void {
  const hash = hashOfView(view);
  if (hash !== hashOfView(viewOfHash(location.hash) ?? WHOLE_VIEW)) setAddress('replaceState', `#${hash}`);
}

function setAddress(how: 'pushState' | 'replaceState', hash: string): void {
  try {
    history[how](null, '', hash);
  } catch {
    // A frame without an address of its own, as previews show the page in, keeps nothing.
  }
}

/** Shows the view or the place in the page that a hash asks for. */
function follow(hash: string): void {
  const asked = viewOfHash(hash);
  if (asked === null) goTo(document.getElementById(hash.slice(1)));
  else {
    form.show(asked);
    show(asked);
    if (asked.patient === '') goToPatients();
    else table.open(asked.patient);
  }
}

function goToPatients(): void {
  goTo(document.getElementById('patients'));
}

function goTo(place: HTMLElement | null): void {
  if (place === null) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView();
}

/** Follows links within the page, which the browser takes for links to other pages in a frame without an address. */
function followLink(event: MouseEvent): void {
  const hash = (event.target as Element).closest('a')?.getAttribute('href') ?? '';
  if (!hash.startsWith('#') || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  setAddress('pushState', hash);
  follow(hash);
}

fill();
form.show(view);
show(view);
if (view.patient !== '') table.open(view.patient);
else if (isFiltered(view)) goToPatients();
// Most of the page was not there yet when the browser looked for the place.
else if (viewOfHash(location.hash) === null) follow(location.hash);
grouping.addEventListener('change', () =>
  show({ ...view, group: grouping.value === 'stage' ? 'stage' : 'split' }),
);
document.addEventListener('click', followLink);
window.addEventListener('hashchange', () => follow(location.hash));
window.addEventListener('beforeprint', () => {
  table.complete();
  figures.complete();
  pictures.fillAll(table.element);
});
decisions.follow((changed) => {
  table.refresh(changed);
  if (view.decision !== '') show(view);
});
