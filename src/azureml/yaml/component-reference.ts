import { type AssetReference, parseAssetReference } from '../asset-reference.ts';

/** A component that lies in a workspace or registry. */
export interface ComponentReference extends AssetReference {
  /** As it was written. */
  readonly text: string;
}

/** Whether `component:` names one of a workspace or registry rather than a file. */
export function isComponentReference(text: string): boolean {
  return text.startsWith('azureml:') || text.includes('://');
}

/**
 * Reads `azureml:NAME:VERSION`, `azureml:NAME@latest`, `azureml://registries/R/components/NAME/versions/V` (or
 * `labels/L`) and `azureml:` before a whole ARM id; undefined where it is none of them. Throws a UsageError for an asset of
 * another kind.
 */
export function parseComponentReference(text: string): ComponentReference | undefined {
  const reference = parseAssetReference(text, 'components');
  return reference && { ...reference, text };
}

/** Whether it is a workspace's component of which only Azure tells the version. */
export function isLabelled({ home, label }: ComponentReference): boolean {
  return label !== undefined && !(home !== undefined && 'registry' in home);
}
