import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

/** Every document of the repository that is for its users, relative to the top. */
export const DOCUMENTS = ['README.md', ...globSync('{docs,docker,infra}/**/*.md', { cwd: ROOT })].sort();

export function readDocument(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}

/** What stands in the code blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block]) => block,
  );
}

export interface Command {
  /** `azure submit`, without the program. */
  readonly verbs: string;
  readonly options: readonly string[];
}

/** What stands between backticks within the text. */
export function codeSpans(text: string): string[] {
  const prose = text.replace(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/(`+)(?!`)(.+?)\1(?!`)/gs)].map(([, , code]) => code.trim());
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
