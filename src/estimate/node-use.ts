import { SHARED_STEPS, STEPS } from './request-pattern.ts';

/** What a run is like. Minutes are of wall time. */
export interface RunPlan {
  /** One rank each. */
  readonly nodes: number;
  readonly coresPerNode: number;
  /** Core minutes of all patients together: wall time times cores, all cores at work. */
  readonly coreMinutes: number;
  /** From being asked for to its first patient: paid as work is. */
  readonly startMinutes: number;
  /** The same of a serverless node. */
  readonly serverlessStartMinutes: number;
  /** After the last patient, until a node of a cluster is gone. */
  readonly idleMinutes: number;
  /** Share of the work, of 1, that is done again since nodes are taken away. */
  readonly repeatedWork: number;
  readonly egressGb: number;
}

/** The nodes of a run: hours of wall time, of a node and of a core. */
export interface NodeUse {
  readonly nodeStarts: number;
  /** From the first request of nodes to the last patient. */
  readonly wallHours: number;
  /** Work, start and idling. */
  readonly nodeHours: number;
  readonly paidCoreHours: number;
}

/** A cluster's nodes start once and stay from step to step. */
export function clusterUse(plan: RunPlan, repeatedWork: number): NodeUse {
  const { nodes, coresPerNode, startMinutes, idleMinutes } = plan;
  const workHours = workHoursOf(plan, repeatedWork);
  const nodeHours = nodes * (workHours + (startMinutes + idleMinutes) / 60);
  return {
    nodeStarts: nodes,
    wallHours: workHours + startMinutes / 60,
    nodeHours,
    paidCoreHours: nodeHours * coresPerNode,
  };
}

/** Serverless nodes are those of a step: each waits for its own, `split` for one, and they are gone when it ends. */
export function serverlessUse(plan: RunPlan, repeatedWork: number): NodeUse {
  const { nodes, coresPerNode, serverlessStartMinutes } = plan;
  const workHours = workHoursOf(plan, repeatedWork);
  const nodeStarts = SHARED_STEPS * nodes + (STEPS - SHARED_STEPS);
  const nodeHours = nodes * workHours + (nodeStarts * serverlessStartMinutes) / 60;
  return {
    nodeStarts,
    wallHours: workHours + (STEPS * serverlessStartMinutes) / 60,
    nodeHours,
    paidCoreHours: nodeHours * coresPerNode,
  };
}

/** Of all nodes at work together: work is taken to spread evenly over them. */
function workHoursOf({ coreMinutes, nodes, coresPerNode }: RunPlan, repeatedWork: number): number {
  return (coreMinutes / 60 / (nodes * coresPerNode)) * (1 + repeatedWork);
}
