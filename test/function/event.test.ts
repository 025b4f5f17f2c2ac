import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { type GridEvent, parseEvents } from '../../src/function/event.ts';
import { reasonToIgnore } from '../../src/function/event-filter.ts';
import { readSettings } from '../../src/function/settings.ts';
import { recordedDelivery, TOPIC } from '../support/function/recorded-events.ts';

const settings = readSettings({
  SWINPREP_STORAGE_ID: TOPIC,
  SWINPREP_INPUT_raw: 'https://imagingdata.blob.core.windows.net/raw/',
});
const [created] = parseEvents(recordedDelivery('blob-created'));
const ignored = (changes: Partial<GridEvent>): string | undefined =>
  reasonToIgnore({ ...created, ...changes }, settings);

describe('a delivery of Event Grid', () => {
  it('is read alike in the Event Grid schema, with a hierarchical namespace, and as a CloudEvent', () => {
    expect(created).toEqual({
      type: 'Microsoft.Storage.BlobCreated',
      topic: TOPIC,
      subject: '/blobServices/default/containers/raw/blobs/_READY',
      api: 'PutBlockList',
      etag: '0x8D4BCC2E4835CD0',
      validationCode: undefined,
    });
    expect(parseEvents(recordedDelivery('blob-created.hierarchical'))).toEqual([
      { ...created, api: 'FlushWithClose' },
    ]);
    expect(parseEvents(recordedDelivery('blob-created.cloudevent'))).toEqual([
      { ...created, api: 'PutBlob', etag: '0x8D76C39E4407333' },
    ]);
  });

  it('may hold several events', () => {
    const one = recordedDelivery('blob-created') as object[];
    expect(parseEvents([...one, ...one])).toEqual([created, created]);
  });

  it('that holds something else is refused without being quoted', () => {
    for (const body of [
      null,
      'LUNG1-001',
      [{ subject: 'LUNG1-001' }],
      { specversion: '0.1', type: 'LUNG1-001' },
    ]) {
      expect(() => parseEvents(body)).toThrow(UsageError);
      expect(() => parseEvents(body)).not.toThrow(/LUNG1/);
    }
  });
});

describe('an event', () => {
  it.each(['blob-created', 'blob-created.hierarchical', 'blob-created.cloudevent'] as const)(
    'of the marker counts: %s',
    (name) => {
      expect(parseEvents(recordedDelivery(name)).map((event) => reasonToIgnore(event, settings))).toEqual([
        undefined,
      ]);
    },
  );

  it('counts after every operation that leaves a whole blob, and not while it is being filled', () => {
    for (const api of ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose', 'SftpCommit', undefined])
      expect(ignored({ api })).toBeUndefined();
    expect(ignored({ api: 'CreateFile' })).toBe('the marker is not whole after CreateFile');
  });

  it('counts whatever the case in which its topic is spelt', () => {
    expect(ignored({ topic: TOPIC.toUpperCase() })).toBeUndefined();
  });

  it.each<[string, Partial<GridEvent>, string]>([
    [
      'a deletion',
      { type: 'Microsoft.Storage.BlobDeleted' },
      'an event of type Microsoft.Storage.BlobDeleted',
    ],
    ['another account', { topic: `${TOPIC}2` }, 'an event of another storage account'],
    ['no account', { topic: '' }, 'an event of another storage account'],
    ...[
      'raw/blobs/LUNG1-001/1.dcm',
      'roi/blobs/_READY',
      'raw/blobs/LUNG1-001/_READY',
      'raw/blobs/_ready',
    ].map((place): [string, Partial<GridEvent>, string] => [
      place,
      { subject: `/blobServices/default/containers/${place}` },
      'an event of another blob',
    ]),
  ])('does not count if it tells of %s, and the reason names no blob', (_, changes, reason) => {
    expect(ignored(changes)).toBe(reason);
  });
});

describe('the app settings', () => {
  it('place the marker directly below the raw data', () => {
    expect(settings).toMatchObject({
      marker: 'https://imagingdata.blob.core.windows.net/raw/_READY',
      subject: '/blobServices/default/containers/raw/blobs/_READY',
      pipeline: 'pipelines/preprocess.yml',
      inputs: { raw: 'https://imagingdata.blob.core.windows.net/raw/' },
    });
    const below = readSettings({
      SWINPREP_STORAGE_ID: TOPIC,
      SWINPREP_INPUT_raw: 'https://imagingdata.blob.core.windows.net/raw/lung one',
    });
    expect(below).toMatchObject({
      marker: 'https://imagingdata.blob.core.windows.net/raw/lung%20one/_READY',
      subject: '/blobServices/default/containers/raw/blobs/lung one/_READY',
    });
  });

  it('that are missing or wrong are named all at once', () => {
    expect(() => readSettings({ SWINPREP_SETTLE_SECONDS: 'soon' })).toThrow(
      [
        'app settings of the function:',
        '  - SWINPREP_STORAGE_ID: give the resource id of the storage account of the raw data',
        '  - SWINPREP_SETTLE_SECONDS: give a number of seconds',
        '  - SWINPREP_INPUT_raw: is missing; give the https URL of the raw data',
      ].join('\n'),
    );
  });

  it('hold no SAS token, which whoever sees the job would see', () => {
    const env = {
      SWINPREP_STORAGE_ID: TOPIC,
      SWINPREP_INPUT_raw: 'https://imagingdata.blob.core.windows.net/raw?sv=2026-01-01&sig=secret',
    };
    expect(() => readSettings(env)).toThrow('give the URL without a SAS token');
    expect(() => readSettings(env)).not.toThrow(/secret/);
  });
});
