import type { Config } from './schema.ts';

/** The default: what the first cohort, NSCLC-Radiomics "Lung1", should be prepared with. */
const lung1: Config = {
  series: {
    minSlices: 16,
    rejectDescriptions: [
      'calibration',
      '\\bqa\\b',
      'topogram',
      'surview',
      'scanogram',
      'dose report',
      'patient protocol',
    ],
    kernelPreference: [],
  },
  geometry: {
    stacking: 'images',
    spacingToleranceMm: 0.1,
    positionToleranceMm: 0.1,
    maxMissingRun: 1,
    variableSpacing: 'exclude',
    maxTiltDegrees: 30,
  },
  hu: { rounding: 'nearest', padding: 'air' },
  mask: {
    sources: ['SEG', 'RTSTRUCT'],
    niftiPatterns: ['{patient}.nii.gz', '{patient}_mask.nii.gz', '{patient}/{patient}_mask.nii.gz'],
    labels: [],
    roiNames: ['^gtv[-_ .]*0*1$', '^gtv$', '^gtv[-_ .]*p(rimary)?[-_ .]*0*1?$'],
    policy: 'primary',
    unionNames: ['^gtv[-_ .]*[pn]?[-_ .]*[0-9]*$'],
    fractionalThreshold: 0.5,
    contourToleranceMm: 0.2,
    contourRule: 'xor',
  },
  qc: {
    slices: { low: 32, high: null, severity: 'flag' },
    zExtentMm: { low: 100, high: null, severity: 'flag' },
    sliceSpacingMm: { low: null, high: 5, severity: 'flag' },
    tiltDegrees: { low: null, high: 10, severity: 'flag' },
    missingSlices: { low: null, high: 3, severity: 'flag' },
    burnedInSlices: { low: null, high: 0, severity: 'exclude' },
    patientIds: { low: null, high: 1, severity: 'flag' },
    rescales: { low: null, high: 1, severity: 'flag' },
    wrapShare: { low: null, high: 0.00005, severity: 'exclude' },
    lowestHu: { low: -1100, high: -900, severity: 'flag' },
    highestHu: { low: 300, high: null, severity: 'flag' },
    airShare: { low: 0.01, high: null, severity: 'exclude' },
    airHu: { low: -1100, high: -860, severity: 'exclude' },
    softTissueHu: { low: -60, high: 90, severity: 'flag' },
    bodyShare: { low: 0.05, high: 0.95, severity: 'flag' },
    noiseHu: { low: null, high: 60, severity: 'flag' },
    maskOutsideShare: { low: null, high: 0, severity: 'flag' },
    maskVolumeShare: { low: 0.9, high: 1.1, severity: 'flag' },
    sourceDice: { low: 0.9, high: null, severity: 'flag' },
    tumorMeanHu: { low: -500, high: null, severity: 'flag' },
    tumorVolumeMl: { low: 0.5, high: 1000, severity: 'flag' },
    tumorComponents: { low: null, high: 5, severity: 'flag' },
    tumorSpeckShare: { low: null, high: 0.05, severity: 'flag' },
    tumorVoxelsOnEdge: { low: null, high: 0, severity: 'flag' },
  },
  resample: { spacingMm: [1, 1, 3] },
  roi: {
    paddingMm: [60, 60, 45],
    patch: '192x192x64',
    boxPercentile: 98,
    hardMinBoxMm: [160, 160, 192],
    hardMaxBoxMm: [192, 192, 192],
    preferredSizesXy: [160, 192, 224, 256],
    preferredSizesZ: [64, 96],
    multipleOf: 32,
  },
  intensity: { windowHu: [-900, 100], thresholdHu: -850, minVoxels: 1000, airHu: -1000 },
  stats: { scope: 'train', variance: 'total' },
  split: {
    idColumn: 'PatientID',
    stageColumn: 'Overall.Stage',
    stages: ['I', 'II', 'IIIa', 'IIIb'],
    unknownStage: 'exclude',
    trainFraction: 0.8,
    minTestPerStage: 6,
    seed: 0,
    effectiveNumberBeta: 0.999,
  },
  privacy: { caseId: 'folder', uids: 'omit' },
  output: { auditVolumes: true, auditType: 'int16', qcOverlay: true, gzipLevelInt: 4, gzipLevelFloat: 1 },
};

/** The numeric behaviour of the SimpleITK reference program, its known defects included. */
const reference: Config = {
  ...lung1,
  geometry: { ...lung1.geometry, stacking: 'average' },
  hu: { rounding: 'truncate', padding: 'keep' },
  roi: { ...lung1.roi, patch: 'derived' },
  stats: { scope: 'all', variance: 'within' },
  output: { ...lung1.output, auditType: 'float32' },
};

export const PRESETS = { lung1, reference } as const;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
