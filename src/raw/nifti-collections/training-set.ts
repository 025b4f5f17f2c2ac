import { UsageError } from '../../errors.ts';
import { isPlainName } from '../../records/pairs.ts';
import type { ReadableStore } from '../../storage/store.ts';
import {
  type CollectedPatient,
  counted,
  isHidden,
  isVolumeKey,
  type LabelRules,
  type NiftiCollection,
  niftiStem,
  PAIRS_WAY,
} from './collection.ts';
import {
  type CtChannel,
  ctChannel,
  DATASET_FILE,
  type DatasetJson,
  type ListedCase,
  parseDatasetJson,
} from './dataset-json.ts';
import { type TumourLabels, tumourLabels } from './tumour-labels.ts';

/* nnU-Net raw data (CASE_0000.nii.gz, one file a channel) and tasks of the Medical Segmentation Decathlon (CASE.nii.gz). */

export const IMAGES = 'imagesTr';
export const LABELS = 'labelsTr';
const TESTS = 'imagesTs';

/** The end of the name of an nnU-Net image: the number of its channel. */
const CHANNEL = /^(.+)_(\d{4})$/;

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

/** An image by its file's name. */
interface NamedImage {
  readonly key: string;
  readonly name: string;
  /** Undefined where the name holds none. */
  readonly channel: number | undefined;
}

/** `second`: the rules of nnU-Net v2 hold. */
function namedImages(images: readonly string[], masks: ReadonlySet<string>, second: boolean): NamedImage[] {
  const stems = images.map(niftiStem);
  const alike = stems.filter((stem) => masks.has(stem)).length;
  // A Decathlon case may be called lung_0001: then its mask is called so too.
  const channelled = second ? alike < stems.length : alike === 0 && stems.every((stem) => CHANNEL.test(stem));
  return images.map((key, i) => {
    const [, name, channel] = (channelled && CHANNEL.exec(stems[i])) || [];
    return { key, name: name ?? stems[i], channel: channel === undefined ? undefined : Number(channel) };
  });
}

/** Files that may be a case's CT and its mask: one of each is needed. */
interface Case {
  readonly name: string;
  readonly cts: readonly string[];
  readonly masks: readonly string[];
  /** A file that `dataset.json` names is not there. */
  readonly absent?: boolean;
}

/** What lies in `imagesTr` and `labelsTr`. */
interface Found {
  readonly root: string;
  readonly images: ReadonlyMap<string, readonly NamedImage[]>;
  readonly imageOf: ReadonlyMap<string, NamedImage>;
  readonly masks: ReadonlyMap<string, readonly string[]>;
  readonly maskKeys: ReadonlySet<string>;
}

const ctsOf = (images: readonly NamedImage[], { channel }: CtChannel): string[] =>
  images.filter((image) => image.channel === undefined || image.channel === channel).map(({ key }) => key);

/** A case as `dataset.json` lists it. nnU-Net v1 lists `imagesTr/CASE.nii.gz` where `imagesTr/CASE_0000.nii.gz` lies. */
function listedCase({ name, images, label }: ListedCase, found: Found, ct: CtChannel): Case {
  const path = images.length > 1 ? images[ct.channel] : images[0];
  const key = path === undefined ? undefined : keyBelow(found.root, path);
  const image = key === undefined ? undefined : found.imageOf.get(key);
  const within = path?.startsWith(`${IMAGES}/`) ?? false;
  const channels = key !== undefined && image === undefined && within ? found.images.get(name) : undefined;
  const called = image !== undefined && name === niftiStem(image.key) ? image.name : name;
  const mask = label === undefined ? undefined : keyBelow(found.root, label);
  const absentMask =
    mask !== undefined && (label?.startsWith(`${LABELS}/`) ?? false) && !found.maskKeys.has(mask);
  return {
    name: called,
    cts: channels ? ctsOf(channels, ct) : key === undefined ? [] : [key],
    masks: mask === undefined ? (found.masks.get(called) ?? []) : [mask],
    absent: absentMask || (within && image === undefined && channels === undefined),
  };
}

