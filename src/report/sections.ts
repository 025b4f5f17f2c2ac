import type { Manifest } from '../records/manifest.ts';
import { REVIEW_REASONS } from '../records/review.ts';
import { type Html, html } from './html.ts';
import { triple } from './number-text.ts';
import { htmlTable } from './table.ts';

/** A part of the page under its heading. `src/pages/report` finds it by its id. */
function section(id: string, heading: string, content: Html | readonly Html[]): Html {
  return html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}
</section>
`;
}

/** What is read without JavaScript: counts, constants, split, reasons, flags, review. */
export function staticSections(manifest: Manifest): readonly Html[] {
  return [
    section('summary', 'Patients by state', summary(manifest)),
    section('constants', 'Constants of the data set', constants(manifest)),
    section('split', 'Split by stage', split(manifest)),
    section('reasons', 'Why patients are left out', reasons(manifest)),
    section('flags', 'Flags', flags(manifest)),
    section('review', 'Review', review(manifest)),
  ];
}

function summary({ summary: s }: Manifest): Html {
  return htmlTable(
    'Everybody in the run',
    ['State', 'Patients'],
    [
      ['with an ROI', s.num_ok],
      ['of them in train', s.num_train],
      ['of them in test', s.num_test],
      ['of them with a flag', s.num_flagged],
      ['of them with a flag that no reviewer has seen', s.num_flagged_unseen],
      ['of them with a part of the tumour cut off', s.num_tumor_clipped],
      ['left out', s.num_excluded],
    ],
  );
}

function constants({ constants: c, global_mu, global_sigma }: Manifest): Html {
  const patients = c.scope === 'train' ? 'train patients' : 'patients';
  const whose =
    c.constants_from === null
      ? `${c.num_samples_in_scope} ${patients} of this cohort`
      : `${c.constants_from.num_samples_in_scope} patients of another cohort, by swinprep ${c.constants_from.swinprep_version}`;
  return htmlTable(
    'By which all ROIs are cut and normalised',
    ['Constant', 'Value'],
    [
      ['mu', `${global_mu.toFixed(4)} HU`],
      ['sigma', `${global_sigma.toFixed(4)} HU (${c.variance} variance)`],
      ['window', `${c.window_hu[0]} to ${c.window_hu[1]} HU`],
      ['smallest box', `${triple(c.min_box_mm)} mm`],
      ['largest box', `${triple(c.max_box_mm)} mm`],
      ['taken from', whose],
      ...(c.constants_from === null
        ? []
        : [['SHA-256 of dataset_pass1_stats.json', c.constants_from.sha256] as const]),
    ],
  );
}

function split({ split: s }: Manifest): Html {
  const total = { train: s.num_train, test: s.num_test, excluded: s.num_excluded };
  const rows = [...s.per_stage, { stage: 'no stage', ...s.no_stage }, { stage: 'all', ...total }];
  return htmlTable(
    'Patients of the split, before pass 1 and pass 2 left anybody out',
    ['Stage', 'Train', 'Test', 'Left out'],
    rows.map(({ stage, train, test, excluded }) => [stage, train, test, excluded]),
  );
}

function reasons({ summary: { excluded_by } }: Manifest): Html {
  if (excluded_by.length === 0) return html`<p>Nobody is left out.</p>`;
  return htmlTable(
    'Patients that are left out, by step and reason',
    ['Reason', 'Step', 'Patients'],
    excluded_by.map(({ step, code, patients }) => [code, step, patients]),
  );
}

function flags({ outputs }: Manifest): Html {
  const found = outputs.flatMap((output) => output.flags);
  if (found.length === 0) return html`<p>No patient has a flag.</p>`;
  const groups = [...Map.groupBy(found, ({ code }) => code)].sort(
    ([a, one], [b, other]) => other.length - one.length || (a < b ? -1 : 1),
  );
  return htmlTable(
    'Flags of patients with an ROI',
    ['Flag', 'Patients', 'Seen by no reviewer'],
    groups.map(([code, group]) => [code, group.length, group.filter(({ seen }) => seen !== true).length]),
  );
}

function review({ review: outcome }: Manifest): Html {
  if (outcome === null) return html`<p>This run was given no review.</p>`;
  const { num_decisions, excluded, accepted, stale, unknown } = outcome;
  const changed = stale.filter(({ mask_sha256 }) => mask_sha256 !== null);
  const gone = stale.filter(({ mask_sha256 }) => mask_sha256 === null);
  const byReason = [...Map.groupBy(excluded, ({ reason }) => reason)].map(
    ([reason, group]) => [`excluded: ${REVIEW_REASONS[reason]}`, group.length] as const,
  );
  return html`${htmlTable(
    'Decisions of the review',
    ['Decision', 'Patients'],
    [
      ['all', num_decisions],
      ['accepted', accepted.length],
      ...byReason,
      ['not applied: the mask has changed since', changed.length],
      ['not applied: convert excludes them now', gone.length],
      ['not applied: not in this cohort', unknown.length],
    ],
  )}
${changed.length === 0 ? '' : decided('The mask has changed since they were looked at', changed)}
${gone.length === 0 ? '' : decided('Excluded by convert now, without a mask', gone)}
${unknown.length === 0 ? '' : decided('Not in this cohort', unknown)}`;
}

function decided(caption: string, rows: readonly { patient_id: string; decision: string }[]): Html {
  return htmlTable(
    caption,
    ['Patient', 'Decision'],
    rows.map(({ patient_id, decision }) => [patient_id, decision]),
  );
}
