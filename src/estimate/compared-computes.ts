import { clusterUse, type NodeUse, type RunPlan, serverlessUse } from './node-use.ts';
import { COMPUTES, type ComparedPrices, type Compute } from './prices.ts';
import { type Requests, type RunSizes, requestsOfRun, withRepeated } from './request-pattern.ts';
import { type CohortCost, cohortCost, type RunCost, runCost, storageMonth } from './run-cost.ts';

/** A run on one of the computes. */
export interface ComputeEstimate extends NodeUse {
  readonly compute: Compute;
  /** As given, and of a whole node. */
  readonly coreHourPrice: number;
  readonly nodeHourPrice: number;
  /** Share of the work, of 1, that is taken to be done again: none where no node is taken away. */
  readonly repeatedWork: number;
  readonly requests: Requests;
  readonly cost: RunCost;
  /** What the cheapest costs less than this one, and as a share of this one's cost. */
  readonly cheapestSaves: { readonly amount: number; readonly share: number };
  /** What it costs in a month in which nothing runs, where the prices tell it. */
  readonly keptMonth?: number;
}

export interface ComputeComparison extends CohortCost {
  /** Of keeping raw, interim and roi. */
  readonly storageMonth: number;
  /** In the order of `COMPUTES`, those that have a price. */
  readonly computes: readonly ComputeEstimate[];
  /** All that cost no more than any other. */
  readonly cheapest: readonly Compute[];
  /** Those without a price. */
  readonly notCompared: readonly Compute[];
  /**
   * Runs a month at which serverless costs as much as the cheapest cluster with what keeping it costs; with fewer it costs
   * less. Undefined where a price is missing, and where serverless costs less with any number.
   */
  readonly evenRunsMonth?: number;
}

/** Differences below are noise of the arithmetic. */
const EQUAL = 1e-9;

/** What a first run over a cohort takes and costs on each compute that has a price. */
export function compareComputes(sizes: RunSizes, plan: RunPlan, prices: ComparedPrices): ComputeComparison {
  const found = COMPUTES.flatMap((compute) => {
    const coreHourPrice = prices.coreHour[compute];
    return coreHourPrice === undefined ? [] : [estimateOn(compute, coreHourPrice, sizes, plan, prices)];
  });
  const lowest = Math.min(...found.map(({ cost }) => cost.run));
  const computes = found.map((one): ComputeEstimate => {
    const more = one.cost.run - lowest;
    const amount = more < EQUAL ? 0 : more;
    return { ...one, cheapestSaves: { amount, share: amount === 0 ? 0 : amount / one.cost.run } };
  });
  const cohort = cohortCost(sizes, plan, prices);
  const evenRunsMonth = evenRuns(computes);
  return {
    ...cohort,
    storageMonth: storageMonth(cohort, prices),
    computes,
    cheapest: computes
      .filter(({ cheapestSaves }) => cheapestSaves.amount === 0)
      .map(({ compute }) => compute),
    notCompared: COMPUTES.filter((compute) => prices.coreHour[compute] === undefined),
    ...(evenRunsMonth !== undefined && { evenRunsMonth }),
  };
}

function evenRuns(computes: readonly ComputeEstimate[]): number | undefined {
  const serverless = computes.find(({ compute }) => compute === 'serverlessSpot');
  const clusters = computes.filter((one) => one !== serverless);
  const kept = clusters.find(({ keptMonth }) => keptMonth)?.keptMonth;
  if (serverless === undefined || kept === undefined) return undefined;
  const more = serverless.cost.run - Math.min(...clusters.map(({ cost }) => cost.run));
  return more < EQUAL ? undefined : kept / more;
}

function estimateOn(
  compute: Compute,
  coreHourPrice: number,
  sizes: RunSizes,
  plan: RunPlan,
  prices: ComparedPrices,
): Omit<ComputeEstimate, 'cheapestSaves'> {
  const serverless = compute === 'serverlessSpot';
  const repeatedWork = compute === 'dedicated' ? 0 : plan.repeatedWork;
  const use = (serverless ? serverlessUse : clusterUse)(plan, repeatedWork);
  const requests = withRepeated(requestsOfRun(sizes, plan.nodes), repeatedWork);
  return {
    compute,
    coreHourPrice,
    nodeHourPrice: coreHourPrice * plan.coresPerNode,
    repeatedWork,
    ...use,
    requests,
    cost: runCost(use, requests, plan, prices, coreHourPrice),
    ...(prices.clusterMonth !== undefined && { keptMonth: serverless ? 0 : prices.clusterMonth }),
  };
}
