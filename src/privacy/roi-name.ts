/**
 * Words that name anatomy, targets and sides in ROI names and segment labels. ROI Name is free text and counts as
 * identifying (DICOM PS3.15 table E.1-1), so a name is shown only where all of it is made of these.
 */
const WORDS = new Set(
  `gtv itv ctv ptv igtv tumor tumour neoplasm primary nodal node nodes lymph lesion mass cancer nsclc target
  lung lungs left right l r lt rt both total upper lower middle lobe heart pericardium aorta artery vein pulmonary
  esophagus oesophagus trachea carina bronchus spinal spine cord canal body external skin patient outline liver
  kidney spleen stomach bowel brain brainstem chest wall ribs rib bone thyroid breast bladder rectum femur
  pet ct suv max primair pre op post boost avoid ring minus plus and or not of the in exp prv oar
  anatomical green orange purple blue light dark red yellow tissue segment background structure`.split(/\s+/),
);

/** Longest run of digits in a name that is a count, not an identifier. */
const MOST_DIGITS = 3;

/** Stands for a name that may identify somebody. */
export const WITHHELD = '(name withheld)';

/** An ROI name or segment label as it may be shown: itself where it is made of known words and small numbers. */
export function safeRoiName(name: string): string {
  const parts = name.toLowerCase().match(/[a-z]+|\d+/g) ?? [];
  const known = parts.every((part) => (/^\d/.test(part) ? part.length <= MOST_DIGITS : WORDS.has(part)));
  const plain = /^[\w .,()/+-]*$/.test(name);
  return known && plain ? name : WITHHELD;
}
