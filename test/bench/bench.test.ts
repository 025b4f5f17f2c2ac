import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { elementText } from '../support/edited-file.ts';
import { PATIENT_ID } from '../support/layouts.ts';
import { filesAt } from '../support/shared-data.ts';
import { listRows } from './campaign.ts';
import { generatedCohort } from './cohort.ts';
import { fromAfar } from './distance.ts';
import { measure } from './measure.ts';
import { onOneCore } from './one-core.ts';

const linux = process.platform === 'linux';

test.runIf(linux)('a command is held to one core with all its processes', async () => {
  const child = 'process.stdout.write(String(os.availableParallelism()))';
  const parent = `child_process.spawnSync(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' })`;
  const { stdout } = await measure(onOneCore({ command: process.execPath, args: ['-e', parent] }));
  expect(stdout).toBe('1');
});

test('a server that is made to lie far away answers each request late, and several side by side', async () => {
  const server = createServer(async (request, response) => {
    for await (const chunk of request) response.write(chunk);
    response.end(request.url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const far = await fromAfar(`${near}/path`, { delayMs: 300, bytesPerSecond: 100e6 });
  const body = randomBytes(3e6);
  const order: string[] = [];
  const ask = async (url: string): Promise<Buffer> => {
    const answer = Buffer.from(await (await fetch(url, { method: 'POST', body })).arrayBuffer());
    order.push(new URL(url).pathname);
    return answer;
  };
  const answers = await Promise.all([ask(`${far.url}/a`), ask(`${far.url}/a`), ask(`${near}/b`)]);
  expect(order).toEqual(['/b', '/path/a', '/path/a']);
  for (const answer of answers) expect(Buffer.compare(answer.subarray(0, body.length), body)).toBe(0);
  await far.close();
  server.close();
});

test.runIf(linux)('a process is measured with its children', async () => {
  const grandchild =
    'const b = Buffer.alloc(2e8, 1); for (let u; !u || u.user + u.system < 3e5; ) u = process.cpuUsage();';
  const child = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(grandchild)}])`;
  const { cpuS, peakRssBytes, wallS } = await measure({ command: process.execPath, args: ['-e', child] });
  expect(cpuS).toBeGreaterThan(0.25);
  expect(cpuS).toBeLessThan(2 * wallS);
  expect(peakRssBytes).toBeGreaterThan(2e8);
});

test.runIf(linux)('a process that fails is no measurement', async () => {
  const failing = measure({ command: process.execPath, args: ['-e', 'throw new Error("not today")'] });
  await expect(failing).rejects.toThrow(/ended with code 1.*not today/s);
});

test('every row has a name of its own', () => {
  const names = listRows({
    cohort: 'generated',
    cases: 1,
    fewCases: 1,
    rounds: 1,
    long: true,
    say: () => {},
  }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('cases of one patient are patients of their own, by folder and by Patient ID, and else the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'swinprep-test-'));
  const cohort = generatedCohort({ folder, most: 3, phantoms: 1, gridSize: 16 });
  const raw = cohort.raw(3);
  const ids = ['CASE-000001', 'CASE-000002', 'CASE-000003'];
  const [first, second, third] = ids.map((id) => filesAt(join(raw, id)));
  expect(first.length).toBeGreaterThan(10);
  for (const [i, files] of [first, second, third].entries()) {
    expect(new Set(files.map((file) => elementText(file, PATIENT_ID)))).toEqual(new Set([ids[i]]));
    const asFirst = files.map(({ name, bytes }) => {
      const text = Buffer.from(bytes).toString('latin1').replace(ids[i], ids[0]);
      return [name, text === Buffer.from(first.find((file) => file.name === name)!.bytes).toString('latin1')];
    });
    expect(asFirst.filter(([, same]) => !same)).toEqual([]);
  }
  expect(cohort.patientOf(ids[2])).toBe(cohort.patients[0]);
  expect(readFileSync(cohort.clinical, 'utf8').split('\n').slice(1, 4)).toEqual(
    ids.map((id, i) => `${id},${['I', 'II', 'IIIa'][i]}`),
  );
  rmSync(folder, { recursive: true });
});
