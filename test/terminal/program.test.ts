import { describe, expect, test } from 'vitest';
import { loadComponent } from '../../src/azureml/yaml/component.ts';
import { COMPONENT_OPTIONS } from '../../src/terminal/options/options.ts';
import { cli } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';

interface CliOption {
  type?: string;
  demandOption?: boolean;
  default?: unknown;
  choices?: readonly string[];
}

const optionOf = (port: string): string => port.replaceAll('_', '-');

describe.each(Object.entries(COMPONENT_OPTIONS))('%s', (verb, options) => {
  const component = loadComponent(
    new URL(`../../components/${verb}/component.yml`, import.meta.url).pathname,
  );

  test('its options are the inputs and outputs of its component.yml', async () => {
    const { inputs, outputs } = await component;
    const ports = [...Object.keys(inputs), ...Object.keys(outputs)].map(optionOf);
    expect(Object.keys(options).sort()).toEqual(ports.sort());
  });

  test('with the same defaults, choices and requirements', async () => {
    const { inputs } = await component;
    for (const [name, input] of Object.entries(inputs)) {
      const option = (options as Record<string, CliOption>)[optionOf(name)];
      expect([name, option.default]).toEqual([name, input.default]);
      expect([name, option.choices]).toEqual([name, input.enum]);
      expect([name, option.demandOption ?? false]).toEqual([
        name,
        input.optional !== true && input.default === undefined,
      ]);
      expect([name, option.type === 'number']).toEqual([name, input.type === 'integer']);
    }
  });
});

test('--help lists every command and the exit codes', async () => {
  const { stdout } = await cli(['--help']);
  for (const command of [
    'preprocess',
    'inspect',
    'run',
    'map-back',
    'demo',
    'phantom',
    ...Object.keys(COMPONENT_OPTIONS),
  ])
    expect(stdout).toContain(`swinprep ${command}`);
  expect(stdout).toContain('Exit codes: 0');
});

test.each([
  [['preprocess', '--raw', 'x'], 'Missing required arguments: clinical, out'],
  [['convrt'], 'Did you mean convert?'],
  [['phantom', '--patients', 'many', '--out', 'x'], '--patients: must be a whole number'],
  [
    ['convert', '--raw', 'no-such-folder', '--interim', 'i', '--cases', 'c'],
    'no-such-folder: holds no patient',
  ],
  [
    ['convert', '--raw', 'raw', '--interim', './raw/interim', '--cases', 'c'],
    '--interim ./raw/interim lies in --raw raw; give a place outside it',
  ],
  [['convert', '--raw', 'raw/', '--interim', 'raw', '--cases', 'c'], 'lies in --raw'],
  [
    ['split', '--cases', 'no-such-folder', '--clinical', 'c.csv', '--split', 's'],
    'no-such-folder: holds no cases.json; give the folder that convert wrote',
  ],
  [['run', 'pipelines/preprocess.yml', '--artifacts', 'a'], 'raw has not been set: --set raw=URI'],
  [['run', 'pipelines/preprocess.yml', '--artifacts', 'a', '--set', 'rwa=x'], 'rwa'],
])('%j fails with what to do', async (args, expected) => {
  const { stderr } = await inProcess.command(args, 1);
  expect(stderr).toContain(expected);
  expect(stderr).not.toMatch(/\n\s+at /);
});

describe('an option that is given twice', () => {
  test.each([
    ['export', 'dicom-seg', '--interim', 'i', '--raw', 'r', '--out', 'a', '--out', 'b'],
    [
      'export',
      'rtstruct',
      '--interim',
      'i',
      '--raw',
      'r',
      '--out',
      'a',
      '--holes',
      'keyhole',
      '--holes',
      'separate',
    ],
    ['map-back', '--transforms', 't', '--roi', 'r', '--out', 'o', '--compare', 'c', '--compare', 'd'],
    ['convert', '--raw', 'a', '--raw', 'b', '--interim', 'i', '--cases', 'c'],
  ])('of %s %s is refused by its name, without a stack', async (...args) => {
    const { stderr } = await inProcess.command(args, 1);
    expect(stderr).toMatch(/^swinprep: --(out|holes|compare|raw): is given 2 times; give it once\n$/);
  });
});
