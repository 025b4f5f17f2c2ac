import { z } from 'zod';
import { exclusion } from './record.ts';

/**
 * Data assets of Azure ML that inputs were given as, with the version that was taken: `azureml:NAME:VERSION`. Artifacts hold
 * them, where there are any; the stores do not, so that in them the same content gives the same bytes however it was named.
 */
export const dataAssetsSchema = z.array(
  z.strictObject({ step: exclusion.shape.step, input: z.string(), asset: z.string() }),
);

export type DataAssets = z.infer<typeof dataAssetsSchema>;

/** An input by its option, such as `raw`, and the data asset that was taken for it. */
export type TakenAsset = Pick<DataAssets[number], 'input' | 'asset'>;

/** The key of a record: absent where there is none. */
export function dataAssetsOf(
  step: DataAssets[number]['step'],
  taken: readonly TakenAsset[] = [],
  ...earlier: readonly (DataAssets | undefined)[]
): { data_assets?: DataAssets } {
  const all = [...earlier.flatMap((assets) => assets ?? []), ...taken.map((asset) => ({ step, ...asset }))];
  return all.length === 0 ? {} : { data_assets: all };
}

/** A record as it is left in a store. */
export function withoutDataAssets<T extends { data_assets?: DataAssets | undefined }>(
  record: T,
): Omit<T, 'data_assets'> {
  const { data_assets: _, ...rest } = record;
  return rest;
}
