import { describe, expect, test } from 'vitest';
import { chooseRois, type NamedRoi } from '../../../src/dicom/mask/roi-choice.ts';

/** The defaults that mask.roiNames and mask.unionNames should have. */
const roiNames = ['^gtv[-_ .]*0*1$', '^gtv$', '^gtv[-_ .]*p(rimary)?[-_ .]*0*1?$'];
const unionNames = ['^gtv[-_ .]*[pn]?[-_ .]*[0-9]*$'];

function named(...names: (string | readonly string[])[]): NamedRoi[] {
  return names.map((name, i) => ({ number: i + 1, names: [name].flat() }));
}

const chosen = (rois: readonly NamedRoi[]) =>
  chooseRois(rois, { roiNames })?.rois.map(({ names }) => names[0]);

describe('one ROI', () => {
  test.each(['GTV-1', 'gtv-1', 'GTV1', 'gtv 1', 'GTV_1', 'GTV-01', ' gtv1 ', 'GTV - 1', 'Gtv.1'])(
    '%j is the first GTV',
    (name) => {
      expect(chosen(named('Lung-Left', 'gtv-2', name, 'GTV'))).toEqual([name]);
    },
  );

  test.each(['gtv-2', 'GTV-11', 'gtv-pre-op', 'PTV-1', 'Lung', 'GTVn', 'CTV1', 'GTV-1 old', '1,SUV_primair'])(
    '%j is not',
    (name) => {
      expect(chosen(named('Lung-Left', name))).toBeUndefined();
    },
  );

  test('a plain GTV, or GTVp, is taken only where no first GTV is', () => {
    expect(chosen(named('GTVp', 'GTV', 'gtv1'))).toEqual(['gtv1']);
    expect(chosen(named('GTVp', 'GTV', 'gtv2'))).toEqual(['GTV']);
    expect(chosen(named('GTVn', 'GTVp', 'Heart'))).toEqual(['GTVp']);
  });

  test('description and label name it as well', () => {
    const rois = named(['Lung'], ['GTV-1', 'Neoplasm, Primary'], ['tumour', 'gtv']);
    expect(chooseRois(rois, { roiNames })?.rois).toEqual([rois[1]]);
    expect(chooseRois(rois, { roiNames: ['^neoplasm, primary$'] })?.rois).toEqual([rois[1]]);
  });

  test('of several matches the lowest number wins, whatever their order, and the others are counted', () => {
    const rois = named('Heart', 'GTV-1', 'gtv1');
    for (const order of [rois, [...rois].reverse()])
      expect(chooseRois(order, { roiNames })).toEqual({ rois: [rois[1]], alternatives: 1, pattern: 0 });
  });

  test('an ROI with nothing to draw gives way to one that has, and is chosen where none has', () => {
    const [empty, drawn] = named('GTV-1', 'gtv1');
    const nothing = { ...empty, drawable: false };
    expect(chooseRois([nothing, drawn], { roiNames })?.rois).toEqual([drawn]);
    expect(chooseRois([nothing, ...named('Heart')], { roiNames })?.rois).toEqual([nothing]);
  });
});

describe('several ROIs', () => {
  const union = (rois: readonly NamedRoi[]) =>
    chooseRois(rois, { roiNames, policy: 'union', unionNames })?.rois.map(({ names }) => names[0]);

  test('all that match make the union, in the order of their numbers', () => {
    const rois = named('GTV-1', 'Lung', 'gtv-2', 'GTVn1', 'gtv-pre-op');
    expect(union([...rois].reverse())).toEqual(['GTV-1', 'gtv-2', 'GTVn1']);
  });

  test('without such ROIs none is chosen', () => {
    expect(union(named('Lung', 'Heart'))).toBeUndefined();
  });

  test('what has nothing to draw is left out', () => {
    const [first, second] = named('GTV-1', 'GTV-2');
    expect(union([{ ...first, drawable: false }, second])).toEqual(['GTV-2']);
  });
});
