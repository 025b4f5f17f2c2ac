import { assetPath, workspaceId } from '../../workspace.ts';
import { type ComponentReference, isLabelled } from '../../yaml/component-reference.ts';
import type { JobContext } from './job-body.ts';

/** What a job names a component of a workspace or registry by, and where it says that it is. */
export function registeredComponent(reference: ComponentReference, { workspace, uploads }: JobContext) {
  const { text, home, name, version } = reference;
  if (home !== undefined && 'registry' in home)
    return { componentId: text.replace(/^azureml:(?=\/subscriptions)/, ''), _source: 'REMOTE.REGISTRY' };
  // azure-ai-ml puts the newest version in place of a label.
  const componentId = isLabelled(reference)
    ? uploads.assets.get(text)
    : home === undefined
      ? workspaceId(workspace) + assetPath('components', name, version!)
      : text.replace(/^azureml:\/?(?=\/subscriptions)/, '');
  if (componentId === undefined) throw new Error(`${text} has not been looked up`);
  return { componentId, _source: 'REMOTE.WORKSPACE.COMPONENT' };
}
