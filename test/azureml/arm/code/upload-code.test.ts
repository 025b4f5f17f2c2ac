import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  ContainerClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCodeFolder } from '../../../../src/azureml/arm/code/code-folder.ts';
import { codePath } from '../../../../src/azureml/request-bodies/code-body.ts';
import { openStore } from '../../../../src/storage/open.ts';
import { type ArmServer, armServerHere } from '../../../support/azure/arm-server.ts';
import { type Azurite, startAzurite } from '../../../support/azure/azurite.ts';
import { commandHere } from '../../../support/in-process.ts';

const VARIANTS = path.join(import.meta.dirname, '../../variants');
const CODE = path.join(VARIANTS, 'code');
const PIPELINE = path.join(VARIANTS, 'inline-command-code.yml');

/** The account that Azurite comes with, as its documentation has it. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

let arm: ArmServer;
let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.close());
beforeEach(async () => {
  arm = await armServerHere();
});

/** A container, and its URL with a SAS that lets one write into it. */
async function place(containerName: string): Promise<{ blobUri: string; sasUri: string }> {
  const credential = new StorageSharedKeyCredential('devstoreaccount1', KEY);
  const container = new ContainerClient(`${azurite.url}/${containerName}`, credential);
  await container.create();
  const sas = generateBlobSASQueryParameters(
    {
      containerName,
      permissions: ContainerSASPermissions.parse('racwl'),
      expiresOn: new Date(Date.now() + 3.6e6),
      protocol: SASProtocol.HttpsAndHttp,
    },
    credential,
  );
  return { blobUri: container.url, sasUri: `${container.url}?${sas}` };
}

describe('the code of a job', () => {
  it('is uploaded once, by the place that the workspace gives for it, and named by its hash', async () => {
    const { hash, files } = await readCodeFolder(CODE);
    const { blobUri, sasUri } = await place('code');
    const asset = codePath(hash);
    arm.resources.set(`${asset}/startPendingUpload`, {
      blobReferenceForConsumption: { blobUri, credential: { credentialType: 'SAS', sasUri } },
    });
    const submit = (name: string) => commandHere(['azure', 'submit', PIPELINE, '--name', name], arm.env);
    expect(await submit('a')).toMatchObject({ code: 0, stdout: 'a\n', stderr: '' });
    expect(arm.resources.get(asset)).toMatchObject({
      properties: {
        codeUri: `${blobUri}/code`,
        isAnonymous: true,
        properties: { hash_sha256: hash, hash_version: '202208' },
      },
    });
    const store = await openStore(sasUri);
    for (const { name } of files)
      expect(Buffer.from((await store.read(`code/${name}`))!)).toEqual(readFileSync(path.join(CODE, name)));
    expect(await store.stat('code/notes.txt')).toBeUndefined();
    const specs = [...arm.resources].flatMap(([name, { properties }]) =>
      name.startsWith('/components/')
        ? [(properties as { componentSpec: { code?: string } }).componentSpec]
        : [],
    );
    expect(specs.map(({ code }) => code).filter((code) => code !== undefined)).toEqual(
      [1, 2].map(() => `azureml:${arm.workspace}${asset}`),
    );

    arm.seen.length = 0;
    expect(await submit('b')).toMatchObject({ code: 0 });
    expect(arm.seen.filter(({ path: to }) => to.startsWith('/codes/')).map(({ method }) => method)).toEqual([
      'GET',
    ]);
  });

  it('cannot be sent where the workspace gives no place for it', async () => {
    const { hash } = await readCodeFolder(CODE);
    arm.resources.set(`${codePath(hash)}/startPendingUpload`, {});
    const { code, stderr } = await commandHere(['azure', 'submit', PIPELINE, '--name', 'a'], arm.env);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'swinprep: NoPlaceForCode: ws gave no place to upload code to\n',
    });
    expect([...arm.resources.keys()].filter((name) => name.startsWith('/jobs/'))).toEqual([]);
  });
});
