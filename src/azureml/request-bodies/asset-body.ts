import { assetPath } from '../workspace.ts';
import type { DataAsset, Environment } from '../yaml/asset.ts';

/** A PUT request to a workspace. */
export interface ArmRequest {
  /** Below the workspace. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `EnvironmentVersion` of Azure Resource Manager. */
export function environmentRequest({ name, version, image, description, tags }: Environment): ArmRequest {
  return {
    path: assetPath('environments', name, version),
    body: { properties: { image, description, tags, isAnonymous: false, isArchived: false } },
  };
}

/** `DataVersionBase` of Azure Resource Manager. */
export function dataRequest({ name, version, type, path, description, tags }: DataAsset): ArmRequest {
  return {
    path: assetPath('data', name, version),
    body: {
      properties: {
        dataType: type,
        dataUri: path,
        description,
        tags: tags ?? {},
        properties: {},
        isAnonymous: false,
        isArchived: false,
      },
    },
  };
}
