import { archiveStem } from '../storage/archive/archive-kind.ts';
import { baseName } from './nifti-collections/collection.ts';
import type { RawPatient, Refused } from './raw-patient.ts';
import type { UnopenedArchives } from './raw-store.ts';

/** Of an archive of a kind that is not opened: what to do is told, and its patient is not lost. */
export function foreignRefusal(whatToDo: string): Refused {
  return {
    kind: 'refused',
    code: 'unsupported-archive',
    message: `the archive is of a kind that is not read: ${whatToDo}`,
  };
}

/** The name of an archive of any kind, without what follows its first dot that begins an ending. */
function foreignStem(key: string): string {
  return baseName(key).replace(/(\.(tar|part\d+))?\.[a-z0-9]{1,4}$/i, '');
}

/** Archives that could not be looked into, where patients go by headers: nobody knows whose they are, so each is one by its name. */
export function unopenedPatients({ broken, foreign }: UnopenedArchives): RawPatient[] {
  return [
    ...[...broken].map(
      ([key, { reason }]): RawPatient => ({
        name: archiveStem(baseName(key)),
        source: { kind: 'refused', code: 'unreadable-archive', message: `the archive ${reason}` },
      }),
    ),
    ...[...foreign].map(
      ([key, whatToDo]): RawPatient => ({ name: foreignStem(key), source: foreignRefusal(whatToDo) }),
    ),
  ];
}

/** The patient that an archive of a foreign kind beside the patients stands for. */
export function foreignPatient(key: string, whatToDo: string): RawPatient {
  return { name: foreignStem(key), source: foreignRefusal(whatToDo) };
}
