import { expect, test } from 'vitest';
import { collectGarbage } from '../../src/memory/garbage.ts';
import { countAnew, processUse } from '../../src/runner/process-use.ts';

/** 400 MB that are held no longer. */
function useMuch(): void {
  for (let i = 0; i < 4; i++) Buffer.alloc(1e8, i + 1);
}

test('counts from the start of the process, and anew where it is told to', () => {
  useMuch();
  const whole = processUse();
  expect(whole.wall_s).toBeLessThanOrEqual(process.uptime());
  expect(whole.cpu_user_s).toBeGreaterThan(0);
  collectGarbage();
  countAnew();
  const since = processUse();
  for (const key of ['wall_s', 'cpu_user_s', 'cpu_system_s'] as const) {
    expect(since[key]).toBeGreaterThanOrEqual(0);
    expect(since[key]).toBeLessThan(whole[key]);
  }
  if (process.platform === 'linux') expect(since.peak_rss_bytes).toBeLessThan(whole.peak_rss_bytes);
});
