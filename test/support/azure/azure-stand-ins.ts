// Stands in for az, azcopy, npm and npx while the commands of a document run: notes each call, checks what can be checked of
// it against this repository, and answers as Azure would. Called as NAME ARGUMENTS...
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const [name, ...args] = process.argv.slice(2);
const line = args.join(' ');
const { CALLS, ACCOUNT } = process.env as Record<string, string>;
appendFileSync(CALLS, `${name} ${line}\n`);

interface Template {
  readonly parameters: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

function fail(message: string): never {
  process.stderr.write(`${name} ${line}: ${message}\n`);
  process.exit(1);
}

function template(): Template {
  return JSON.parse(readFileSync('infra/azuredeploy.json', 'utf8')) as Template;
}

/** Files that az and azcopy are to read have to be there. */
function checkFiles(): void {
  for (const option of ['--template-file', '--file', '--src']) {
    const at = args.indexOf(option);
    if (at >= 0 && !existsSync(args[at + 1])) fail(`${args[at + 1]} does not exist`);
  }
  if (name !== 'azcopy') return;
  const source = args[1].replace(/\/\*$/, '');
  if (!existsSync(source)) fail(`${source} does not exist`);
  if (!args[2].startsWith('https://')) fail(`${args[2]} is no URL`);
}

function checkDeployment(): void {
  const { parameters } = template();
  const given = args.slice(args.indexOf('--parameters') + 1);
  for (const parameter of given) {
    const [key, value] = parameter.split('=');
    if (!(key in parameters)) fail(`the template has no parameter ${key}`);
    if (!value) fail(`${key} has no value`);
  }
}

const OUTPUTS: Readonly<Record<string, string>> = {
  workspace: 'ws',
  registry: 'swinprepregistry.azurecr.io',
  functionApp: 'swinprep-function',
  raw: `${ACCOUNT}/raw`,
  clinical: `${ACCOUNT}/raw/clinical.csv`,
  interim: `${ACCOUNT}/interim`,
  roi: `${ACCOUNT}/roi`,
};

function outputOf(): string {
  const output = /properties\.outputs\.(\w+)\.value/.exec(line)?.[1] ?? '';
  if (!(output in template().outputs)) fail(`the template has no output ${output}`);
  return OUTPUTS[output] ?? fail(`no answer for the output ${output}`);
}

function answer(): string {
  if (name !== 'az') return '';
  if (line.startsWith('account show')) return 's-1';
  if (line.startsWith('ad signed-in-user show')) return '00000000-0000-0000-0000-000000000001';
  if (line.startsWith('deployment group show')) return outputOf();
  if (line.startsWith('ml job list')) return 'step-1';
  return '';
}

if (name === 'npx') {
  if (args[0] !== 'swinprep') fail('is not called here');
  const cli = path.join(import.meta.dirname, '../../../dist/cli.js');
  process.exit(spawnSync(process.execPath, [cli, ...args.slice(1)], { stdio: 'inherit' }).status ?? 1);
}
checkFiles();
if (line.startsWith('deployment group create')) checkDeployment();
process.stdout.write(`${answer()}\n`);
