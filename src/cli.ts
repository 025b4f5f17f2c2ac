#!/usr/bin/env node
import { prepareProcess } from './prepare-process.ts';

const OLDEST_NODE = [22, 12] as const;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(
    `swinprep needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.version}. After "npm ci" on Linux x64 a newer one is in node_modules: run "npx swinprep ..." or "npm run swinprep -- ..." in the project folder. Elsewhere install Node 24.`,
  );
  process.exitCode = 1;
} else {
  prepareProcess();
  // Imported only now: the packages behind it do not load on an older Node.
  const { main } = await import('./terminal/program.ts');
  process.exitCode = await main(process.argv.slice(2));
}
