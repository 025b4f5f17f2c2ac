import type { RoiChanges } from '../../records/roi-changes.ts';
import { triple } from '../../report/number-text.ts';
import type { PageData } from '../../report/page-data.ts';
import { type Child, element } from '../element.ts';
import { linkToPatient, linkToView } from './links.ts';
import { table } from './table.ts';

type Why = RoiChanges['changed'][number]['why'][number];

/** Why an ROI was made again. */
export const CHANGE_REASONS: Readonly<Record<Why, string>> = {
  volumes: 'other volumes',
  split: 'other side or stage',
  configuration: 'other configuration',
  version: 'other version of swinprep',
  constants: 'other constants of the data set',
  record: 'other record of convert',
};

/** `ok` and `excluded` of records as the page calls them. */
const STATES = { ok: 'has an ROI', excluded: 'left out' } as const;

/** What has changed since the last run, as the content of its section. */
export function roiChangesSection({ roi_changes, manifest, failures }: PageData): readonly HTMLElement[] {
  const heading = element('h2', { id: 'changes-heading' }, 'Changes since the last run');
  const { previous, constants, swinprep_version: version } = roi_changes;
  if (previous === null)
    return [
      heading,
      element('p', {}, 'There is nothing to compare with: no run was finished here before this one.'),
    ];
  const here = new Set([...manifest.outputs, ...failures].map(({ patient_id }) => patient_id));
  const link = (id: string): Child => (here.has(id) ? linkToPatient(id) : id);
  const versions =
    previous.swinprep_version === version
      ? `Both runs are of swinprep ${version}.`
      : `The last run was of swinprep ${previous.swinprep_version}, this one is of ${version}.`;
  return [
    heading,
    element('p', {}, versions),
    countsTable(roi_changes),
    constantsTable(previous.constants, constants),
    ...patientLists(roi_changes, link),
  ];
}

function countsTable({ summary }: RoiChanges): HTMLElement {
  return table(
    'ROIs of this run against those of the last',
    ['ROI', 'Patients'],
    [
      [countLink('added', summary.num_added), summary.num_added],
      [countLink('changed', summary.num_changed), summary.num_changed],
      ['of them by the constants alone', summary.num_changed_by_constants],
      [countLink('removed', summary.num_removed), summary.num_removed],
      [countLink('unchanged', summary.num_unchanged), summary.num_unchanged],
    ],
  );
}

function patientLists(
  { added, changed, removed, unchanged, pruned }: RoiChanges,
  link: (id: string) => Child,
): HTMLElement[] {
  return [
    ...list('Changed', changed.length, () =>
      table(
        null,
        ['Patient', 'Why', 'Now', 'Other bytes in'],
        changed.map(({ patient_id, state, state_before, why, files }) => [
          link(patient_id),
          why.map((code) => CHANGE_REASONS[code]).join('; '),
          state === state_before ? STATES[state] : `${STATES[state]}, before: ${STATES[state_before]}`,
          files.join(', ') || 'none',
        ]),
      ),
    ),
    ...list('Added', added.length, () =>
      table(
        null,
        ['Patient', 'Now'],
        added.map(({ patient_id, state }) => [link(patient_id), STATES[state]]),
      ),
    ),
    ...list('Removed: no longer in the cohort, or left out by an earlier step', removed.length, () =>
      table(
        null,
        ['Patient', 'Before'],
        removed.map(({ patient_id, state_before }) => [link(patient_id), STATES[state_before]]),
      ),
    ),
    ...list('Unchanged', unchanged.length, () => idList(unchanged.map(link))),
    ...(pruned === null ? [] : prunedLists(pruned, link)),
  ];
}

function countLink(change: 'added' | 'changed' | 'removed' | 'unchanged', count: number): Child {
  return count === 0 ? change : linkToView({ change }, change);
}

function constantsTable(before: RoiChanges['constants'], now: RoiChanges['constants']): HTMLElement {
  const row = (name: string, text: (constants: RoiChanges['constants']) => string) =>
    [name, text(before), text(now)] as const;
  return table(
    'Constants of the data set',
    ['Constant', 'Last run', 'This run'],
    [
      row('mu', ({ global_mu }) => `${global_mu.toFixed(4)} HU`),
      row('sigma', ({ global_sigma }) => `${global_sigma.toFixed(4)} HU`),
      row('smallest box', ({ min_box_mm }) => `${triple(min_box_mm)} mm`),
      row('largest box', ({ max_box_mm }) => `${triple(max_box_mm)} mm`),
    ],
  );
}

/** A list that is folded, for it may be as long as the cohort; its content is made when it is first opened. */
function list(heading: string, count: number, content: () => HTMLElement): HTMLElement[] {
  if (count === 0) return [];
  const details = element('details', {}, element('summary', {}, `${heading} (${count})`));
  details.addEventListener('toggle', () => details.append(content()), { once: true });
  return [details];
}

const idList = (ids: readonly Child[]): HTMLElement =>
  element('ul', { class: 'ids' }, ...ids.map((id) => element('li', {}, id)));

function prunedLists(
  { deleted, left }: NonNullable<RoiChanges['pruned']>,
  link: (id: string) => Child,
): HTMLElement[] {
  return [
    ...list('Pruned: their files are deleted', deleted.length, () => idList(deleted.map(link))),
    ...list('Not pruned: files lie there that swinprep did not write', left.length, () =>
      table(
        null,
        ['Patient', 'Files'],
        left.map(({ patient_id, files }) => [link(patient_id), files]),
      ),
    ),
  ];
}
