import { UsageError } from '../../errors.ts';
import { parseAssetReference } from '../asset-reference.ts';
import type { WorkspaceClient } from './client.ts';
import { findAsset } from './find-asset.ts';

/** An input or output of a component as its spec has it; more keys may be there. */
export interface ComponentPort {
  readonly type: string;
  readonly optional?: boolean | undefined;
  readonly default?: unknown;
  readonly [key: string]: unknown;
}

/** `componentSpec` of a registered component: the YAML as azure-ai-ml sent it, in snake_case. */
export interface ComponentSpec {
  readonly name: string;
  /** Such as `command`, `pipeline`. */
  readonly type: string;
  readonly inputs: Readonly<Record<string, ComponentPort>>;
  readonly outputs: Readonly<Record<string, ComponentPort>>;
  readonly [key: string]: unknown;
}

export interface RegisteredComponent {
  /** Resource id of the version, of a registry's too: `/subscriptions/.../components/NAME/versions/VERSION`. */
  readonly id: string;
  readonly version: string;
  /** The reference with the version in place of a label. */
  readonly text: string;
  readonly archived: boolean;
  readonly spec: ComponentSpec;
}

/**
 * Looks up the component that `azureml:NAME:VERSION`, `azureml:NAME@latest`, an ARM id or
 * `azureml://registries/R/components/NAME/versions/VERSION` (or `.../labels/latest`) names. Throws a UsageError where the
 * reference is none, or the component is not there or may not be looked up; an ArmError where Azure Resource Manager fails.
 */
export async function resolveComponent(
  client: WorkspaceClient,
  reference: string,
): Promise<RegisteredComponent> {
  const parsed = parseAssetReference(reference, 'components');
  if (parsed === undefined) {
    throw new UsageError(
      `${reference}: is no registered component; give azureml:NAME:VERSION, azureml:NAME@latest or azureml://registries/REGISTRY/components/NAME/versions/VERSION`,
    );
  }
  const { id, version, text, properties } = await findAsset(client, parsed, client.workspace);
  const { componentSpec, isArchived } = properties as {
    componentSpec?: Partial<ComponentSpec> | null;
    isArchived?: boolean | null;
  };
  if (!componentSpec) throw new UsageError(`${text}: Azure ML tells no spec of this component`);
  const { name = parsed.name, type = 'command', inputs, outputs, ...rest } = componentSpec;
  // Azure ML answers null for what a component has none of.
  const spec = { ...rest, name, type, inputs: inputs ?? {}, outputs: outputs ?? {} };
  return { id, version, text, archived: isArchived === true, spec };
}
