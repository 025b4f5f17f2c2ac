import { expect, test, vi } from 'vitest';
import { Nearness } from '../../../src/storage/folder/nearness.ts';

/** Does as many at once as it is told to, each taking so many milliseconds; gives how many. */
function untilFar(nearness: Nearness, ms: number, most: number): number {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  let done = 0;
  while (done < most && !nearness.isFar()) {
    nearness.atOnce(() => {
      now += ms;
    });
    done++;
  }
  vi.restoreAllMocks();
  return done;
}

test('files that are as near as memory are reached at once, however many', () => {
  expect(untilFar(new Nearness(), 0.02, 5000)).toBe(5000);
});

test('files that have to be waited for are reached side by side after a few, and it is tried again', () => {
  const nearness = new Nearness();
  expect(untilFar(nearness, 2, 5000)).toBe(16);
  let far = 1;
  while (nearness.isFar()) far++;
  expect(far).toBe(512);
  expect(untilFar(nearness, 0.02, 100)).toBe(100);
});

test('what fails at once is thrown, and counts', () => {
  const nearness = new Nearness();
  const fail = () =>
    nearness.atOnce(() => {
      throw new Error('gone');
    });
  expect(fail).toThrow('gone');
  expect(nearness.isFar()).toBe(false);
});
