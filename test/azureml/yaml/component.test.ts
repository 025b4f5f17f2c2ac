// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadComponent } from '../../../src/azureml/yaml/component.ts';
import { UsageError } from '../../../src/errors.ts';

let file: string;

beforeEach(async () => {
  file = path.join(await mkdtemp(path.join(tmpdir(), 'swinprep-test-')), 'component.yml');
});
afterEach(() => rm(path.dirname(file), { recursive: true }));

async function load(ports: string, command: string) {
  await writeFile(
    file,
    `name: c\nversion: 1\ntype: command\nenvironment: azureml:e:1\n${ports}\ncommand: ${command}\n`,
  );
  return loadComponent(file);
}

describe('loadComponent', () => {
  it('reads inputs, outputs and the command', async () => {
    const component = await load(
      `inputs:
  a: {type: uri_folder, mode: download}
  n: {type: integer, default: 0, min: 0, optional: true, description: How many.}
outputs:
  b: {type: uri_folder, mode: upload}`,
      `tool '\${{inputs.a}}' $[[\${{inputs.n}}]] '\${{outputs.b}}'`,
    );
    expect(component).toMatchObject({
      name: 'c',
      version: '1',
      file,
      outputs: { b: { type: 'uri_folder' } },
    });
    expect(component.inputs.n).toEqual({
      type: 'integer',
      default: 0,
      min: 0,
      optional: true,
      description: 'How many.',
    });
  });

  it.each([
    ['an unknown key', 'inputs: {a: {type: string, defualt: x}}', 'x', 'inputs.a: unknown key `defualt`'],
    ['an unknown type', 'inputs: {a: {type: table}}', 'x', 'inputs.a.type: Invalid option'],
    ['an input that is not there', '', 'x ${{inputs.a}}', '${{inputs.a}}: there is no such input'],
    ['an inherited name', '', 'x ${{inputs.constructor}}', 'there is no such input'],
    ['an output that is not there', '', "x '${{outputs.a}}'", '${{outputs.a}}: there is no such output'],
    [
      'an optional input outside $[[ ]]',
      'inputs: {a: {type: integer, optional: true}}',
      'x ${{inputs.a}}',
      'an optional input may stand only inside $[[ ]]',
    ],
    [
      'a required input inside $[[ ]]',
      'inputs: {a: {type: integer}}',
      'x $[[${{inputs.a}}]]',
      'only an optional input may stand inside $[[ ]]',
    ],
    ['a continued line', '', '|\n  x \\\n  y', 'no line continuation'],
    ['an enum of integers', 'inputs: {a: {type: integer, enum: ["1"]}}', 'x', 'inputs.a.enum: only a string'],
    ['a minimum of a text', 'inputs: {a: {type: string, min: 1}}', 'x', 'inputs.a.min: only a number'],
    [
      'a default below the minimum',
      'inputs: {a: {type: integer, default: 1, min: 2}}',
      'x',
      'inputs.a.default: 1 is below',
    ],
    [
      'a default outside the enum',
      'inputs: {a: {type: string, default: c, enum: [b]}}',
      'x',
      '`c` is not one of b',
    ],
    [
      'a default of a folder',
      'inputs: {a: {type: uri_folder, default: x}}',
      'x',
      'a uri_folder cannot have one',
    ],
    ['bad syntax', '', 'x $[[', 'command: $[[ has no closing ]]'],
    ['a key given twice', 'inputs: {}\ninputs: {}', 'x', 'not valid YAML: Map keys must be unique at line 6'],
  ])('refuses %s, naming the key and the file', async (_, ports, command, problem) => {
    const error = await load(ports, command).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toContain(problem);
    expect((error as UsageError).message).toContain(`  - ${file}: `);
  });

  it.each([
    ['inputs: {a: {type: string}}', 'x ${{inputs.a}}', ['${{inputs.a}}']],
    ['outputs: {a: {type: uri_file}}', '|\n  x "${{outputs.a}}"', ['${{outputs.a}}']],
    ['inputs: {a: {type: string}}', "x '${{inputs.a}}'", []],
    ['inputs: {a: {type: integer}, b: {type: string, enum: [c]}}', 'x ${{inputs.a}} ${{inputs.b}}', []],
  ])('knows which values may not stand where they do: %s, %s', async (ports, command, unquoted) => {
    expect((await load(ports, command)).unquoted).toEqual(unquoted);
  });

  it('takes a version as it stands, 1.0 for 1.0', async () => {
    await writeFile(file, 'name: c\nversion: 1.0\ntype: command\nenvironment: azureml:e:1\ncommand: x\n');
    expect((await loadComponent(file)).version).toBe('1.0');
  });

  it('lists all that is wrong at once', async () => {
    await expect(load('inputs: {a: {type: integer, default: x}}', 'x ${{inputs.b}} \\')).rejects.toThrow(
      /inputs\.a\.default.*continuation.*inputs\.b/s,
    );
  });

  it('says where a file should be', async () => {
    await expect(loadComponent(file)).rejects.toThrow(`${file}: there is no such file`);
  });
});
