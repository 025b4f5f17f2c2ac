import type { ExportRecord, OkExport } from '../../records/way-back/dicom-export.ts';
import type { MappedRecord, OkMapped } from '../../records/way-back/mapped.ts';

/** What `map_back.json` tells of a prediction that was written as a DICOM object. */
export function okMappedOf(
  {
    patient_id,
    output,
    mapped,
    kind,
    source_images,
    planes_left_out,
    segments,
    flags,
  }: Omit<OkExport, 'fingerprint'>,
  file: string,
): OkMapped {
  if (mapped === null) throw new TypeError('a mask of convert is no prediction');
  return {
    patient_id,
    state: 'ok',
    output: { ...output, file },
    ...mapped,
    dicom: { kind, source_images, planes_left_out, segments, flags },
  };
}

/** The same of any prediction, whose object lies in the folder of its patient. */
export function mappedRecordOf(record: ExportRecord): MappedRecord {
  const { patient_id } = record;
  if (record.state === 'ok') return okMappedOf(record, `${patient_id}/${record.output.file}`);
  return { patient_id, state: 'excluded', exclusion: record.exclusion };
}
