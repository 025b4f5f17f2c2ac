import { CaseExclusion, UsageError } from '../../errors.ts';
import type { OkMapped } from '../../records/way-back/mapped.ts';
import { timedOutputFile } from '../../runner/outputs.ts';
import type { StepWatch } from '../../runner/step-watch.ts';
import { placeAndName } from '../../storage/enclosing.ts';
import { displayUri } from '../../storage/location.ts';
import { timedStores } from '../../timing/timed-store.ts';
import { VERSION } from '../../version.ts';
import { readTransforms } from '../../way-back/mapped-prediction.ts';
import { assertApart, assertNoOutputs, readPlaces } from './apart.ts';
import { listInputs } from './inputs.ts';
import { mapObject } from './map-object.ts';
import { okMappedOf } from './mapped-record.ts';
import { objectRules } from './object-rules.ts';
import type { PredictionObjectOptions } from './options.ts';
import { readSourced } from './patient.ts';
import { announce } from './place.ts';
import { findRaw, rawConfig } from './raw-reading.ts';
import type { ExportTask } from './task.ts';

/** The task of the one prediction, of a patient whom its `transforms.json` names. */
async function taskOf(
  options: PredictionObjectOptions,
  rules: ExportTask['rules'],
  watch: StepWatch,
): Promise<ExportTask> {
  const { interim, raw, out, compare, interpolation, threshold, channel } = options;
  const stores = timedStores(watch.clock);
  const { config, converted } = await rawConfig(options);
  const { patient_id } = await readTransforms(await stores.locate(options.transforms));
  const patients = await watch.clock.time('list', 0, () => findRaw(options, config, interim));
  const patient = patients.get(patient_id);
  if (patient === undefined)
    throw new UsageError(
      `${displayUri(raw)}: holds no patient ${patient_id}, of whom ${displayUri(options.transforms)} is: give the --raw that convert read, and its configuration (--interim or --config)`,
    );
  const job = {
    transforms: placeAndName(options.transforms),
    prediction: placeAndName(options.roi),
    reference: compare === undefined ? undefined : placeAndName(compare),
    rules: { interpolation, threshold },
    channel,
  };
  const map = { kind: 'prediction', job, interim, converted: converted.get(patient_id) } as const;
  return { step: 'map-back', patientId: patient_id, patient, map, config, out, rules };
}

/** Writes the DICOM object of one prediction that is given by the names of its files. Throws a UsageError where it cannot be. */
export async function exportPredictionFile(
  options: PredictionObjectOptions,
  watch: StepWatch,
): Promise<OkMapped> {
  const { interim, out, report } = options;
  const { clock } = watch;
  const stores = timedStores(clock);
  const rules = await objectRules(options, 'predictions', report);
  await assertApart(out, readPlaces({ interim }), true);
  await assertNoOutputs(out, true);
  const output = await stores.locate(out);
  try {
    const task = await taskOf(options, rules, watch);
    await announce([task], options, true);
    const { map, source } = await readSourced(task, await listInputs(task, stores), clock);
    const { bytes, facts } = mapObject(map, source, rules, clock);
    await output.store.write(output.key, bytes);
    const written = timedOutputFile(clock, output.key, bytes);
    const { patientId } = task;
    const record = {
      patient_id: patientId,
      state: 'ok',
      output: written,
      ...facts,
      mapped: map.mapped,
      swinprep_version: VERSION,
    } as const;
    return okMappedOf(record, output.key);
  } catch (thrown) {
    if (thrown instanceof CaseExclusion) throw new UsageError(thrown.message, { cause: thrown });
    throw thrown;
  }
}
