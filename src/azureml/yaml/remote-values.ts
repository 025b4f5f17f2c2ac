import path from 'node:path';
import { messageOf } from '../../errors.ts';
import { noPlace, parseAssetReference } from '../asset-reference.ts';
import { isAzureMlUri, isDatastoreUri, parseDatastoreUri } from '../datastore-uri.ts';
import { type DataType, textOf } from './data-type.ts';
import {
  dataValue,
  type InputValue,
  isQuotable,
  literalValue,
  placeholderIn,
  type ValueReader,
} from './input-value.ts';
import type { Report } from './yaml-file.ts';

/** Where Azure ML reads a file or folder from: https, the Hadoop forms, datastores, data assets. */
/** Of a workspace by its id, or of a registry. */
const ANY_ASSET = /^azureml:\/\/?(?:subscriptions|registries)\/\S+\/(?:versions|labels)\/[^/]+$/i;
const URI = /^(?:https|wasbs?|abfss?|adl|azureml):\/\/\S+$/;

/** Whether `place` names something in Azure, rather than a path on this machine. */
export function isRemote(place: string): boolean {
  return place.startsWith('azureml:') || place.includes('://');
}

/** For a run in Azure ML: data are a URI, a data asset, or a local file to upload. */
export const submittedValues: ValueReader = {
  placeholders: false,
  literal: async (literal, report) => placeIfAny(literalValue(literal, report), report),
  data: remoteData,
};

/** As `submittedValues`, for files in which the user has yet to put his places. */
export const lintedValues: ValueReader = {
  placeholders: true,
  literal: async (literal, report) => {
    const text = textOf(literal);
    const value = isQuotable(text, report) ? ({ kind: 'literal', text } as const) : undefined;
    return placeholderIn(text) === undefined ? placeIfAny(value, report) : value;
  },
  data: async (kind, place, folder, report) =>
    placeholderIn(place) === undefined ? remoteData(kind, place, folder, report) : { kind, text: place },
};

/**
 * A literal, unless it is a URI of Azure ML that no component can look up. One of an asset that is none of data is for a
 * component that knows what to do with it.
 */
function placeIfAny(value: InputValue | undefined, report: Report): InputValue | undefined {
  if (value === undefined || !isAzureMlUri(value.text)) return value;
  const { text } = value;
  try {
    if (isDatastoreUri(text)) parseDatastoreUri(text);
    else if (!ANY_ASSET.test(text) && parseAssetReference(text, 'data') === undefined) throw noPlace(text);
    return value;
  } catch (error) {
    report(messageOf(error));
    return undefined;
  }
}

async function remoteData(
  kind: DataType,
  place: string,
  folder: string,
  report: Report,
): Promise<InputValue | undefined> {
  if (!isRemote(place)) return dataValue(kind, place, path.resolve(folder), report);
  try {
    if (isDatastoreUri(place)) parseDatastoreUri(place);
    if (URI.test(place) || parseAssetReference(place, 'data') !== undefined) return { kind, text: place };
  } catch (error) {
    report(messageOf(error));
    return undefined;
  }
  report(
    `\`${place.replace(/\?.*$/s, '')}\` is no place that Azure ML reads; give https://, wasbs://, abfss://, azureml://datastores/D/paths/P or azureml:DATA:VERSION`,
  );
  return undefined;
}
