import { z } from 'zod';
import { counted } from '../../counted.ts';
import { UsageError } from '../../errors.ts';
import { DICOM_EXPORT_FILE } from '../../records/way-back/dicom-export.ts';
import { MAP_BACK_FILE } from '../../records/way-back/mapped.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { assertApart, assertNoOutputs, type ReadPlace, rawPlacesOf } from './apart.ts';
import type { DicomOptions } from './options.ts';
import type { ExportTask } from './task.ts';

/** As far as the record of a place tells what lies there. */
const placeRecord = z.object({
  kind: z.string().optional(),
  patients: z
    .array(z.object({ state: z.string(), dicom: z.object({ kind: z.string() }).optional() }))
    .optional(),
});

const NAMES: Readonly<Record<string, string>> = {
  'dicom-seg': 'DICOM Segmentations',
  rtstruct: 'RT Structure Sets',
  nifti: 'predictions as NIfTI',
};

/** The kinds of what a record lists; none of one that cannot be read, or that lists nobody. */
function listedKinds(bytes: Uint8Array): string[] {
  try {
    const { kind, patients = [] } = placeRecord.parse(JSON.parse(new TextDecoder().decode(bytes)));
    if (kind !== undefined) return [kind];
    return patients.flatMap(({ state, dicom }) => (state === 'ok' ? (dicom?.kind ?? 'nifti') : []));
  } catch {
    return [];
  }
}

/**
 * Refuses a place in which objects of other maps or of another kind are listed: the record of them, and the objects of the patients
 * who get one now, would be replaced.
 */
async function assertOwnPlace(
  out: string,
  step: ExportTask['step'],
  kind: DicomOptions['kind'],
): Promise<void> {
  const store = await openStore(out);
  const [own, other] =
    step === 'export' ? [DICOM_EXPORT_FILE, MAP_BACK_FILE] : [MAP_BACK_FILE, DICOM_EXPORT_FILE];
  const refuse = (file: string, of: string): never => {
    throw new UsageError(`--out ${displayUri(out)}: holds ${file}, of ${of}; give another place`);
  };
  if ((await store.stat(other)) !== undefined) refuse(other, step === 'export' ? 'predictions' : 'masks');
  const bytes = await store.read(own);
  const kinds = new Set(bytes === undefined ? [] : listedKinds(bytes));
  const another = kinds.has(kind) ? undefined : [...kinds][0];
  if (another !== undefined) refuse(own, NAMES[another] ?? another);
}

/** Refuses a place where objects may not go, as far as options tell it. */
export async function assertPlace(
  out: string,
  step: ExportTask['step'],
  kind: DicomOptions['kind'],
  read: readonly ReadPlace[],
): Promise<void> {
  await assertApart(out, read);
  await assertNoOutputs(out);
  await assertOwnPlace(out, step, kind);
}

/** Whom an object may be written of. */
function isToBeNamed({ patient, map }: ExportTask): boolean {
  return patient !== undefined && (map.kind === 'prediction' || map.converted.state === 'ok');
}

/** Refuses a place among the raw data, and says what is to be written and where, before anything is. */
export async function announce(
  tasks: readonly ExportTask[],
  { kind, out, report }: Pick<DicomOptions, 'kind' | 'out' | 'report'>,
  file = false,
): Promise<void> {
  const raw = rawPlacesOf(tasks.flatMap(({ patient }) => patient ?? []));
  await assertApart(
    out,
    raw.map((uri) => ({ option: '--raw', uri })),
    file,
  );
  const objects = kind === 'rtstruct' ? 'RT Structure Sets' : 'DICOM Segmentations';
  const patients = counted(tasks.filter(isToBeNamed).length, 'patient');
  report({
    kind: 'note',
    message: `about to write ${objects} to ${displayUri(out)}: they name ${patients}, as the CT does`,
  });
}
