#!/usr/bin/env bash
# @azure/storage-blob gives up at the first 429 with Retry-After, though the pipeline that it is built on repeats it.
#
# Date:      2026-11-28
# Versions:  @azure/storage-blob 12.33.0, @azure/core-rest-pipeline 1.25.1
# Guess:     429 Too Many Requests with Retry-After is the plainest case for a retry. The pipeline of the Azure SDK
#            repeats it when that time is over, so a client with retryOptions.maxTries 4 does too.
# Behaviour: storage clients put a retry policy of their own in place of the pipeline's. It repeats 500 and 503 and nothing
#            else that is answered: 429 and 408 fail the call at once, with Retry-After or without. (For throttling of Blob
#            Storage Microsoft documents 503 and 500; 429 is what gateways and proxies say.)
# Seen (requests that reached a server on this machine which always answers so; 4 tries allowed):
#   status  Retry-After  pipeline  storage GET  storage PUT
#      429  0            4         1            1
#      429  -            1         1            1
#      408  -            4         1            1
#      503  -            4         4            4
#      500  -            4         4            4
#   holds: @azure/storage-blob 12.33.0 repeats 500 and 503, not 408 and 429
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" \
  @azure/storage-blob@12.33.0 @azure/core-rest-pipeline@1.25.1 > "$work/npm.log"

cd "$work"
cat > tries.mjs <<'JS'
import { createServer } from 'node:http';
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline';
import { AnonymousCredential, BlockBlobClient } from '@azure/storage-blob';

let requests = 0;
let answer = { status: 200, headers: {} };
const server = createServer((request, response) => {
  requests++;
  request.resume();
  response.writeHead(answer.status, answer.headers).end();
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${server.address().port}/account/container/blob`;

async function count(call) {
  requests = 0;
  await call().catch(() => undefined);
  return requests;
}

const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 2 } });
const client = createDefaultHttpClient();
const blob = new BlockBlobClient(url, new AnonymousCredential(), {
  retryOptions: { maxTries: 4, retryDelayInMs: 1, maxRetryDelayInMs: 2 },
});

const before = [
  [429, '0', [4, 1, 1]],
  [429, undefined, [1, 1, 1]],
  [408, undefined, [4, 1, 1]],
  [503, undefined, [4, 4, 4]],
  [500, undefined, [4, 4, 4]],
];
console.log('status  Retry-After  pipeline  storage GET  storage PUT');
for (const [status, after, tries] of before) {
  answer = { status, headers: after === undefined ? {} : { 'retry-after': after } };
  const seen = [
    await count(() => pipeline.sendRequest(client, createPipelineRequest({ url, allowInsecureConnection: true }))),
    await count(() => blob.download()),
    await count(() => blob.upload('x', 1)),
  ];
  const [plain, get, put] = seen.map(String);
  console.log(`${String(status).padStart(6)}  ${(after ?? '-').padEnd(11)}  ${plain.padEnd(8)}  ${get.padEnd(11)}  ${put}`);
  if (String(seen) !== String(tries)) {
    console.error(`changed: ${tries} before`);
    process.exitCode = 1;
  }
}
server.close();
JS
node tries.mjs
echo "holds: @azure/storage-blob 12.33.0 repeats 500 and 503, not 408 and 429"
