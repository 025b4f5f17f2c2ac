/** Of an sRGB level, 0 to 255, the share of the light. */
function linear(level: number): number {
  const share = level / 255;
  return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92;
}

/** CIE 1976: the cube root, with a straight line near black. */
function lightness(share: number): number {
  return share > (6 / 29) ** 3 ? Math.cbrt(share) : share / (3 * (6 / 29) ** 2) + 4 / 29;
}

/**
 * Recommended Display CIELab Value of an sRGB colour: L* from 0 to 100, a* and b* from -128 to 127, each as 0 to 65535 (DICOM PS3.3
 * C.10.7.1.1). White is that of sRGB, D65, as dcmqi, highdicom, 3D Slicer and dcmjs have it, so that the colour comes back; by the
 * letter of the standard, whose PCS is that of ICC, it would be D50.
 */
export function cielabOf([red, green, blue]: readonly [red: number, green: number, blue: number]): number[] {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = lightness((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = lightness(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = lightness((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  const scaled = (value: number, least: number, most: number): number => {
    const share = (value - least) / (most - least);
    return Math.round(0xffff * Math.min(1, Math.max(0, share)));
  };
  return [scaled(116 * y - 16, 0, 100), scaled(500 * (x - y), -128, 127), scaled(200 * (y - z), -128, 127)];
}
