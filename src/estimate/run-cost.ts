import { clusterUse, type NodeUse, type RunPlan } from './node-use.ts';
import type { Prices, RunPrices } from './prices.ts';
import {
  type BlobSizes,
  type Requests,
  type RunSizes,
  requestsOfRun,
  withRepeated,
} from './request-pattern.ts';

/** What is the same whatever a run works on. */
export interface CohortCost {
  readonly workCoreHours: number;
  readonly storedGb: { readonly raw: number; readonly interim: number; readonly roi: number };
  readonly egressGb: number;
  readonly currency: string;
}

/** What one run costs. */
export interface RunCost {
  readonly compute: number;
  readonly requests: number;
  readonly egress: number;
  /** Of one run. */
  readonly run: number;
}

export interface RunEstimate extends CohortCost, Omit<NodeUse, 'nodeStarts'> {
  /** Share of the work, of 1, that is taken to be done again. */
  readonly repeatedWork: number;
  readonly requests: Requests;
  readonly cost: RunCost & {
    /** Of keeping raw, interim and roi. */
    readonly storageMonth: number;
  };
}

/** As Azure counts them. */
export const GB = 2 ** 30;

/** What a first run over a cohort takes and costs on a cluster. */
export function estimateRun(sizes: RunSizes, plan: RunPlan, prices: RunPrices): RunEstimate {
  const { nodeStarts: _, ...use } = clusterUse(plan, plan.repeatedWork);
  const requests = withRepeated(requestsOfRun(sizes, plan.nodes), plan.repeatedWork);
  const cohort = cohortCost(sizes, plan, prices);
  return {
    ...cohort,
    ...use,
    repeatedWork: plan.repeatedWork,
    requests,
    cost: {
      ...runCost(use, requests, plan, prices, prices.coreHour),
      storageMonth: storageMonth(cohort, prices),
    },
  };
}

export function cohortCost({ raw, interim, roi }: RunSizes, plan: RunPlan, { currency }: Prices): CohortCost {
  return {
    workCoreHours: plan.coreMinutes / 60,
    storedGb: { raw: raw.bytes / GB, interim: interim.bytes / GB, roi: roi.bytes / GB },
    egressGb: plan.egressGb,
    currency,
  };
}

/** Of keeping raw, interim and roi. */
export function storageMonth({ storedGb }: CohortCost, { storageGbMonth }: Prices): number {
  return (storedGb.raw + storedGb.interim + storedGb.roi) * storageGbMonth;
}

export function runCost(
  { paidCoreHours }: Pick<NodeUse, 'paidCoreHours'>,
  { writes, lists, reads }: Requests,
  { egressGb }: RunPlan,
  prices: Prices,
  coreHour: number,
): RunCost {
  const compute = paidCoreHours * coreHour;
  const requests =
    (writes * prices.writes10000 + lists * prices.lists10000 + reads * prices.reads10000) / 10_000;
  const egress = egressGb * prices.egressGb;
  return { compute, requests, egress, run: compute + requests + egress };
}

/** What patients of a sample have left, as a whole cohort will: volumes grow with the raw bytes, small files with patients. */
export function scaledUp(sample: BlobSizes, patients: number, byBytes: number): BlobSizes {
  const byPatients = patients / sample.patients;
  const requests = (all: number, one: number): number => one * byPatients + (all - one) * byBytes;
  return {
    patients,
    blobs: Math.round(sample.blobs * byPatients),
    bytes: Math.round(sample.bytes * byBytes),
    listPages: Math.round(sample.listPages * byPatients),
    gets: Math.round(requests(sample.gets, sample.blobs)),
    puts: Math.round(requests(sample.puts, sample.blobs)),
    volumes: Math.round(sample.volumes * byPatients),
    volumeGets: Math.round(requests(sample.volumeGets, sample.volumes)),
  };
}
