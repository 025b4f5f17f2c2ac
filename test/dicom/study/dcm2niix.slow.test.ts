import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readStudy, type Study, type StudyRules } from '../../../src/dicom/study/study.ts';
import { affineOf } from '../../../src/nifti/affine.ts';
import { segmentationObject } from '../../support/dicom/dicom-object.ts';
import { rules } from '../../support/dicom/rules.ts';
import { elementText, withText } from '../../support/edited-file.ts';
import { readGolden } from '../../support/goldens.ts';
import { filesAt, filesInZip, hasSharedData, type NamedBytes, shared } from '../../support/shared-data.ts';

/** A volume of test/goldens/dcm2niix.json, recorded by test/reference/record_dcm2niix.py. */
interface Volume {
  readonly suffix: string;
  readonly size: readonly number[];
  /** Three rows of four: from index to RAS mm. */
  readonly affine: readonly number[];
  readonly sha1: string;
}

interface Series {
  readonly place: string;
  readonly spoilt?: string;
  readonly images: number;
  readonly volumes: readonly Volume[];
}

const { series: recorded } = readGolden<{ series: Series[] }>('dcm2niix.json');

const STUDY_TIME = 'x00080030';
const IMAGE_POSITION = 'x00200032';

/** Column `j` of an affine in LPS: a step along one index, or with 3 the place of the first voxel. */
function column({ affine }: Volume, j: number): number[] {
  return [-affine[j], -affine[4 + j], affine[8 + j]];
}

/** A tumour of one voxel in the middle of the first plane: convert needs one. */
function segmentation(volume: Volume): NamedBytes {
  const [columns, rows] = volume.size;
  const steps = [0, 1].map((j) => column(volume, j));
  const spacing = steps.map((step) => Math.hypot(...step));
  const pixels = new Uint8Array(columns * rows);
  pixels[Math.floor(rows / 2) * columns + Math.floor(columns / 2)] = 1;
  const { dataset } = segmentationObject({
    type: 'BINARY',
    bitsAllocated: 1,
    columns,
    rows,
    orientation: steps.flatMap((step, j) => step.map((mm) => mm / spacing[j])),
    pixelSpacingMm: [spacing[1], spacing[0]],
    segments: [{ number: 1, label: 'GTV-1' }],
    frames: [{ segment: 1, positionMm: column(volume, 3), pixels }],
  });
  return { name: 'made-seg.dcm', bytes: dataset.byteArray };
}

