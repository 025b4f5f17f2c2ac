import { assetPath, type Workspace, workspaceId } from '../workspace.ts';
import type { ComponentReference } from '../yaml/component-reference.ts';

/** What a job names a component of a workspace or registry by. */
export function registeredComponentId(
  { text, registry, id, name, version, label }: ComponentReference,
  workspace: Workspace,
): string {
  if (registry !== undefined) return text;
  if (id !== undefined) return id;
  if (version !== undefined) return workspaceId(workspace) + assetPath('components', name, version);
  return `${workspaceId(workspace)}/components/${name}/labels/${label ?? 'latest'}`;
}
