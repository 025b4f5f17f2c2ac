import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** DER (ITU-T X.690): a tag, the length, the content. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...content: Uint8Array[]): Buffer => der(0x30, ...content);
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (at: Date): Buffer =>
  der(0x18, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`));
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), der(0x04, value));

/** A certificate for 127.0.0.1 that signs itself, good for a day (RFC 5280), as PEM. */
function loopbackCertificate(): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const commonName = sequence(oid('550403'), der(0x0c, Buffer.from('127.0.0.1')));
  const name = sequence(der(0x31, commonName));
  const hour = 3_600_000;
  const subjectAltName = sequence(der(0x87, Buffer.from([127, 0, 0, 1])));
  const isAuthority = sequence(der(0x01, Buffer.from([0xff])));
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(Date.now() - hour)), time(new Date(Date.now() + 24 * hour))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension('551d11', subjectAltName), extension('551d13', isAuthority))),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const lines = sequence(content, ecdsaWithSha256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

/**
 * Makes the certificate of all servers of a run of tests. Node reads whom else to trust when it starts: this has to come
 * before the processes that do.
 */
export function writeCertificate(folder: string): void {
  const { key, cert } = loopbackCertificate();
  writeFileSync(join(folder, 'key.pem'), key);
  process.env.NODE_EXTRA_CA_CERTS = join(folder, 'cert.pem');
  writeFileSync(process.env.NODE_EXTRA_CA_CERTS, cert);
}

/** The certificate of this run, where it lies, and its key. */
export function certificate(): { readonly key: string; readonly cert: string; readonly file: string } {
  const file = process.env.NODE_EXTRA_CA_CERTS!;
  return {
    key: readFileSync(join(dirname(file), 'key.pem'), 'utf8'),
    cert: readFileSync(file, 'utf8'),
    file,
  };
}