function filesOf({ place }: Series): NamedBytes[] {
  const files = place.endsWith('.zip') ? filesInZip(shared(place)) : filesAt(shared(place));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function seriesAt(place: string, spoilt?: string): Series {
  return recorded.find((series) => series.place === place && series.spoilt === spoilt)!;
}

/** What convert makes of the images that were given to dcm2niix. */
function converted(series: Series, more: Partial<StudyRules> = {}, files = filesOf(series)): Promise<Study> {
  return readStudy([...files, segmentation(series.volumes[0])], { ...rules, minSlices: 2, ...more });
}

function sha1(voxels: Int16Array): string {
  const bytes = new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  return createHash('sha1').update(bytes).digest('hex');
}

/** Its affines are in float32, which has steps of 1.5e-5 mm at 250 mm. */
function expectAffine({ ct }: Study, { affine }: Volume): void {
  const ours = affineOf(ct.geometry).slice(0, 3).flat();
  expect(Math.max(...ours.map((value, i) => Math.abs(value - affine[i])))).toBeLessThan(2e-5);
}

function expectEqual(study: Study, volume: Volume): void {
  expect(study.ct.geometry.size).toEqual(volume.size);
  expectAffine(study, volume);
  expect(sha1(study.ct.data)).toBe(volume.sha1);
}

const ODD = 'oddities/dicom2nifti/failing';
const TILTED = `${ODD}/gantrytilting/001`;
const GAP = `${ODD}/sliceincrement/001`;
const TILTED_GAP = `${ODD}/sliceincrement/002`;
const LUNG1_001 = 'lung1/LUNG1-001.zip';

/** What dcm2niix writes as a volume and convert, rightly, does not take for one. */
const NO_VOLUME: Readonly<Record<string, { code: string; message: RegExp; why: string }>> = {
  [`${ODD}/notavolume/001`]: {
    code: 'duplicate-slices',
    message: /lies at the position of another slice/,
    why: 'four images at one position, in time: it makes a 4-D file of them',
  },
  'encodings/pydicom/dicomdirtests/77654033/CT2': {
    code: 'too-many-missing-slices',
    message: /161 slices in a row/,
    why: 'three slices of the head and one 202.5 mm below: it spaces all four by 202.5 mm',
  },
  'encodings/pydicom/dicomdirtests/98892001/CT2N': {
    code: 'no-ct-series',
    message: /2 images: localizer/,
    why: 'two localizers: it stacks them, 265 mm apart and leaning by 45 degrees',
  },
  'encodings/pydicom-data/eCT_Supplemental.dcm': {
    code: 'no-ct-series',
    message: /perfusion map/,
    why: 'a map of blood flow has no HU',
  },
};

/** HU of GE's Pixel Padding Value, -2000: outside the circle of reconstruction there is no patient. */
const PADDING_HU = -3024;
const PADDED = [
  'seg/dcmqi/segmentations/ct-3slice',
  'seg/quantitative-reporting/DICOM.CT',
  'oddities/rt-utils/mock_data',
];

const OTHER_PLACES = new Set([TILTED, GAP, TILTED_GAP, ...Object.keys(NO_VOLUME)]);

describe.runIf(hasSharedData)('a CT volume equals that of dcm2niix, voxels and affine', () => {
  const same = recorded.filter(({ place, spoilt }) => spoilt === undefined && !OTHER_PLACES.has(place));

  test.each(same.map((series) => [series.place, series] as const))('%s', async (_, series) => {
    expect(series.volumes).toHaveLength(1);
    const huPadding = PADDED.includes(series.place) ? 'keep' : 'air';
    expectEqual(await converted(series, { huPadding }), series.volumes[0]);
  });

  test.each(PADDED)('%s: but for padding, which it keeps as HU and convert makes air', async (place) => {
    const series = seriesAt(place);
    const kept = (await converted(series, { huPadding: 'keep' })).ct.data;
    const { data } = (await converted(series)).ct;
    const differing = new Set<string>();
    kept.forEach((value, i) => {
      if (data[i] !== value) differing.add(`${value} ${data[i]}`);
    });
    expect([...differing]).toEqual([`${PADDING_HU} ${rules.airHu}`]);
  });

  test('of a leaning stack too, once it is straightened: only what no slice reaches is filled otherwise', async () => {
    const series = seriesAt(TILTED);
    const [uncorrected, straightened] = series.volumes;
    // It fills with the least HU of the images, convert with air.
    expectEqual(await converted(series, { airHu: -1024 }), straightened);
    // Beside it, it leaves the volume uncorrected, with pixels 6 % larger than Pixel Spacing says.
    expect(Math.hypot(...column(uncorrected, 1)) / 0.41796875).toBeCloseTo(1.059, 3);
  });
});

describe.runIf(hasSharedData)('what dcm2niix takes for a volume is refused, rightly', () => {
  test.each(Object.entries(NO_VOLUME).map(([place, { why }]) => [place, why]))('%s: %s', async (place) => {
    const { code, message } = NO_VOLUME[place];
    await expect(converted(seriesAt(place))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe.runIf(hasSharedData)('where slices are missing, dcm2niix puts slices to wrong places', () => {
  /** Heights of the images, ascending. */
  const heights = (files: readonly NamedBytes[]): number[] =>
    files
      .filter((file) => elementText(file, IMAGE_POSITION) !== '')
      .map((file) => Number(elementText(file, IMAGE_POSITION).split('\\')[2]))
      .sort((a, b) => a - b);

  /** Greatest distance along z between where the n-th slice was and where the volume has its n-th plane. */
  const displacementMm = (files: readonly NamedBytes[], volume: Volume): number =>
    Math.max(...heights(files).map((z, k) => Math.abs(z - volume.affine[11] - k * volume.affine[10])));

  /** Voxels of all planes of an axial volume but some. */
  const without = ({ ct: { data, geometry } }: Study, missing: readonly number[]): Int16Array => {
    const length = geometry.size[0] * geometry.size[1];
    const planes = [...Array(geometry.size[2]).keys()].filter((k) => !missing.includes(k));
    const voxels = new Int16Array(planes.length * length);
    planes.forEach((k, n) => {
      voxels.set(data.subarray(k * length, (k + 1) * length), n * length);
    });
    return voxels;
  };

  test(`${GAP}: the slice beyond the gap lies 5 mm too low, or is lost; convert keeps all at their places`, async () => {
    const series = seriesAt(GAP);
    const [uneven, equalised] = series.volumes;
    expect(displacementMm(filesOf(series), uneven)).toBeCloseTo(5, 4);
    const study = await converted(series);
    expect(study.ct.geometry.size).toEqual([512, 512, 5]);
    expectAffine(study, uneven);
    expect(sha1(without(study, [3]))).toBe(uneven.sha1);
    // Its volume on equal spacing ends a plane before the last slice.
    expectAffine(study, equalised);
    expect(equalised.size).toEqual([512, 512, 4]);
  });

  test(`${TILTED_GAP}: leaning as well, it ends two planes before the last slice`, async () => {
    const series = seriesAt(TILTED_GAP);
    const [, straightened] = series.volumes;
    const study = await converted({ ...series, volumes: [straightened] });
    expectAffine(study, straightened);
    expect(straightened.size).toEqual([512, 514, 3]);
    expect(study.ct.geometry.size).toEqual([512, 514, 5]);
  });

  test('LUNG1-001 without plane 72: the 72 slices below it lie 3 mm too high', async () => {
    const series = seriesAt(LUNG1_001, 'missing');
    const [volume] = series.volumes;
    const whole = seriesAt(LUNG1_001);
    const at = whole.volumes[0].affine[11] + 72 * 3;
    const files = filesOf(series).filter(
      (file) => Number(elementText(file, IMAGE_POSITION).split('\\')[2]) !== at,
    );
    expect(displacementMm(files, volume)).toBeCloseTo(3, 4);
    const study = await converted(whole, {}, files);
    expectAffine(study, whole.volumes[0]);
    expect(study.ct.geometry.size).toEqual(whole.volumes[0].size);
    expect(sha1(without(study, [72]))).toBe(volume.sha1);
  });
});

describe.runIf(hasSharedData)('one series in several volumes', () => {
  test('LUNG1-001 with three Study Times: dcm2niix splits it by time, convert does not', async () => {
    const series = seriesAt(LUNG1_001, 'study-time');
    expect(series.volumes.map(({ size }) => size[2])).toEqual([50, 34, 50]);
    const images = filesOf(series).filter((file) => elementText(file, IMAGE_POSITION) !== '');
    const timed = images.map((file, n) =>
      withText(file, STUDY_TIME, `${10 + Math.floor(n / 50)}0000.000000`),
    );
    const study = await converted(series, {}, timed);
    expectEqual(study, seriesAt(LUNG1_001).volumes[0]);
    expect(study.facts.flags).toEqual([]);
  });
});
