/**
 * What a stage's name means: without regard to case, spaces, compatibility characters (U+2162 is III) and a leading
 * "Stage". Nothing else is guessed: `3a` and `T3` are not IIIa.
 */
export function normalStage(name: string): string {
  const compact = name.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();
  return compact.replace(/^stage[:._-]?(?=.)/, '');
}
