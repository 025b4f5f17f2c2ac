/** HU shown as black and as white. */
export type HuWindow = readonly [low: number, high: number];

export interface WindowPreset {
  readonly name: string;
  readonly window: HuWindow;
}

/** Windows by centre and width, as workstations name them. */
function centred(name: string, centre: number, width: number): WindowPreset {
  return { name, window: [centre - width / 2, centre + width / 2] };
}

/** Presets in the order of their keys; the last is that of the run. */
export function presetsWith(ofRun: HuWindow): readonly WindowPreset[] {
  return [
    centred('Lung', -600, 1500),
    centred('Soft tissue', 40, 400),
    centred('Bone', 400, 1800),
    { name: 'As trained', window: ofRun },
  ];
}

/** A window after a drag by pixels: rightwards wider, downwards brighter, as on workstations. The narrowest is of 1 HU. */
export function draggedWindow([low, high]: HuWindow, across: number, down: number): HuWindow {
  const width = high - low;
  // As much of the window a pixel whatever its width: wide ones are set coarsely.
  const step = Math.max(width, 100) / 400;
  const centre = Math.round((low + high) / 2 - down * step);
  const dragged = Math.max(1, Math.round(width + across * step));
  return [centre - dragged / 2, centre + dragged / 2];
}

export function windowText([low, high]: HuWindow): string {
  return `${Math.round((low + high) / 2)} / ${Math.round(high - low)}`;
}
