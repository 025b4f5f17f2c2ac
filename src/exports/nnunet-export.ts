import { StorageError, UsageError } from '../errors.ts';
import { encodeJson } from '../records/json.ts';
import { MANIFEST_FILE, type Manifest, manifestSchema } from '../records/manifest.ts';
import { readArtifact } from '../runner/artifact.ts';
import { displayUri, joinUri } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import {
  NNUNET_DATASET_FILE,
  NNUNET_FOLDERS,
  type NnunetCopy,
  type NnunetImage,
  nnunetCopies,
  nnunetDataset,
  nnunetDatasetSchema,
  nnunetFolder,
  SPLITS_FINAL_FILE,
  splitsFinal,
} from './nnunet-layout.ts';

export interface NnunetOptions {
  readonly roi: string;
  /** Folder of `manifest.json`. */
  readonly manifest: string;
  /** nnU-Net's `nnUNet_raw`, a folder or a place in Blob Storage. */
  readonly out: string;
  readonly datasetId: number;
  readonly name: string;
  readonly image: NnunetImage;
}

export interface NnunetExport {
  /** Where the data set lies. */
  readonly dataset: string;
  readonly folder: string;
  readonly training: number;
  readonly test: number;
  readonly folds: number;
  readonly channel: string;
}

/** Most files under way at once. */
const AT_ONCE = 4;

/** Throws a UsageError where the number or the name is none that nnU-Net reads back. */
function assertName({ datasetId, name }: NnunetOptions): void {
  if (!(datasetId >= 1 && datasetId <= 999)) throw new UsageError('--dataset-id: must be from 1 to 999');
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name))
    throw new UsageError('--name: must be of letters, digits, - and _');
}

/** Image and label of every patient. Throws a UsageError where the run wrote no such image, or there is nobody to train on. */
function plannedCopies(manifest: Manifest, image: NnunetImage, where: string): NnunetCopy[] {
  if (!manifest.outputs.some((output) => output.split === 'train'))
    throw new UsageError(
      `${where}/${MANIFEST_FILE}: holds no patient of the train split; see its failures.json`,
    );
  return nnunetCopies(manifest, image).map(({ patientId, from, to }) => {
    if (from === undefined) {
      throw new UsageError(
        `${where}/${MANIFEST_FILE}: patient ${patientId} has no ${image}; set output.roiHu in the configuration and run again, or export ct_roi_norm`,
      );
    }
    return { patientId, from, to };
  });
}

/**
 * Names of what lies below the data set's folder and does not belong to this export. Throws a UsageError where the
 * folder holds another's data, or the number is another data set's, which nnU-Net would refuse.
 */
async function leftovers(
  out: Store,
  dataset: Store,
  options: NnunetOptions,
  planned: ReadonlySet<string>,
): Promise<string[]> {
  const folder = nnunetFolder(options.datasetId, options.name);
  const number = nnunetFolder(options.datasetId, '');
  for await (const child of out.children()) {
    if (child.kind === 'folder' && child.name.startsWith(number) && child.name !== folder) {
      throw new UsageError(
        `${out.uri}: holds ${child.name} already, and nnU-Net wants one data set a number; give another --dataset-id`,
      );
    }
  }
  const others: string[] = [];
  for (const below of NNUNET_FOLDERS)
    for await (const { key } of dataset.list(below)) if (!planned.has(key)) others.push(key);
  if (others.length === 0) return [];
  const bytes = await dataset.read(NNUNET_DATASET_FILE);
  let written: unknown;
  try {
    written = bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {}
  if (!nnunetDatasetSchema.safeParse(written).success) {
    throw new UsageError(
      `${dataset.uri}: holds files that swinprep did not write, such as ${others[0]}; give another --dataset-id or --name, or move it away`,
    );
  }
  return others;
}

async function copyFile(from: Store, to: Store, copy: NnunetCopy): Promise<void> {
  const bytes = await from.read(copy.from);
  if (bytes === undefined) {
    throw new StorageError(
      `${from.uri}/${copy.from}`,
      `is not there, though the manifest lists it; give the --roi that pass2-write wrote it with, or run pass2-write again`,
    );
  }
  await to.write(copy.to, bytes);
}

/**
 * Writes the ROI set in the layout of nnU-Net v2 (`documentation/dataset_format.md`): `DatasetNNN_NAME/imagesTr`,
 * `labelsTr` from the train split, `imagesTs`, `labelsTs` from the test split, `dataset.json` last, and
 * `splits_final.json`. An earlier export to the same place is replaced, patients that are no longer there included.
 */
export async function exportNnunet(options: NnunetOptions): Promise<NnunetExport> {
  assertName(options);
  const { image, name } = options;
  const manifest = await readArtifact(options.manifest, MANIFEST_FILE, manifestSchema, 'pass2-write');
  const copies = plannedCopies(manifest, image, displayUri(options.manifest));
  const folder = nnunetFolder(options.datasetId, name);
  const from = await openStore(options.roi);
  const dataset = await openStore(joinUri(options.out, folder));
  const planned = new Set(copies.map((copy) => copy.to));
  const others = await leftovers(await openStore(options.out), dataset, options, planned);
  for (const key of others) await dataset.delete(key);
  for (let i = 0; i < copies.length; i += AT_ONCE)
    await Promise.all(copies.slice(i, i + AT_ONCE).map((copy) => copyFile(from, dataset, copy)));
  const splits = splitsFinal(manifest);
  if (splits.length > 0) await dataset.write(SPLITS_FINAL_FILE, encodeJson(splits));
  else await dataset.delete(SPLITS_FINAL_FILE);
  const description = nnunetDataset(manifest, name, image);
  await dataset.write(NNUNET_DATASET_FILE, encodeJson(description));
  return {
    dataset: dataset.uri,
    folder,
    training: description.numTraining,
    test: description.numTest,
    folds: splits.length,
    channel: description.channel_names[0],
  };
}
