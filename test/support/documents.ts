import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

/** Every document of the repository that tells what is true now, relative to the top. */
export const DOCUMENTS = [
  'README.md',
  ...globSync(['{docs,docker,infra}/**/*.md', '{test,test/bench,findings}/README.md'], { cwd: ROOT }),
].sort();

export function readDocument(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}

/** What stands in the code blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block]) => block,
  );
}

/** Headings of the second rank with what stands below each. */
export function sections(text: string): { readonly heading: string; readonly text: string }[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return { heading: section.slice(0, end), text: section.slice(end) };
    });
}

export interface Command {
  /** `azure submit`, without the program. */
  readonly verbs: string;
  readonly options: readonly string[];
}

const SPAN = /(`+)(?!`)(.+?)\1(?!`)/gs;

function withoutBlocks(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** What stands between backticks within the text. */
export function codeSpans(text: string): string[] {
  return [...withoutBlocks(text).matchAll(SPAN)].map(([, , code]) => code.trim());
}

/** Targets of all links and pictures, as they are written. */
export function linkTargets(text: string): string[] {
  const prose = withoutBlocks(text).replace(SPAN, '');
  return [...prose.matchAll(/\]\(\s*<?([^)\s>]+)/g)].map(([, target]) => target);
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of withoutBlocks(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let free = anchor;
    for (let n = 1; anchors.has(free); n++) free = `${anchor}-${n}`;
    anchors.add(free);
  }
  return anchors;
}

const CALL = /(?<![\w/.-])swinprep(?: --)?((?: +[a-z][a-z0-9-]*(?![\w/.-]))+)((?:(?! [#&|] )[^\n)])*)/g;

/** The calls of swinprep in shell code, each with the options of its own. */
export function swinprepCommands(code: string): Command[] {
  const joined = code.replace(/\\\n\s*/g, ' ').replace(/"[^"\n]*"|'[^'\n]*'/g, "''");
  return [...joined.matchAll(CALL)].map(([, words, rest]) => ({
    verbs: words.trim().replace(/ +/g, ' '),
    options: [...rest.matchAll(/(?<=\s)--[a-z][a-z-]*/g)].map(([option]) => option),
  }));
}
