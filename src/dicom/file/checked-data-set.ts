import dicomParser, { type ByteArrayParser, type DataSet } from 'dicom-parser';

type Read = 'readUint16' | 'readInt16' | 'readUint32' | 'readInt32' | 'readFloat' | 'readDouble';

/** What is defined here in place of dicom-parser's. */
type Replaced =
  | 'uint16'
  | 'int16'
  | 'uint32'
  | 'int32'
  | 'float'
  | 'double'
  | 'string'
  | 'text'
  | 'numStringValues';

// The package exports the class and declares the interface only.
const { DataSet: Unchecked } = dicomParser as unknown as {
  DataSet: new (
    parser: ByteArrayParser,
    bytes: Uint8Array,
    elements: DataSet['elements'],
  ) => Omit<DataSet, Replaced>;
};

/** More than any text has; Node holds no string of more than 512 MiB. */
const MAX_TEXT_BYTES = 2 ** 28;

/**
 * The elements of a data set or an item, whose values can be asked for whatever the file holds: undefined where an
 * element is too short for the value, or its bytes lie outside the file. dicom-parser throws there, or reads the next
 * element's bytes; and it builds long strings from single characters, at many times their size.
 */
export class CheckedDataSet extends Unchecked implements DataSet {
  uint16(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 2, 'readUint16');
  }

  int16(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 2, 'readInt16');
  }

  uint32(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 4, 'readUint32');
  }

  int32(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 4, 'readInt32');
  }

  float(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 4, 'readFloat');
  }

  double(tag: string, index = 0): number | undefined {
    return this.#number(tag, index, 8, 'readDouble');
  }

  string(tag: string, index?: number): string | undefined {
    const whole = this.text(tag);
    return (index === undefined ? whole : whole?.split('\\')[index])?.trim();
  }

  /** Up to the first NUL, spaces kept. */
  text(tag: string): string | undefined {
    const element = this.elements[tag];
    if (element === undefined || element.length === 0 || element.length > MAX_TEXT_BYTES) return undefined;
    const { buffer, byteOffset, length } = this.byteArray;
    if (element.dataOffset + element.length > length) return undefined;
    const bytes = Buffer.from(buffer, byteOffset + element.dataOffset, element.length);
    const end = bytes.indexOf(0);
    return bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  }

  numStringValues(tag: string): number | undefined {
    return this.text(tag)?.split('\\').length;
  }

  #number(tag: string, index: number, width: number, read: Read): number | undefined {
    const element = this.elements[tag];
    const end = (index + 1) * width;
    if (element === undefined || element.length < end) return undefined;
    if (element.dataOffset + end > this.byteArray.length) return undefined;
    const parser = element.parser ?? this.byteArrayParser;
    return parser[read](this.byteArray, element.dataOffset + index * width);
  }
}
