/** What Azure Resource Manager answers for the version of a data asset, as far as it is used: secrets are never in it. */
export type DataVersion = {
  readonly properties: Readonly<Record<string, unknown>> & {
    readonly dataType: string;
    readonly dataUri: string;
  };
};

/** A version of a data asset that azure-ai-ml registered. */
export function dataVersion(dataType: string, dataUri: string, more: object = {}): DataVersion {
  return {
    properties: {
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      isAnonymous: false,
      dataType,
      dataUri,
      ...more,
    },
  };
}

const LONG = 'azureml://subscriptions/s-1/resourcegroups/rg/workspaces/ws/datastores';

/** One of each kind of place that a data asset may have, and of each type. */
export const DATA_VERSIONS = {
  long: dataVersion('uri_folder', `${LONG}/blob/paths/nsclc/2027/`),
  short: dataVersion('uri_folder', 'azureml://datastores/blob/paths/nsclc/2027'),
  https: dataVersion('uri_file', 'https://lungs.blob.core.windows.net/raw/clinical.csv'),
  wasbs: dataVersion('uri_folder', 'wasbs://raw@lungs.blob.core.windows.net/nsclc/2027/'),
  abfss: dataVersion('uri_folder', 'abfss://raw@lungs.dfs.core.windows.net/nsclc/2027/'),
  archived: dataVersion('uri_folder', `${LONG}/blob/paths/nsclc/2027/`, { isArchived: true }),
  table: dataVersion('mltable', `${LONG}/blob/paths/table/`, { referencedUris: [] }),
  share: dataVersion('uri_folder', `${LONG}/share/paths/nsclc/`),
  adl: dataVersion('uri_folder', 'adl://lungs.azuredatalakestore.net/nsclc'),
} as const satisfies Record<string, DataVersion>;
