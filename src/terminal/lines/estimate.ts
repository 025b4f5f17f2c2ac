import type { ComputeComparison, ComputeEstimate } from '../../estimate/compared-computes.ts';
import type { CohortEstimate, CohortFacts } from '../../estimate/estimate.ts';
import type { Compute } from '../../estimate/prices.ts';
import type { Requests } from '../../estimate/request-pattern.ts';
import type { CohortCost, RunEstimate } from '../../estimate/run-cost.ts';
import { table } from './table.ts';

const NAMES: Readonly<Record<Compute, string>> = {
  dedicated: 'dedicated cluster',
  lowPriority: 'low-priority cluster',
  serverlessSpot: 'serverless Spot',
};

/** What `azure estimate` prints. */
export function estimateLines(found: CohortEstimate): string[] {
  return 'computes' in found ? comparisonLines(found) : runLines(found);
}

type Row = readonly [name: string, what: string, price: string];

function runLines(found: CohortFacts & RunEstimate): string[] {
  const { cost, currency } = found;
  const money = (amount: number): string => `${amount.toFixed(2)} ${currency}`;
  return aligned([
    ...cohortRows(found),
    [
      'nodes',
      `${hours(found.nodeHours)} of a node, ${hours(found.paidCoreHours)} of a core, done after ${hours(found.wallHours)}`,
      money(cost.compute),
    ],
    ['requests', requestsText(found.requests), money(cost.requests)],
    ['egress', gb(found.egressGb), money(cost.egress)],
    [
      'a run',
      found.repeatedWork > 0 ? `with ${percent(found.repeatedWork)} of the work done again` : '',
      money(cost.run),
    ],
    storedRow(found, cost.storageMonth),
  ]);
}

function comparisonLines(found: CohortFacts & ComputeComparison): string[] {
  const { computes, currency } = found;
  // A run over a small cohort costs cents: the difference has to be seen.
  const digits = Math.max(...computes.map(({ cost }) => cost.run)) < 1 ? 4 : 2;
  const money = (amount: number): string => `${amount.toFixed(digits)} ${currency}`;
  const asked = new Map(computes.map(({ compute, requests }) => [requestsText(requests), compute]));
  const rows: Row[] = [
    ...cohortRows(found),
    ...[...asked].map(([text, last]): Row => {
      const all = asked.size === 1;
      return ['requests', all ? text : `${text} (${last === 'dedicated' ? 'dedicated' : 'the others'})`, ''];
    }),
    ['egress', gb(found.egressGb), ''],
    storedRow(found, found.storageMonth),
  ];
  const head = ['on', 'a node hour', 'node starts', 'done after', 'node hours', 'core hours'];
  const cells = computes.map((one) => [
    NAMES[one.compute],
    money(one.nodeHourPrice),
    one.nodeStarts,
    ...[one.wallHours, one.nodeHours, one.paidCoreHours].map(hours),
    ...[one.cost.compute, one.cost.requests, one.cost.egress, one.cost.run].map(money),
  ]);
  return [
    ...aligned(rows),
    '',
    ...table([...head, 'compute', 'requests', 'egress', 'a run'], cells).split('\n'),
    '',
    ...cheapestLines(found, money),
    ...assumptionLines(found),
  ];
}

function cheapestLines(
  { computes, cheapest }: ComputeComparison,
  money: (amount: number) => string,
): string[] {
  if (computes.length === 1) return [];
  const less = computes
    .filter(({ compute }) => !cheapest.includes(compute))
    .map(
      ({ compute, cheapestSaves: { amount, share } }) =>
        `${money(amount)} (${percent(share)}) less than ${NAMES[compute]}`,
    );
  const names = cheapest.map((compute) => NAMES[compute]).join(' and ');
  return [`cheapest  ${less.length === 0 ? `none: ${names} cost the same` : `${names}: ${less.join(', ')}`}`];
}

/** What the numbers rest on beside listing, work and prices. */
function assumptionLines({ computes, notCompared, evenRunsMonth, currency }: ComputeComparison): string[] {
  const serverless = computes.find(({ compute }) => compute === 'serverlessSpot');
  const taken = computes.find(({ compute }) => compute !== 'dedicated');
  const kept = computes.find(({ keptMonth }) => keptMonth);
  return [
    taken && `repeated  ${repeatedText(taken)}`,
    serverless && 'started   serverless nodes anew for each of the four steps; none idles',
    kept &&
      `kept      a cluster costs ${kept.keptMonth!.toFixed(2)} ${currency} a month while it exists, with no run either`,
    evenRunsMonth !== undefined &&
      `          with fewer than ${count(Math.ceil(evenRunsMonth))} runs a month serverless Spot costs less than cluster and runs`,
    notCompared.length > 0 &&
      `left out  ${notCompared.map((compute) => NAMES[compute]).join(', ')}: no price in coreHour`,
  ].filter((line) => typeof line === 'string');
}

function repeatedText({ repeatedWork }: ComputeEstimate): string {
  return repeatedWork === 0
    ? 'no work: no low-priority or Spot node is taken away (--repeated-work)'
    : `${percent(repeatedWork)} of the work, since low-priority and Spot nodes are taken away (--repeated-work)`;
}

function cohortRows(found: CohortFacts & CohortCost): Row[] {
  return [
    [
      'cohort',
      `${count(found.patients)} patients, ${gb(found.storedGb.raw)} in ${count(found.rawBlobs)} files`,
      '',
    ],
    [
      'work',
      `${hours(found.workCoreHours)} of one core, ${found.coreMinutesPerPatient.toFixed(2)} min a patient`,
      '',
    ],
  ];
}

function storedRow({ storedGb, sampledPatients, currency }: CohortFacts & CohortCost, month: number): Row {
  const outputs = `interim ${gb(storedGb.interim)}, roi ${gb(storedGb.roi)}`;
  const source = sampledPatients === undefined ? 'by the ratios given' : `as in ${sampledPatients} patients`;
  return [
    'stored',
    `raw ${gb(storedGb.raw)}, ${outputs} (${source})`,
    `${month.toFixed(2)} ${currency} a month`,
  ];
}

function aligned(rows: readonly Row[]): string[] {
  const wide = Math.max(...rows.map(([, what]) => what.length));
  return rows.map(([name, what, price]) => `${name.padEnd(8)}  ${what.padEnd(wide)}  ${price}`.trimEnd());
}

function requestsText({ writes, lists, reads }: Requests): string {
  return `${count(writes)} writes, ${count(lists)} lists, ${count(reads)} reads`;
}

function hours(amount: number): string {
  return `${amount.toFixed(2)} h`;
}

function gb(amount: number): string {
  return `${amount.toFixed(1)} GB`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function count(amount: number): string {
  return amount.toLocaleString('en').replaceAll(',', ' ');
}
