import type { Workspace } from '../../workspace.ts';
import type { InputValues } from '../../yaml/input-value.ts';
import type { PipelineNode } from '../../yaml/jobs/job-types.ts';
import type { PipelineJob } from '../../yaml/pipeline.ts';
import type { ArmRequest } from '../asset-body.ts';

/** Where in Azure that is which a job needs. */
export interface Uploads {
  /** URIs of files and folders of this machine that are inputs, by absolute path. */
  readonly data: ReadonlyMap<string, string>;
  /** ARM ids of code folders of this machine, by absolute path. */
  readonly code: ReadonlyMap<string, string>;
  /** ARM ids of components and environments that are named by a label, by the reference. */
  readonly assets: ReadonlyMap<string, string>;
}

/** What a job's body needs beside its file. */
export interface JobContext {
  readonly workspace: Workspace;
  /** Values of the pipeline's inputs. */
  readonly inputs: InputValues;
  readonly uploads: Uploads;
}

/** A job of a pipeline, where it stands. */
export interface NodePlace extends JobContext {
  readonly name: string;
  readonly pipeline: PipelineJob;
}

/** How a job of one kind is sent. */
export interface JobBody<Node extends PipelineNode> {
  /** What has to be in the workspace before the job, in order: anonymous environments and components. */
  needs(node: Node, place: NodePlace): ArmRequest[];
  /** What stands for it in `jobs` of the pipeline: snake_case, literals as texts. */
  body(node: Node, place: NodePlace): Record<string, unknown>;
  /** Absolute paths of code folders that have to be uploaded before `needs`. */
  code?(node: Node, pipeline: PipelineJob): string[];
}
