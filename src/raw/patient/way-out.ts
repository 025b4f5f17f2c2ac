import { CaseExclusion } from '../../errors.ts';
import { isNiftiName } from '../../records/pairs.ts';
import { archiveKind, foreignArchive } from '../../storage/archive/archive-kind.ts';

/** Volumes of other programs: NRRD, MetaImage, Analyze, MINC, MGH. */
const OTHER_VOLUME = /\.(nrrd|nhdr|mha|mhd|hdr|img|img\.gz|mnc|mgz|mgh)$/i;

/** Words of file names that name nobody. */
const PLAIN =
  /^((ct|image|img|scan|volume|mask|seg|segmentation|label|labels|tumou?r|lesion|gtv|roi)([-_. ]?\d{1,2})?[-_. ]?)+$/i;

const MASK = /(mask|seg|label|tumou?r|lesion|gtv|roi)/i;

/** Where nnU-Net and the Decathlon have their images. */
const TRAINING_SET = /(^|\/)imagesTr\//;

/** A row of the table of pairs for a patient of these NIfTI files; names that may name somebody do not show. */
function pairRow(nifti: readonly string[]): string {
  const nameOf = (found: readonly string[], otherwise: string): string => {
    const [key, ...more] = found;
    const stem = key?.replace(/\.nii(\.gz)?$/i, '');
    return more.length === 0 && stem !== undefined && PLAIN.test(stem) ? key : otherwise;
  };
  const masks = nifti.filter((key) => MASK.test(key));
  const cts = nifti.filter((key) => !MASK.test(key));
  return `PATIENT,PATIENT/${nameOf(cts, 'CT.nii.gz')},PATIENT/${nameOf(masks, 'MASK.nii.gz')}`;
}

/**
 * What to do with a patient of whose files, by their names from its folder, none is DICOM that can be used: NIfTI files go
 * into a table of pairs, other volumes are converted, archives unpacked. '' where names tell nothing. Shows no name that
 * may identify somebody.
 */
export function wayOut(names: readonly string[]): string {
  const shown = names.filter((name) => !/(^|\/)\./.test(name));
  const nifti = shown.filter(isNiftiName);
  if (nifti.some((name) => TRAINING_SET.test(name)))
    return `it holds a data set of NIfTI files (${nifti.length}): unpack it, and give the folder of its imagesTr as --raw`;
  if (nifti.length > 0)
    return `it holds NIfTI files (${nifti.length}): list CT and mask in a table and give it as --raw pairs.csv, with the columns patient_id,ct,mask and a row like ${pairRow(nifti)}`;
  const volumes = shown.filter((name) => OTHER_VOLUME.test(name)).length;
  if (volumes > 0)
    return `it holds NRRD, MetaImage or Analyze files (${volumes}): convert CT and mask to .nii.gz (SimpleITK, 3D Slicer) and list them in a table patient_id,ct,mask, --raw pairs.csv`;
  const archives = shown.filter((name) => archiveKind(name) ?? foreignArchive(name)).length;
  if (archives > 0) return `it holds archives (${archives}) that were not read: unpack them into its folder`;
  return '';
}

/** What to do where a CT is there and its mask may be among files of these names. */
function maskWayOut(names: readonly string[]): string {
  return names.some(isNiftiName)
    ? 'NIfTI files lie with it: a mask is taken by mask: {sources: [NIFTI, SEG, RTSTRUCT]} and mask.niftiPatterns, or in a table, --raw pairs.csv'
    : '';
}

/** The same exclusion, with the way out where no CT or no mask was found among files of these names. */
export function withWayOut(thrown: unknown, names: readonly string[]): unknown {
  if (!(thrown instanceof CaseExclusion)) return thrown;
  const way =
    thrown.code === 'no-ct-series'
      ? wayOut(names)
      : thrown.code === 'no-mask-object'
        ? maskWayOut(names)
        : '';
  if (way === '') return thrown;
  return new CaseExclusion(thrown.code, `${thrown.message}; ${way}`, { cause: thrown });
}
