import type { ManifestOutput } from '../../records/manifest.ts';
import { short } from '../../report/number-text.ts';
import { type Child, element } from '../element.ts';
import { ctFacts, roiFacts, tumourFacts } from '../patient-facts.ts';
import { type Patient, STATE_NAMES, stageName } from './cohort.ts';
import type { Decisions } from './decisions.ts';
import { linkToViewer } from './links.ts';
import type { Pictures } from './pictures.ts';
import { CHANGE_REASONS } from './roi-changes.ts';
import { table } from './table.ts';

/** All that the records say of a patient. */
export function patientDetails(patient: Patient, pictures: Pictures, decisions: Decisions): HTMLElement {
  const { output, failure, change, mapped } = patient;
  return element(
    'div',
    { class: 'details' },
    ...(pictures.has(patient) ? [pictures.frame(patient, 'large')] : []),
    element(
      'div',
      { class: 'groups' },
      ...(output === null ? [] : [flagGroup(output)]),
      ...(decisions.live ? [decisionGroup(patient, decisions)] : []),
      group('Patient', [
        ['Split', STATE_NAMES[patient.state]],
        ['Stage', stageName(patient.stage)],
        ...(failure === null
          ? []
          : ([
              ['Left out by', failure.step],
              ['Reason', failure.code],
              ['That is', failure.error],
            ] as const)),
        ...(change === null ? [] : changeRows(change)),
      ]),
      ...(output === null ? [] : outputGroups(output)),
      ...(mapped === null ? [] : [mappedGroup(mapped)]),
    ),
  );
}

type Row = readonly [name: string, ...values: readonly Child[]];

function group(heading: string, rows: readonly Row[]): HTMLElement {
  return element(
    'section',
    {},
    element('h3', {}, heading),
    element(
      'dl',
      {},
      ...rows.map(([name, ...values]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, ...values)),
      ),
    ),
  );
}

const OUTDATED: Row = [
  'ROI',
  'of another mask than lies in interim now: the viewer shows the whole CT, and what stands here is of that mask too',
];

function decisionGroup({ id }: Patient, decisions: Decisions): HTMLElement {
  const decision = decisions.of(id);
  return group('Review', [
    ['Decision', decisions.text(id)],
    ...(decision === null
      ? []
      : ([
          ['By', decision.reviewer],
          ['At', decision.decided_utc],
          ['Comment', decision.comment],
        ] as const)),
    ...(decisions.isOutdated(id) ? [OUTDATED] : []),
    ['Look', linkToViewer(id, 'open the viewer')],
  ]);
}

function changeRows({ kind, why, files }: NonNullable<Patient['change']>): Row[] {
  return [
    ['Since last run', kind],
    ...(why.length === 0 ? [] : [['Why', why.map((code) => CHANGE_REASONS[code]).join('; ')] as const]),
    ...(files.length === 0 ? [] : [['Other bytes in', files.join(', ')] as const]),
  ];
}

function flagGroup({ flags }: ManifestOutput): HTMLElement {
  const rows = flags.map(
    ({ code, message, value, seen }): Row => [
      code,
      `${message}: ${short(value, 4)}${seen ? ' (seen by a reviewer)' : ''}`,
    ],
  );
  const made = group('Flags', rows.length === 0 ? [['None', '']] : rows);
  made.classList.add('wide');
  return made;
}

function outputGroups(output: ManifestOutput): HTMLElement[] {
  return [
    group('Tumour', tumourFacts(output)),
    group('ROI', roiFacts(output)),
    group('CT', ctFacts(output)),
    element(
      'section',
      {},
      element('h3', {}, 'HU percentiles'),
      table(
        null,
        ['Percentile', 'CT', 'Tumour'],
        (Object.keys(output.percentiles_hu) as (keyof ManifestOutput['percentiles_hu'])[]).map((key) => [
          key.slice(1).replace('_', '.'),
          Math.round(output.percentiles_hu[key]),
          Math.round(output.tumor_percentiles_hu[key]),
        ]),
      ),
    ),
    group('Files', [
      ...Object.entries(output.paths).map(([key, file]) => [key, element('code', {}, file)] as const),
      ['Mask SHA-256', element('code', {}, output.mask_sha256)],
    ]),
  ];
}

function mappedGroup(mapped: NonNullable<Patient['mapped']>): HTMLElement {
  if (mapped.state === 'excluded')
    return group('Prediction', [
      ['Left out', mapped.exclusion.code],
      ['That is', mapped.exclusion.message],
    ]);
  const { compared } = mapped;
  return group('Prediction', [
    ['Volume', `${mapped.volume_ml.toFixed(2)} ml`],
    ...(compared === null
      ? []
      : ([
          ['Dice', compared.dice === null ? 'both are empty' : compared.dice.toFixed(4)],
          ['Mask', `${compared.volume_ml.toFixed(2)} ml`],
        ] as const)),
  ]);
}
