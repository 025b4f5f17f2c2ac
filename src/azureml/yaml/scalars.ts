import type { ScalarTag, Tags } from 'yaml';

/*
 * What plain words of a file are, by the rules of PyYAML's resolver, with which azure-ai-ml reads: YAML 1.1, but for
 * exponents, which need a point and a sign. So `yes` is true, `012` is ten, and `1e-3` a text.
 */

const missing: ScalarTag = {
  tag: 'tag:yaml.org,2002:null',
  default: true,
  test: /^(?:~|null|Null|NULL)?$/,
  resolve: () => null,
};

const truth: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

const integer: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][\d_]*|0x[\da-fA-F_]+|[1-9][\d_]*(?::[0-5]?\d)+)$/,
  resolve: (text) => {
    const [, sign, digits] = /^([-+]?)(.*)$/.exec(text.replaceAll('_', ''))!;
    const size = digits.includes(':') ? sexagesimal(digits) : Number(digits.replace(/^0(?=[0-7]+$)/, '0o'));
    // Beyond that the number would be another one; as a text it is itself.
    if (!Number.isSafeInteger(size)) return text;
    return sign === '-' && size !== 0 ? -size : size;
  },
};

const float: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  test: /^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: (text) => {
    const [, sign, digits] = /^([-+]?)(.*)$/.exec(text.replaceAll('_', ''))!;
    const size = /inf/i.test(digits)
      ? Number.POSITIVE_INFINITY
      : digits.includes(':')
        ? sexagesimal(digits)
        : Number(digits);
    return sign === '-' ? -size : size;
  },
};

/** `1:30` is ninety. */
function sexagesimal(digits: string): number {
  return digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** For a document of the schema `failsafe`, which knows texts alone. */
export const SCALARS: Tags = [missing, truth, integer, float];

/** Whether a plain word is a number that has a point. */
export function isFloat(word: string): boolean {
  return (float.test as RegExp).test(word);
}

/** A number with a point as Python writes it (`float.__repr__`): `1.0`, `1e-05`, `1e+16`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16)
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

/** The number, or its text where Python's is another than JavaScript's: 0.5, but `1.0`. */
export function textOfFloat(value: number): number | string {
  const text = floatText(value);
  return text === String(value) ? value : text;
}

/** Whether a text is one that `textOfFloat` gives. */
export function isTextOfFloat(text: string): boolean {
  return textOfFloat(Number(text)) === text;
}
