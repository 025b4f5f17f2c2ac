/** `split.stages`: the classes in their order, or each class with the spellings that mean it. */
export type Stages = readonly string[] | Readonly<Record<string, readonly string[]>>;

/**
 * Stage groups of lung cancer in the AJCC's 6th to 9th edition, with those that name no part. The 6th and 7th have IA, IB,
 * IIA, IIB, IIIA, IIIB and IV; the 8th parts IA and IV and adds IIIC; the 9th moves patients between them and names none
 * anew. Stage 0 and occult carcinoma are of none of I to IV.
 */
const GROUPS = new Set('i ia ia1 ia2 ia3 ib ii iia iib iii iiia iiib iiic iv iva ivb'.split(' '));

const NUMERALS = ['', 'i', 'ii', 'iii', 'iv'];

/**
 * What a stage's name means: without regard to case, spaces, compatibility characters (U+2162 is III) and a leading
 * "Stage".
 */
export function normalStage(name: string): string {
  const compact = name.normalize('NFKC').replaceAll(/\s+/g, '').toLowerCase();
  return compact.replace(/^stage[:._-]?(?=.)/, '');
}

/** The AJCC's group that a spelling is, in lower case, if any: `iiib` for `Stage IIIB`, `3b` and `III-B`. */
export function ajccGroup(spelling: string): string | undefined {
  const found = /^([1-4]|i{1,3}|iv)[-._]?([a-c]?)([1-3]?)$/.exec(normalStage(spelling));
  if (found === null) return undefined;
  const [, numeral, letter, digit] = found;
  const group = `${NUMERALS[Number(numeral)] ?? numeral}${letter}${digit}`;
  return GROUPS.has(group) ? group : undefined;
}

/** The groups that a group is part of, the nearest first: IA and I of IA2. */
function groupsAbove(group: string): string[] {
  const [, numeral, letter, digit] = /^([iv]+)([a-c]?)([1-3]?)$/.exec(group)!;
  return [...(digit === '' ? [] : [numeral + letter]), ...(letter === '' ? [] : [numeral])];
}

function isList(stages: Stages): stages is readonly string[] {
  return Array.isArray(stages);
}

/** The classes in their order. */
export function stageNames(stages: Stages): readonly string[] {
  return isList(stages) ? stages : Object.keys(stages);
}

/** Class and spelling of all that is written in `split.stages`; a class spells itself. */
function stageSpellings(stages: Stages): (readonly [stage: string, spelling: string])[] {
  if (isList(stages)) return stages.map((stage) => [stage, stage]);
  return Object.entries(stages).flatMap(([stage, spellings]) =>
    [stage, ...spellings].map((spelling) => [stage, spelling] as const),
  );
}

/** The class of a list that takes a group in: it itself, or the stage that it is part of and that no class parts. */
function plainStageOf(group: string, stages: readonly string[]): string | undefined {
  const groups = stages.map(ajccGroup);
  // Of classes such as `early` or `limited` nobody says which stages they take in.
  if (groups.includes(undefined)) return undefined;
  const parted = new Set(groups.flatMap((other) => groupsAbove(other!)));
  const takes = [group, ...groupsAbove(group).filter((above) => !parted.has(above))];
  return takes.map((one) => stages[groups.indexOf(one)]).find((stage) => stage !== undefined);
}

/**
 * The class that a spelling means, undefined where it means none. What is written in `split.stages` is matched first. Of a
 * list of the AJCC's groups a class takes in its sub-stages too, so IA2 is I, but IIIC is none of IIIa and IIIb; a mapping
 * says by itself what a class takes in.
 */
export function stageOf(spelling: string, stages: Stages): string | undefined {
  const written = stageSpellings(stages);
  const normal = normalStage(spelling);
  const exact = written.find(([, one]) => normalStage(one) === normal);
  if (exact !== undefined) return exact[0];
  const group = ajccGroup(spelling);
  if (group === undefined) return undefined;
  return isList(stages)
    ? plainStageOf(group, stages)
    : written.find(([, one]) => ajccGroup(one) === group)?.[0];
}

/** Spellings that stand for two classes, '' too: those that differ in no more than case, spaces or numerals. */
export function doubtfulSpellings(stages: Stages): string[] {
  const written = stageSpellings(stages);
  return written
    .filter(([stage, spelling]) => {
      const group = ajccGroup(spelling);
      return (
        normalStage(spelling) === '' ||
        written.some(
          ([other, one]) =>
            other !== stage &&
            (normalStage(one) === normalStage(spelling) || (group !== undefined && ajccGroup(one) === group)),
        )
      );
    })
    .map(([, spelling]) => spelling);
}
