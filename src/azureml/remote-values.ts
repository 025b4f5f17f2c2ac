import path from 'node:path';
import { type DataType, type Literal, textOf } from './data-type.ts';
import { dataValue, type InputValue, isQuotable, literalValue, type ValueReader } from './input-value.ts';
import type { Report } from './yaml-file.ts';

/** Where Azure ML reads a file or folder from: https, the Hadoop forms, datastores, data assets. */
const URI = /^(?:https|wasbs?|abfss?|adl|azureml):\/\/\S+$/;
const ASSET = /^azureml:[\w.-]+(?::[\w.-]+|@[\w.-]+)$/;

/** Whether `place` names something in Azure, rather than a path on this machine. */
export function isRemote(place: string): boolean {
  return place.startsWith('azureml:') || place.includes('://');
}

/** For a run in Azure ML: data are a URI, a data asset, or a local file to upload. */
export const submittedValues: ValueReader = { placeholders: false, literal: literalValue, data: remoteData };

/** As `submittedValues`, for files in which the user has yet to put his places. */
export const lintedValues: ValueReader = {
  placeholders: true,
  literal: (literal: Literal, report: Report): InputValue | undefined => {
    const text = textOf(literal);
    return isQuotable(text, report) ? { kind: 'literal', text } : undefined;
  },
  data: async (kind, place, folder, report) =>
    /<[^<>]*>/.test(place) ? { kind, text: place } : remoteData(kind, place, folder, report),
};

async function remoteData(
  kind: DataType,
  place: string,
  folder: string,
  report: Report,
): Promise<InputValue | undefined> {
  if (!isRemote(place)) return dataValue(kind, place, path.resolve(folder), report);
  if (URI.test(place) || ASSET.test(place)) return { kind, text: place };
  report(
    `\`${place.replace(/\?.*$/s, '')}\` is no place that Azure ML reads; give https://, wasbs://, abfss://, azureml://datastores/D/paths/P or azureml:DATA:VERSION`,
  );
  return undefined;
}
