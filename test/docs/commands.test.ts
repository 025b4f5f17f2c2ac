import { describe, expect, it } from 'vitest';
import { readJson } from '../support/cli.ts';
import {
  codeBlocks,
  codeSpans,
  DOCUMENTS,
  ROOT,
  readDocument,
  swinprepCommands,
} from '../support/documents.ts';
import * as inProcess from '../support/in-process.ts';

interface Help {
  readonly options: readonly string[];
  /** Whether it has commands of its own. */
  readonly group: boolean;
}

/** What a command says of itself; undefined where there is none of these words. */
const helps = new Map<string, Promise<Help | undefined>>();
function helpOf(words: string): Promise<Help | undefined> {
  let help = helps.get(words);
  if (help === undefined) {
    help = inProcess.command([...words.split(' '), '--help']).then(({ stdout }) => {
      if (!`${stdout.split('\n', 1)[0]} `.startsWith(`swinprep ${words} `)) return undefined;
      const options = [...stdout.matchAll(/(?<=^[^\S\n]+(?:-\w, )?)--[a-z-]+/gm)].map(([option]) => option);
      return { options, group: /^Commands:$/m.test(stdout) };
    });
    helps.set(words, help);
  }
  return help;
}

/** The command that a call names; words behind it may be its positional arguments, unless it is a group. */
async function commandOf(words: string): Promise<Help | undefined> {
  const [first, second] = words.split(' ');
  const one = await helpOf(first);
  return one?.group && second !== undefined ? helpOf(`${first} ${second}`) : one;
}

describe.each(DOCUMENTS)('%s', (name) => {
  const text = readDocument(name);
  const code = [...codeBlocks(text, 'sh'), ...codeSpans(text)];

  it('calls commands and options of swinprep that are there', async () => {
    for (const { verbs, options } of code.flatMap(swinprepCommands)) {
      const help = await commandOf(verbs);
      expect(help, `swinprep ${verbs}`).toBeDefined();
      for (const option of options) expect(help!.options, `swinprep ${verbs}`).toContain(option);
    }
  });

  it('calls npm scripts that are there', () => {
    const { scripts } = readJson<{ scripts: object }>(ROOT, 'package.json');
    const called = code.flatMap((block) => [...block.matchAll(/npm run (?:--silent )?([\w:-]+)/g)]);
    for (const [, script] of called) expect(Object.keys(scripts)).toContain(script);
  });
});

it('finds the calls of swinprep in shell code', () => {
  const code = `swinprep a
JOB=$(npx swinprep azure submit pipelines/smoke.yml --follow \\
  --set raw=$RAW --inside "docker run --rm" | tail -1) # --not
npm run swinprep -- run p.yml --set x=--y & swinprep convert ... --shard 0/3`;
  expect(swinprepCommands(code)).toEqual([
    { verbs: 'a', options: [] },
    { verbs: 'azure submit', options: ['--follow', '--set', '--inside'] },
    { verbs: 'run', options: ['--set'] },
    { verbs: 'convert', options: ['--shard'] },
  ]);
});

it('knows a command that is not there', async () => {
  expect(await commandOf('azure submit x')).toMatchObject({ group: false });
  expect(await commandOf('azure nope')).toBeUndefined();
  expect(await commandOf('nope')).toBeUndefined();
});
