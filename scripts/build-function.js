// Builds the function app of infra/function: app/, and the same as a .zip to deploy, in dist-function or the folder given.
// All it needs is bundled into one file, so that nothing is installed or built in Azure.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(root, 'dist-function'));
const app = path.join(out, 'app');

rmSync(out, { recursive: true, force: true });
mkdirSync(app, { recursive: true });

await build({
  input: path.join(root, 'infra/function/main.ts'),
  platform: 'node',
  // Given by the worker of Azure Functions when it loads the app.
  external: ['@azure/functions-core'],
  logLevel: 'warn',
  output: { file: path.join(app, 'dist/main.cjs'), format: 'cjs', codeSplitting: false, minify: true },
});

const { version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const manifest = { name: 'swinprep-function', version, license, private: true, main: 'dist/main.cjs' };
writeFileSync(path.join(app, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
cpSync(path.join(root, 'infra/function/host.json'), path.join(app, 'host.json'));
for (const folder of ['components', 'pipelines'])
  cpSync(path.join(root, folder), path.join(app, folder), { recursive: true });

const files = readdirSync(app, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.join(entry.parentPath, entry.name))
  .sort();
// The same time in every archive, so that the same sources make the same bytes.
const mtime = new Date(2000, 0, 1);
const entries = files.map((file) => [
  path.relative(app, file).split(path.sep).join('/'),
  [readFileSync(file), { mtime }],
]);
const zip = path.join(out, 'swinprep-function.zip');
writeFileSync(zip, zipSync(Object.fromEntries(entries), { level: 9 }));
process.stdout.write(`${path.relative(process.cwd(), zip)}: ${files.length} files\n`);
