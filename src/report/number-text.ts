/** A number with that many decimals, without zeros at its end. */
export const short = (value: number, decimals = 2): string => String(Number(value.toFixed(decimals)));

/** x, y and z. */
export const triple = (values: readonly number[], decimals = 2): string =>
  values.map((value) => short(value, decimals)).join(' x ');

/** A share (0..1) in percent. */
export const percent = (share: number, decimals = 1): string => `${(100 * share).toFixed(decimals)} %`;
