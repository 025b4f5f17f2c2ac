import type { Prices } from './prices.ts';
import { type BlobSizes, type Requests, type RunSizes, requestsOfRun } from './request-pattern.ts';

/** What a run is like. Minutes are of wall time. */
export interface RunPlan {
  /** One rank each. */
  readonly nodes: number;
  readonly coresPerNode: number;
  /** Core minutes of all patients together: wall time times cores, all cores at work. */
  readonly coreMinutes: number;
  /** From being asked for to its first patient: paid as work is. */
  readonly startMinutes: number;
  /** After the last patient, until the node is gone. */
  readonly idleMinutes: number;
  readonly egressGb: number;
}

export interface RunEstimate {
  readonly workCoreHours: number;
  /** From the first request of nodes to the last patient. */
  readonly wallHours: number;
  /** Work, start and idling. */
  readonly nodeHours: number;
  readonly paidCoreHours: number;
  readonly storedGb: { readonly raw: number; readonly interim: number; readonly roi: number };
  readonly requests: Requests;
  readonly egressGb: number;
  readonly currency: string;
  readonly cost: {
    readonly compute: number;
    readonly requests: number;
    readonly egress: number;
    /** Of one run. */
    readonly run: number;
    /** Of keeping raw, interim and roi. */
    readonly storageMonth: number;
  };
}

/** As Azure counts them. */
export const GB = 2 ** 30;

/** What a first run over a cohort takes and costs. Work is taken to spread evenly over the nodes. */
export function estimateRun(sizes: RunSizes, plan: RunPlan, prices: Prices): RunEstimate {
  const { raw, interim, roi } = sizes;
  const workCoreHours = plan.coreMinutes / 60;
  const workHours = workCoreHours / (plan.nodes * plan.coresPerNode);
  const nodeHours = plan.nodes * (workHours + (plan.startMinutes + plan.idleMinutes) / 60);
  const paidCoreHours = nodeHours * plan.coresPerNode;
  const requests = requestsOfRun(sizes, plan.nodes);
  const storedGb = { raw: raw.bytes / GB, interim: interim.bytes / GB, roi: roi.bytes / GB };

  const compute = paidCoreHours * prices.coreHour;
  const asked =
    (requests.writes * prices.writes10000 +
      requests.lists * prices.lists10000 +
      requests.reads * prices.reads10000) /
    10_000;
  const egress = plan.egressGb * prices.egressGb;
  return {
    workCoreHours,
    wallHours: workHours + plan.startMinutes / 60,
    nodeHours,
    paidCoreHours,
    storedGb,
    requests,
    egressGb: plan.egressGb,
    currency: prices.currency,
    cost: {
      compute,
      requests: asked,
      egress,
      run: compute + asked + egress,
      storageMonth: (storedGb.raw + storedGb.interim + storedGb.roi) * prices.storageGbMonth,
    },
  };
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
