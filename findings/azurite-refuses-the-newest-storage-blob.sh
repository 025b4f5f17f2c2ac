#!/usr/bin/env bash
# The newest Azurite refuses every request of the newest @azure/storage-blob.
#
# Date:      2026-11-28
# Versions:  azurite 3.37.0, @azure/storage-blob 12.34.0 and 12.33.0: on this day the newest of each, and the one before
# Guess:     client and emulator of one maker, each in its newest release, meet; a minor release of the client does not need
#            another server.
# Behaviour: each minor release of the client may send a newer x-ms-version. Azurite has a list of versions it knows, and
#            answers 400 InvalidHeaderValue to any other, whatever the request.
#            Azurite started with --skipApiVersionCheck serves it, and so does the client one release older.
# Seen:
#   @azure/storage-blob 12.34.0, x-ms-version 2026-10-06: 400 InvalidHeaderValue
#   @azure/storage-blob 12.34.0, x-ms-version 2026-10-06, --skipApiVersionCheck: hello
#   @azure/storage-blob 12.33.0, x-ms-version 2026-06-06: hello
#   holds: Azurite 3.37.0 refuses @azure/storage-blob 12.34.0 and serves 12.33.0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" azurite@3.37.0 \
  newest@npm:@azure/storage-blob@12.34.0 before@npm:@azure/storage-blob@12.33.0 > "$work/npm.log"

cd "$work"
cat > meet.mjs <<'JS'
import { spawn } from 'node:child_process';

// Published by Azurite for everybody: no secret.
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const OPTIONS = ['--inMemoryPersistence', '--blobPort', '0', '--silent', '--disableTelemetry'];

async function startAzurite(more) {
  const azurite = spawn(process.execPath, ['node_modules/azurite/dist/src/blob/main.js', ...OPTIONS, ...more]);
  let text = '';
  const url = await new Promise((listening, failed) => {
    azurite.once('exit', () => failed(new Error(`Azurite did not start: ${text}`)));
    azurite.stdout.on('data', (data) => {
      text += data;
      const match = /listens on (\S+)/.exec(text);
      if (match !== null) listening(match[1]);
    });
  });
  return { url, stop: () => azurite.kill() };
}

const cases = [
  ['newest', '12.34.0', [], '2026-10-06', '400 InvalidHeaderValue'],
  ['newest', '12.34.0', ['--skipApiVersionCheck'], '2026-10-06', 'hello'],
  ['before', '12.33.0', [], '2026-06-06', 'hello'],
];
for (const [name, release, more, apiVersion, wanted] of cases) {
  const { ContainerClient, StorageSharedKeyCredential } = await import(name);
  const { url, stop } = await startAzurite(more);
  const container = new ContainerClient(
    `${url}/${ACCOUNT}/container`,
    new StorageSharedKeyCredential(ACCOUNT, KEY),
  );
  let sent;
  let seen;
  try {
    const created = await container.create();
    sent = created._response.request.headers.get('x-ms-version');
    const blob = container.getBlockBlobClient('blob');
    await blob.upload('hello', 5);
    seen = (await blob.downloadToBuffer()).toString();
  } catch (error) {
    sent = error.request?.headers.get('x-ms-version');
    seen = `${error.statusCode} ${error.code}`;
  }
  stop();
  console.log(`@azure/storage-blob ${release}, x-ms-version ${[sent, ...more].join(', ')}: ${seen}`);
  if (seen !== wanted || sent !== apiVersion) {
    console.error(`changed: x-ms-version ${apiVersion}, ${wanted} before`);
    process.exitCode = 1;
  }
}
JS
node meet.mjs
echo "holds: Azurite 3.37.0 refuses @azure/storage-blob 12.34.0 and serves 12.33.0"
