import { counted } from '../../counted.ts';
import { UsageError } from '../../errors.ts';
import { DICOM_EXPORT_FILE } from '../../records/way-back/dicom-export.ts';
import { MAP_BACK_FILE } from '../../records/way-back/mapped.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';
import { assertApart, assertNoOutputs, type ReadPlace, rawPlacesOf } from './apart.ts';
import type { DicomOptions } from './options.ts';
import type { ExportTask } from './task.ts';

/** Refuses a place in which objects of another kind, or of other maps, are listed: their records would be replaced. */
async function assertOwnPlace(out: string, step: ExportTask['step']): Promise<void> {
  const store = await openStore(out);
  const other = step === 'export' ? MAP_BACK_FILE : DICOM_EXPORT_FILE;
  if ((await store.stat(other)) !== undefined)
    throw new UsageError(
      `--out ${displayUri(out)}: holds ${other}, of ${step === 'export' ? 'predictions' : 'masks'}; give another place`,
    );
}

/** Refuses a place where objects may not go, as far as options tell it. */
export async function assertPlace(
  out: string,
  step: ExportTask['step'],
  read: readonly ReadPlace[],
): Promise<void> {
  await assertApart(out, read);
  await assertNoOutputs(out);
  await assertOwnPlace(out, step);
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
