import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import { lintFiles, yamlFilesIn } from '../azureml/lint.ts';

const say = (line: string): void => console.log(line);

/** The components and pipelines that come with swinprep. */
const FOLDERS = ['components', 'pipelines'].map((name) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url)),
);

/** `swinprep azure lint`. Returns the exit code. */
async function lint(given: readonly string[]): Promise<number> {
  const files = given.length > 0 ? given : await yamlFilesIn(FOLDERS);
  const { checked, problems } = await lintFiles(files);
  for (const problem of problems) console.error(problem);
  say(`lint: ${checked.length} Azure ML files checked, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

/** The commands below `swinprep azure`; `done` takes the exit code. */
export function azureCommands(yargs: Argv, done: (exitCode: number) => void): Argv {
  return yargs
    .command(
      'lint [files..]',
      'Check Azure ML files: keys, names, commands, bindings and their types, triggers',
      (y) =>
        y.positional('files', {
          type: 'string',
          array: true,
          default: [] as string[],
          description: 'YAML files; by default all that come with swinprep',
        }),
      async (argv) => done(await lint(argv.files)),
    )
    .demandCommand(1, 1, 'Give a command of azure; --help lists them.');
}
