/** A component that lies in a workspace or registry. */
export interface ComponentReference {
  /** As it was written. */
  readonly text: string;
  readonly name: string;
  /** Of a workspace: undefined where it is the one that the job is submitted to. */
  readonly registry?: string | undefined;
  /** Whole ARM id, without `azureml:`, where one was written. */
  readonly id?: string | undefined;
  /** Neither of them: the newest, as with the label `latest`. */
  readonly version?: string | undefined;
  readonly label?: string | undefined;
}

const NAME = '[A-Za-z0-9_][\\w.-]*';
const SHORT = new RegExp(`^azureml:(${NAME})(?:(:|@)([\\w.-]+))?$`);
const REGISTRY = new RegExp(
  `^azureml://registries/([\\w.-]+)/components/(${NAME})(?:/(versions|labels)/([\\w.-]+))?$`,
);
const ID = new RegExp(
  `^azureml:(?:/subscriptions/[^/]+/resourcegroups/[^/]+/providers/Microsoft\\.MachineLearningServices/workspaces/[^/]+)/components/(${NAME})/(versions|labels)/([\\w.-]+)$`,
  'i',
);

/** Whether `component:` names one of a workspace or registry rather than a file. */
export function isComponentReference(text: string): boolean {
  return text.startsWith('azureml:') || text.includes('://');
}

/**
 * Reads `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, `azureml:NAME`, `azureml://registries/R/components/NAME/versions/V`
 * (or `labels/L`) and `azureml:` before a whole ARM id. Undefined where it is none of them.
 */
export function parseComponentReference(text: string): ComponentReference | undefined {
  const short = SHORT.exec(text);
  if (short !== null) return { text, name: short[1], ...versionOf(short[2], short[3]) };
  const registry = REGISTRY.exec(text);
  if (registry !== null)
    return { text, registry: registry[1], name: registry[2], ...versionOf(registry[3], registry[4]) };
  const id = ID.exec(text);
  if (id === null) return undefined;
  return { text, id: text.slice('azureml:'.length), name: id[1], ...versionOf(id[2], id[3]) };
}

function versionOf(mark: string | undefined, value: string) {
  if (mark === undefined) return {};
  return mark === ':' || mark.toLowerCase() === 'versions' ? { version: value } : { label: value };
}
