import { expect, test } from 'vitest';
import { draggedWindow, presetsWith, windowText } from '../../../src/pages/viewer/windows.ts';

test('presets are those of workstations, by centre and width, and that of the run', () => {
  const shown = presetsWith([-900, 100]).map(({ name, window }) => [name, windowText(window)]);
  expect(shown).toEqual([
    ['Lung', '-600 / 1500'],
    ['Soft tissue', '40 / 400'],
    ['Bone', '400 / 1800'],
    ['As trained', '-400 / 1000'],
  ]);
});

test('a drag to the right widens, a drag down brightens, and no window is empty', () => {
  expect(draggedWindow([-160, 240], 40, 0)).toEqual([-180, 260]);
  expect(draggedWindow([-160, 240], 0, 40)).toEqual([-200, 200]);
  const [low, high] = draggedWindow([-160, 240], -4000, 0);
  expect(high - low).toBe(1);
});
