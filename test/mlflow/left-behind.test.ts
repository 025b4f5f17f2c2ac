import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { madeSummary, writeSplit } from '../support/mlflow/made-step.ts';
import { startTrackingServer, type Trouble } from '../support/mlflow/tracking-server.ts';

/** Logs a step in a process of its own, and prints what keeps that from ending afterwards. */
const script = (summary: unknown, split: string, budgetMs: number): string => `
import { logStep } from ${JSON.stringify(import.meta.resolve('../../build/mlflow/log-step.js'))};
const told = [];
const options = { split: ${JSON.stringify(split)} };
await logStep(${JSON.stringify(summary)}, 0, options, { tell: (line) => told.push(line), budgetMs: ${budgetMs} });
// Sockets that are destroyed are gone a few turns later.
for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
const holding = process.getActiveResourcesInfo().filter((what) => !/Pipe|TTY|FSReq|Immediate/.test(what));
console.log(JSON.stringify({ told, holding }));
`;

const TROUBLES: Record<string, Trouble | undefined> = {
  'does what it should': undefined,
  'never answers': () => true,
  'begins to answer': (_, response) => Boolean(response.writeHead(200).write('{')),
  fails: (_, response) => Boolean(response.writeHead(500).end()),
  'breaks off': (_, response) => Boolean(response.destroy()),
  'wants time': (_, response) => Boolean(response.writeHead(429, { 'retry-after': '1' }).end()),
};

/** What is left behind, and what was told, of a step that is logged to a server of which `url` tells. */
async function leftBehind(url: string): Promise<{ told: string[]; holding: string[] }> {
  const args = ['--input-type=module', '-e', script(madeSummary('split'), await writeSplit(), 1500)];
  const env = { ...process.env, MLFLOW_TRACKING_URI: url };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as { told: string[]; holding: string[] };
}

test.each(Object.entries(TROUBLES))(
  'nothing that keeps a process, by a server that %s',
  async (_, trouble) => {
    const server = await startTrackingServer(trouble === undefined ? {} : { trouble });
    const { told, holding } = await leftBehind(server.url);
    await server.stop();
    expect(holding).toEqual([]);
    expect(told).toHaveLength(trouble === undefined ? 0 : 1);
  },
);

test('nothing that keeps a process, by a server that is not there', async () => {
  const server = await startTrackingServer();
  await server.stop();
  expect(await leftBehind(server.url)).toEqual({ told: [expect.any(String)], holding: [] });
});
