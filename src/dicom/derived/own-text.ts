import { CaseExclusion, UsageError } from '../../errors.ts';
import { bytesAsText } from './copied-elements.ts';
import type { SourceImages } from './source-images.ts';

/** Most characters of a value (DICOM PS3.5 6.2); a person's name has as many in each of its three component groups. */
const MOST_CHARACTERS = { SH: 16, LO: 64, PN: 64, UC: 2 ** 16, ST: 1024 } as const;

type TextVr = keyof typeof MOST_CHARACTERS;

/** Not to be written in text of one line: controls, and the backslash that parts values. ST may have both ends of line. */
const BEYOND_LINE = /[\\\p{Cc}]/u;
const BEYOND_TEXT = /[^\P{Cc}\t\n\f\r]/u;

const ASCII = /^[\0-\x7f]*$/;

/** Texts that were not copied of the CT, to be written beside those that were, in their Specific Character Set. */
export class OwnTexts {
  readonly #file: string;
  readonly #unicode: boolean;

  constructor({ slices: [{ file }] }: SourceImages) {
    this.#file = file.name;
    this.#unicode = bytesAsText(file.dataset, 'SpecificCharacterSet') === 'ISO_IR 192';
  }

  /**
   * A text that can be written, as it is. `what` says for messages whose it is. Throws a UsageError where its VR does not allow
   * it, and a CaseExclusion where it has letters outside ASCII and the CT does not say that its texts are UTF-8.
   */
  checked(vr: TextVr, text: string, what: string): string {
    const longest = Math.max(...(vr === 'PN' ? text.split('=') : [text]).map((part) => [...part].length));
    if (longest > MOST_CHARACTERS[vr])
      throw new UsageError(
        `${what} has ${longest} characters: give at most ${MOST_CHARACTERS[vr]} (DICOM VR ${vr})`,
      );
    if (!text.isWellFormed())
      throw new UsageError(`${what} has half a character (an unpaired surrogate): no character set has it`);
    if ((vr === 'ST' ? BEYOND_TEXT : BEYOND_LINE).test(text))
      throw new UsageError(`${what} has a backslash or a control character: DICOM VR ${vr} has none`);
    if (!this.#unicode && !ASCII.test(text))
      throw new CaseExclusion(
        'text-not-in-character-set',
        `${what} has letters outside ASCII, and the CT's Specific Character Set is not ISO_IR 192: give it in ASCII`,
        { file: this.#file },
      );
    return text;
  }
}
