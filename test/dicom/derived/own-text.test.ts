import { expect, test } from 'vitest';
import { OwnTexts } from '../../../src/dicom/derived/own-text.ts';
import { CaseExclusion, UsageError } from '../../../src/errors.ts';
import { imagesOf, studySlice } from '../../support/dicom/source-images.ts';

const texts = (charset: string | undefined) =>
  new OwnTexts(imagesOf([studySlice('a.dcm', { SpecificCharacterSet: charset })]));

test('letters outside ASCII are for a CT in UTF-8 alone', () => {
  expect(texts('ISO_IR 192').checked('LO', 'Tumor, groß', 'the name')).toBe('Tumor, groß');
  for (const charset of [undefined, '', 'ISO_IR 100', '\\ISO 2022 IR 87', 'GB18030']) {
    expect(texts(charset).checked('LO', 'Tumour', 'the name')).toBe('Tumour');
    expect(() => texts(charset).checked('LO', 'groß', 'the name of label 1')).toThrow(
      new CaseExclusion(
        'text-not-in-character-set',
        "the name of label 1 has letters outside ASCII, and the CT's Specific Character Set is not ISO_IR 192: give it in ASCII",
        { file: 'a.dcm' },
      ),
    );
  }
});

test('lengths are counted in characters, of a person in each component group', () => {
  const own = texts('ISO_IR 192');
  expect(own.checked('LO', '肺'.repeat(64), '')).toHaveLength(64);
  expect(own.checked('PN', `${'a'.repeat(64)}=${'b'.repeat(64)}`, '')).toHaveLength(129);
  for (const [vr, length] of [
    ['SH', 17],
    ['LO', 65],
    ['PN', 65],
    ['ST', 1025],
  ] as const)
    expect(() => own.checked(vr, '𝛼'.repeat(length), 'it')).toThrow(UsageError);
});

test('half a character is none', () => {
  for (const text of ['a\ud800', '\udc00b'])
    expect(() => texts('ISO_IR 192').checked('LO', text, 'it')).toThrow('it has half a character');
});

test('a backslash would part values, and controls are for texts of several lines', () => {
  const own = texts('ISO_IR 192');
  for (const text of ['a\\b', 'a\nb', 'a\x1b$Bb', 'a\x85b'])
    expect(() => own.checked('LO', text, 'it')).toThrow(UsageError);
  expect(own.checked('ST', 'a\\b\r\nc', 'it')).toBe('a\\b\r\nc');
  expect(() => own.checked('ST', 'a\x1bb', 'it')).toThrow(UsageError);
});
