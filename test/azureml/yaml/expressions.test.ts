// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are expressions of Azure ML
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotingProblem } from '../../../src/azureml/yaml/data-type.ts';
import {
  parseBinding,
  parseCommand,
  parseOutputBinding,
  referencesOf,
  renderCommand,
} from '../../../src/azureml/yaml/expressions.ts';

function render(
  command: string,
  inputs: Record<string, string>,
  outputs: Record<string, string> = {},
): string {
  return renderCommand(parseCommand(command), {
    inputs: new Map(Object.entries(inputs)),
    outputs: new Map(Object.entries(outputs)),
  });
}

describe('parseBinding', () => {
  it('reads the inputs of the pipeline and the outputs of its jobs', () => {
    expect(parseBinding('${{parent.inputs.raw}}')).toEqual({ kind: 'pipeline-input', input: 'raw' });
    expect(parseBinding('${{parent.jobs.convert.outputs.cases}}')).toEqual({
      kind: 'job-output',
      job: 'convert',
      output: 'cases',
    });
  });

  it('takes a text without an expression for a literal', () => {
    expect(parseBinding('https://host/raw?a={{b}}')).toBeUndefined();
  });

  it.each([
    '${{inputs.raw}}',
    '${{ parent.inputs.raw }}',
    '${{parent.inputs.raw}}/lung1',
    '${{parent.jobs.convert.cases}}',
    '${{parent.outputs.cases}}',
  ])('refuses %s', (text) => {
    expect(() => parseBinding(text)).toThrow('is not a binding');
  });
});

describe('parseOutputBinding', () => {
  it('reads the name of an output of the pipeline', () => {
    expect(parseOutputBinding('${{parent.outputs.manifest}}')).toBe('manifest');
    expect(() => parseOutputBinding('./here')).toThrow(
      '`./here` is not a binding: write ${{parent.outputs.NAME}}',
    );
  });
});

describe('commands', () => {
  it('puts inputs and outputs in their places', () => {
    const command = "tool --in '${{inputs.a}}' --n ${{inputs.n}} --out '${{outputs.a}}'";
    expect(render(command, { a: 'x y', n: '3' }, { a: '/out' })).toBe("tool --in 'x y' --n 3 --out '/out'");
  });

  it('drops $[[ ]] when an input inside it has no value, and only then', () => {
    const command = 'tool$[[ --a ${{inputs.a}}]]$[[ --b ${{inputs.b}} ${{inputs.c}}]] end';
    expect(render(command, {})).toBe('tool end');
    expect(render(command, { a: '1', b: '2' })).toBe('tool --a 1 end');
    expect(render(command, { b: '2', c: '3' })).toBe('tool --b 2 3 end');
  });

  it("leaves bash's own [[ ]] and ${ } alone", () => {
    const command = '[[ -f x ]] && echo ${HOME} $((1 + 2))';
    expect(render(command, {})).toBe(command);
  });

  it('does not read expressions in values', () => {
    expect(render("a '${{inputs.x}}'", { x: '${{inputs.y}} $[[ ]]' })).toBe("a '${{inputs.y}} $[[ ]]'");
  });

  it('knows between which quotes references stand and which are optional', () => {
    const command = `'\${{inputs.a}}' "'\${{inputs.b}}'" \\'\${{inputs.c}} $[[--d '\${{inputs.d}}']]`;
    const found = referencesOf(parseCommand(command));
    expect(found.map(({ reference, optional }) => [reference.name, reference.quotes, optional])).toEqual([
      ['a', "'", false],
      ['b', '"', false],
      ['c', '', false],
      ['d', "'", true],
    ]);
  });

  it.each([
    ['x ${{parent.inputs.a}}', 'is neither'],
    ['x ${{ inputs.a }}', 'is neither'],
    ['x $[[--a $[[b]]', 'inside another'],
    ['x $[[--a b', 'has no closing'],
    ["x $[[--a 'b]] c'", 'must close inside'],
  ])('refuses %s', (command, message) => {
    expect(() => parseCommand(command)).toThrow(message);
  });

  it('leaves any text without markers as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/\$\{\{|\$\[\[/.test(text));
        expect(render(text, {})).toBe(text);
      }),
    );
  });

  it('hands a program exactly the values that were set', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => quotingProblem(text) === undefined);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const names = values.map((_, index) => `v${index}`);
        const command = `printf '%s\\0' ${names.map((name) => `'\${{inputs.${name}}}'`).join(' ')}`;
        const rendered = render(
          command,
          Object.fromEntries(names.map((name, index) => [name, values[index]])),
        );
        const printed = execFileSync('bash', ['-c', rendered], { encoding: 'utf8' });
        expect(printed.split('\0').slice(0, -1)).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });
});
