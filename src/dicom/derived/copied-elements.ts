import type { DataSet as ParsedDataSet } from 'dicom-parser';
import { type DataSet, dictionary, type Keyword, type Vr } from '../encode/dictionary.ts';
import { items } from '../file/part10.ts';

const tagName = (tag: number) => `x${tag.toString(16).padStart(8, '0')}`;

/**
 * What is copied of items: of other identifiers (DICOM PS3.3 table 10-18 and C.7.1.1), of who issued them (tables 10-17 and
 * 10-18), of codes (table 8.8-1) and of breeds. All of it is text, which has no byte order.
 */
const IN_ITEMS = [
  'SpecificCharacterSet',
  'PatientID',
  'IssuerOfPatientID',
  'TypeOfPatientID',
  'IssuerOfPatientIDQualifiersSequence',
  'LocalNamespaceEntityID',
  'UniversalEntityID',
  'UniversalEntityIDType',
  'IdentifierTypeCode',
  'AssigningFacilitySequence',
  'AssigningJurisdictionCodeSequence',
  'AssigningAgencyOrDepartmentCodeSequence',
  'CodeValue',
  'CodingSchemeDesignator',
  'CodingSchemeVersion',
  'CodeMeaning',
  'LongCodeValue',
  'URNCodeValue',
  'MappingResource',
  'MappingResourceUID',
  'MappingResourceName',
  'ContextGroupVersion',
  'ContextIdentifier',
  'ContextUID',
  'BreedRegistrationNumber',
  'BreedRegistryCodeSequence',
] as const satisfies readonly Keyword[];

/** Padding at the end: a space, or NUL, which only UIDs should have (DICOM PS3.5 6.2). */
const isPadding = (byte: number) => byte === 0x20 || byte === 0;

/** A value of text as its bytes stand there, in whatever character set, without the padding at its end. */
function textBytes({ elements, byteArray }: ParsedDataSet, name: string): Uint8Array {
  const { dataOffset, length } = elements[name];
  let end = Math.min(dataOffset + length, byteArray.length);
  while (end > dataOffset && isPadding(byteArray[end - 1])) end--;
  return byteArray.subarray(dataOffset, end);
}

/** Padded to even length: text with a space, UIDs with NUL. */
function padded(bytes: Uint8Array, vr: Vr): Uint8Array {
  const even = new Uint8Array(bytes.length + (bytes.length % 2));
  even.set(bytes);
  if (even.length > bytes.length) even[bytes.length] = vr === 'UI' ? 0 : 0x20;
  return even;
}

function copiedValue(dataset: ParsedDataSet, keyword: Keyword): Uint8Array | readonly DataSet[] {
  const [tag, vr] = dictionary[keyword];
  const name = tagName(tag);
  if (vr === 'SQ') return items(dataset, name).map((item) => copiedElements(item, IN_ITEMS));
  return padded(textBytes(dataset, name), vr);
}

/**
 * Elements of a data set as they are to be written: of text the bytes, so that they stay what they are in its Specific
 * Character Set; of sequences the items, as far as IN_ITEMS has what they hold. What is absent is left out.
 */
export function copiedElements(dataset: ParsedDataSet, keywords: readonly Keyword[]): DataSet {
  const present = keywords.filter(
    (keyword) => dataset.elements[tagName(dictionary[keyword][0])] !== undefined,
  );
  return Object.fromEntries(present.map((keyword) => [keyword, copiedValue(dataset, keyword)])) as DataSet;
}

/** The bytes of a text, latin1, to compare by; '' where it is absent. */
export function bytesAsText(dataset: ParsedDataSet, keyword: Keyword): string {
  const name = tagName(dictionary[keyword][0]);
  if (dataset.elements[name] === undefined) return '';
  return Buffer.from(textBytes(dataset, name)).toString('latin1').trimStart();
}
