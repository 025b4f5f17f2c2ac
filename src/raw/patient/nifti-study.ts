import { type LabelVolume, labelMask } from '../../dicom/mask/label-volume.ts';
import { latticeOf } from '../../dicom/series/lattice.ts';
import type { Study, StudyRules } from '../../dicom/study/study.ts';
import { CaseExclusion } from '../../errors.ts';
import { room } from '../../memory/thread.ts';
import type { Volume } from '../../volume/geometry.ts';
import { NIFTI_CT } from './patient-inputs.ts';

const INT16_MIN = -32768;
const INT16_MAX = 32767;

/** Voxels of any type as HU in int16: rounded by the rule, refused where they do not fit. */
function asHounsfield({ data, geometry }: Volume, { huRounding }: StudyRules): Volume<Int16Array> {
  if (data instanceof Int16Array) return { data, geometry };
  const round = huRounding === 'nearest' ? Math.round : Math.trunc;
  const hu = room(Int16Array, data.length);
  for (let i = 0; i < data.length; i++) {
    const value = round(data[i]);
    if (!(value >= INT16_MIN && value <= INT16_MAX))
      throw new CaseExclusion('hu-out-of-range', `holds ${data[i]}, outside int16: HU are needed`, {
        file: NIFTI_CT,
      });
    hu[i] = value;
  }
  return { data: hu, geometry };
}

/** A CT and a mask that were made elsewhere, as a study: nothing is known of how they were acquired. */
export function niftiStudy(ct: Volume, labelled: LabelVolume, rules: StudyRules): Study {
  const volume = asHounsfield(ct, rules);
  const { mask, fit, flags } = labelMask(labelled, rules.labels, latticeOf(volume.geometry));
  return {
    ct: volume,
    tumor: { data: mask, geometry: volume.geometry },
    facts: {
      acquisition: {
        manufacturer: '',
        model: '',
        convolutionKernel: '',
        kvp: null,
        sliceThicknessMm: null,
        patientPosition: '',
      },
      rescale: [],
      rejectedSeries: [],
      candidateSeries: [],
      ignoredFiles: 0,
      paddedPixels: 0,
      missingPlanes: 0,
      tiltDegrees: 0,
      burnedInSlices: 0,
      patientIds: 1,
      flags,
      mask: {
        source: 'NIFTI',
        roiNumber: rules.labels[0] ?? 1,
        roiName: 'mask',
        linkRule: 'patient',
        ...fit,
        roisSeen: ['mask'],
        passedOver: [],
        agreement: [],
      },
    },
    uids: { series: '', mask: '' },
  };
}
