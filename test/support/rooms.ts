/** Rooms of src from the outside in; rooms on one line do not see each other. docs/architecture.md says what each is. */
export const LAYERS: readonly (readonly string[])[] = [
  ['cli.ts', 'step-process.ts', 'json-schema', 'pages'],
  ['terminal', 'function'],
  ['demo'],
  ['default-pipeline', 'estimate', 'review'],
  ['steps', 'mlflow'],
  ['qc', 'measures', 'way-back'],
  ['raw', 'both-passes', 'exports', 'report'],
  ['runner'],
  ['timing'],
  ['picture', 'phantom', 'azureml'],
  ['records'],
  ['config'],
  ['storage', 'dicom', 'nifti'],
  ['kernels', 'privacy'],
  ['volume'],
  ['memory'],
  ['assembly'],
  ['errors.ts', 'counted.ts', 'version.ts', 'prepare-process.ts'],
];

/** The same within a room: its folders, files that are named, and `.` for all others that lie directly in it. */
export const INNER_LAYERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  pages: [['report', 'viewer'], ['.']],
  raw: [['cohort'], ['patient'], ['.'], ['headers', 'nifti-collections']],
  terminal: [['.'], ['commands'], ['lines', 'options']],
  steps: [['convert', 'split', 'pass1-stats', 'pass2-write', 'inspect', 'map-back', 'dicom-export'], ['.']],
  azureml: [['local'], ['arm'], ['request-bodies'], ['yaml'], ['.']],
  phantom: [['.'], ['objects'], ['anatomy'], ['drawing']],
  storage: [['open.ts', 'patient-store.ts'], ['archive'], ['blob', 'folder', 'zip', 'tar'], ['.']],
  runner: [['ranks'], ['.']],
  records: [['way-back'], ['.']],
  dicom: [['study'], ['mask', 'derived'], ['series'], ['pixels'], ['codec'], ['encode'], ['file'], ['.']],
  assembly: [['.'], ['deflate', 'inflate']],
  kernels: [['lungs', 'box'], ['grid'], ['mask'], ['intensity']],
};
