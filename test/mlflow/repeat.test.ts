import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayBeDone, repeatWithin, waitBefore } from '../../src/mlflow/repeat.ts';

const request = createPipelineRequest({ url: 'https://server' });

const answered = (status: number, headers: Record<string, string> = {}, retryCount = 0) => ({
  retryCount,
  response: { request, status, headers: createHttpHeaders(headers) },
});
const broken = (code: string, retryCount = 0) => ({
  retryCount,
  responseError: new RestError('x', { code }),
});

describe('how long to wait before a request is sent again', () => {
  test.each([
    ['429', answered(429), 250, 250],
    ['429 with seconds', answered(429, { 'retry-after': '7' }), 7000, 7000],
    ['503 with a date that is gone', answered(503, { 'retry-after': new Date(0).toUTCString() }), 0, 0],
    ['429 with something else', answered(429, { 'retry-after': 'soon' }), 250, 250],
    ['500', answered(500), 250, undefined],
    ['502', answered(502), 250, undefined],
    ['504', answered(504), 250, undefined],
    ['408', answered(408), 250, undefined],
    ['501', answered(501), undefined, undefined],
    ['400', answered(400), undefined, undefined],
    ['401', answered(401), undefined, undefined],
    ['404', answered(404), undefined, undefined],
    ['302', answered(302), undefined, undefined],
    ['nobody who listens', broken('ECONNREFUSED'), 250, 250],
    ['no such host', broken('ENOTFOUND'), 250, 250],
    ['a broken connection', broken('ECONNRESET'), 250, undefined],
    ['an answer that breaks off', broken(RestError.PARSE_ERROR), 250, undefined],
    ['a certificate', broken('DEPTH_ZERO_SELF_SIGNED_CERT'), undefined, undefined],
  ])('%s', (_, outcome, usual, onlyUnheard) => {
    expect(waitBefore(outcome, false)).toBe(usual);
    expect(waitBefore(outcome, true)).toBe(onlyUnheard);
  });

  test('twice as long each time', () => {
    expect([0, 1, 2, 3].map((count) => waitBefore(answered(500, {}, count), false))).toEqual([
      ...[250, 500, 1000, 2000],
    ]);
  });

  test('what is repeated though it must not be done twice is what nobody may have done', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), (status) => {
        if (waitBefore(answered(status), true) !== undefined)
          expect(mayBeDone(status, undefined)).toBe(false);
      }),
    );
    for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'X'])
      if (waitBefore(broken(code), true) !== undefined) expect(mayBeDone(undefined, code)).toBe(false);
  });

  test('never longer than is left', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(20), (left, seconds) => {
        const budget = { signal: new AbortController().signal, left: () => left };
        const outcome = answered(429, { 'retry-after': String(seconds) });
        const { retryAfterInMs = 0 } = repeatWithin(budget, false).retry(outcome);
        expect(retryAfterInMs).toBeLessThanOrEqual(left);
        expect(retryAfterInMs).toBe(1000 * seconds < left ? 1000 * seconds : 0);
      }),
    );
  });
});
