import { counted } from '../../counted.ts';
import { UsageError } from '../../errors.ts';
import { isPlainName } from '../../records/pairs.ts';
import type { ReadableStore } from '../../storage/store.ts';
import {
  type CollectedPatient,
  isHidden,
  isVolumeKey,
  type LabelRules,
  type NiftiCollection,
  PAIRS_WAY,
} from './collection.ts';
import {
  type CtChannel,
  ctChannel,
  DATASET_FILE,
  type DatasetJson,
  parseDatasetJson,
} from './dataset-json.ts';
import { type Case, caseName, IMAGES, LABELS, TESTS, trainingCases } from './training-cases.ts';
import { type TumourLabels, tumourLabels } from './tumour-labels.ts';

/* nnU-Net raw data (CASE_0000.nii.gz, one file a channel) and tasks of the Medical Segmentation Decathlon (CASE.nii.gz). */

/** The volumes of a folder of the set, by key, and how many other files lie there. */
interface Folder {
  readonly volumes: readonly string[];
  readonly others: number;
}

async function folderOf(store: ReadableStore, folder: string): Promise<Folder> {
  const keys: string[] = [];
  for await (const { key } of store.list(folder)) if (!isHidden(key)) keys.push(key);
  const volumes = keys.filter(isVolumeKey);
  return { volumes, others: keys.length - volumes.length };
}

function patientOf(
  { name, cts, masks, absent }: Case,
  { channel }: CtChannel,
  labels: readonly number[] | undefined,
): CollectedPatient {
  const refused = (code: string, message: string): CollectedPatient => ({
    name,
    source: { kind: 'refused', code, message },
  });
  if (absent)
    return refused(
      'no-such-file',
      `a file that ${DATASET_FILE} names for it does not exist: correct its path`,
    );
  if (cts.length === 0) return refused('no-ct-series', `has no image of channel ${channel}, the CT`);
  if (masks.length === 0)
    return refused('no-mask-object', `has no mask in ${LABELS}: it must have the name of the case there`);
  if (cts.length > 1 || masks.length > 1)
    return refused(
      'ambiguous-pair',
      `has ${counted(cts.length, 'file')} for its CT and ${masks.length} for its mask: keep one of each, or ${PAIRS_WAY}`,
    );
  return { name, source: { kind: 'pair', ct: cts[0], mask: masks[0], ...(labels && { labels }) } };
}

/** Throws where cases cannot be told apart, or their files cannot be read here. */
function assertUsable(file: string, json: DatasetJson, images: Folder, cases: readonly Case[]): void {
  const ending = json.fileEnding ?? '.nii.gz';
  if (!/^\.nii(\.gz)?$/i.test(ending) || (images.volumes.length === 0 && images.others > 0))
    throw new UsageError(
      `${file}: its images are ${json.fileEnding ?? 'no NIfTI'} files; .nii or .nii.gz are needed: convert images and masks (SimpleITK, 3D Slicer), or give the DICOM they were made from`,
    );
  if (cases.length === 0)
    throw new UsageError(`${file}: holds no case: ${IMAGES} has no .nii or .nii.gz file`);
  const names = new Set(cases.map(({ name }) => name));
  if (names.size < cases.length)
    throw new UsageError(
      `${file}: ${counted(cases.length - names.size, 'case has', 'cases have')} the name of another; name them apart, or ${PAIRS_WAY}`,
    );
  const unfit = cases.filter(({ name }) => !isPlainName(name)).length;
  if (unfit > 0) throw new UsageError(`${file}: names ${counted(unfit, 'case')} as no folder can be named`);
}

/** Which labels are tumour, and a line about it. */
function tumourOf(
  file: string,
  json: DatasetJson,
  rules: LabelRules,
): { readonly told: TumourLabels | undefined; readonly line: string } {
  if (rules.labels.length > 0)
    return { told: undefined, line: `; tumour is label ${rules.labels.join(', ')}, by mask.labels` };
  const told = tumourLabels(file, json.labels, rules);
  return { told, line: `; tumour is label ${told.why}` };
}

/** How many cases the images are of. */
const casesIn = ({ volumes }: Folder): number => new Set(volumes.map((key) => caseName(key))).size;

/**
 * The cases of nnU-Net raw data or of a Decathlon task. Which mask a CT has, `dataset.json` says (`dataset`, `training`),
 * else their names. Undefined where `dataset.json` is that of something else. Throws a UsageError that names it where the
 * CT's channel or the tumour's label cannot be told.
 *
 * @param root where it lies in `store`, with a `/` at its end, or ''
 * @param folders names of the folders that lie there
 */
export async function trainingSet(
  store: ReadableStore,
  root: string,
  folders: ReadonlySet<string>,
  rules: LabelRules,
): Promise<Pick<NiftiCollection, 'patients' | 'notes'> | undefined> {
  const place = root === '' ? store.uri : `${store.uri}/${root.slice(0, -1)}`;
  const file = `${place}/${DATASET_FILE}`;
  const bytes = await store.read(root + DATASET_FILE);
  if (bytes === undefined) {
    if (!folders.has(IMAGES) || !folders.has(LABELS)) return undefined;
    throw new UsageError(
      `${place}: holds ${IMAGES} and ${LABELS} and no ${DATASET_FILE}, which names channels and labels; add it, or ${PAIRS_WAY}`,
    );
  }
  const json = parseDatasetJson(file, bytes, folders.has(IMAGES));
  if (json === undefined) return undefined;
  const [images, masks, tests] = await Promise.all(
    [IMAGES, LABELS, TESTS].map((folder) =>
      folders.has(folder) ? folderOf(store, `${root}${folder}/`) : { volumes: [], others: 0 },
    ),
  );
  const ct = ctChannel(file, json);
  const { cases, channelled } = trainingCases(root, json, images.volumes, masks.volumes, ct);
  if (json.channels.size > 1 && !channelled && images.volumes.length > 0)
    throw new UsageError(
      `${file}: names ${json.channels.size} channels, and its images have one file each; split them (nnUNetv2_convert_MSD_dataset does), or ${PAIRS_WAY} of the CT alone`,
    );
  assertUsable(file, json, images, cases);
  const tumour = tumourOf(file, json, rules);
  const used = new Set(cases.flatMap((one) => one.masks));
  const unused = masks.volumes.filter((key) => !used.has(key)).length;
  const kind =
    json.second || channelled ? 'nnU-Net raw data' : 'a task of the Medical Segmentation Decathlon';
  const left = folders.has(TESTS) ? casesIn(tests) : json.tests;
  const notes = [
    `${place} is ${kind}: ${counted(cases.length, 'case')}${tumour.line}`,
    ct.note && `${file}: ${ct.note}`,
    json.ignore &&
      `${file}: label ${json.ignore} is nnU-Net's ignore: what nobody annotated counts as no tumour`,
    unused > 0 && `${counted(unused, 'mask')} in ${place}/${LABELS} without an image left out`,
    left > 0 && `${counted(left, 'test case')} of ${place}, which have no masks here, left out`,
  ].filter((note) => typeof note === 'string');
  return { patients: cases.map((one) => patientOf(one, ct, tumour.told?.labels)), notes };
}