/** A path of `dataset.json` from the place; one that is absolute stays. */
const keyBelow = (root: string, path: string): string => (path.startsWith('/') ? path : `${root}${path}`);

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
    return refused('no-mask-object', `has no mask in ${LABELS}, where it must be called as the case is`);
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
      `${file}: ${counted(cases.length - names.size, 'case')} have the name of another; name them apart, or ${PAIRS_WAY}`,
    );
  const unfit = cases.filter(({ name }) => !isPlainName(name)).length;
  if (unfit > 0) throw new UsageError(`${file}: names ${counted(unfit, 'case')} as no folder can be named`);
}

/** Which labels are tumour, and a line about it. */
function tumourOf(
  file: string,
  json: DatasetJson,
  rules: LabelRules | undefined,
): { readonly told: TumourLabels | undefined; readonly line: string } {
  if (rules === undefined) return { told: undefined, line: '' };
  if (rules.labels.length > 0)
    return { told: undefined, line: `; tumour is label ${rules.labels.join(', ')}, by mask.labels` };
  const told = tumourLabels(file, json.labels, rules);
  return { told, line: `; tumour is label ${told.why}` };
}

/** How many cases the images are of. */
const casesIn = ({ volumes }: Folder): number =>
  new Set(volumes.map((key) => CHANNEL.exec(niftiStem(key))?.[1] ?? niftiStem(key))).size;

/**
 * The cases of nnU-Net raw data or of a Decathlon task. Which mask a CT has, `dataset.json` says (`dataset`, `training`),
 * else their names. Undefined where `dataset.json` is that of something else. Throws a UsageError that names it where the
 * CT's channel or the tumour's label cannot be told.
 *
 * @param root where it lies in `store`, with a `/` at its end, or ''
 * @param folders names of the folders that lie there
 * @param rules undefined where labels are of no interest
 */
export async function trainingSet(
  store: ReadableStore,
  root: string,
  folders: ReadonlySet<string>,
  rules: LabelRules | undefined,
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
  const stems = Map.groupBy(masks.volumes, niftiStem);
  const named = namedImages(images.volumes, new Set(stems.keys()), json.second);
  const found: Found = {
    root,
    images: Map.groupBy(named, ({ name }) => name),
    imageOf: new Map(named.map((image) => [image.key, image])),
    masks: stems,
    maskKeys: new Set(masks.volumes),
  };
  const channels = named.some(({ channel }) => channel !== undefined);
  const ct = ctChannel(file, json);
  const single = json.cases?.every((listed) => listed.images.length <= 1) ?? true;
  if (json.channels.size > 1 && !channels && single && images.volumes.length > 0)
    throw new UsageError(
      `${file}: names ${json.channels.size} channels, and its images have one file each; split them (nnUNetv2_convert_MSD_dataset does), or ${PAIRS_WAY} of the CT alone`,
    );
  const listed = (json.cases ?? []).map((one) => listedCase(one, found, ct));
  const taken = new Set(listed.flatMap(({ cts }) => cts));
  const names = new Set(listed.map(({ name }) => name));
  const others = [...found.images]
    .filter(([name, all]) => !names.has(name) && !all.some(({ key }) => taken.has(key)))
    .map(([name, all]): Case => ({ name, cts: ctsOf(all, ct), masks: stems.get(name) ?? [] }));
  const cases = [...listed, ...others];
  assertUsable(file, json, images, cases);
  const tumour = tumourOf(file, json, rules);
  const used = new Set(cases.flatMap((one) => one.masks));
  const unused = masks.volumes.filter((key) => !used.has(key)).length;
  const kind = json.second || channels ? 'nnU-Net raw data' : 'a task of the Medical Segmentation Decathlon';
  const left = Math.max(casesIn(tests), folders.has(TESTS) ? 0 : json.tests);
  const notes = [
    `${place} is ${kind}: ${counted(cases.length, 'case')}${tumour.line}`,
    ...(ct.note === undefined ? [] : [`${file}: ${ct.note}`]),
    ...(json.ignore === undefined
      ? []
      : [`${file}: label ${json.ignore} is nnU-Net's ignore: what nobody annotated counts as no tumour`]),
    ...(unused === 0 ? [] : [`${counted(unused, 'mask')} in ${place}/${LABELS} without an image left out`]),
    ...(left === 0 ? [] : [`${counted(left, 'test case')} of ${place}, which have no masks here, left out`]),
  ];
  return { patients: cases.map((one) => patientOf(one, ct, tumour.told?.labels)), notes };
}
