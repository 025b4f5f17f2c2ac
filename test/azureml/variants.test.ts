import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ArmRequest } from '../../src/azureml/request-bodies/asset-body.ts';
import { lintFiles } from '../../src/azureml/yaml/lint.ts';
import { comparableSet, requestsFor } from '../support/azure/arm-bodies.ts';
import { armSchemaErrors, haveArmSchemas } from '../support/azure/arm-schema.ts';
import { readJson } from '../support/cli.ts';

/** What azure-ai-ml has to say of a file, and what it sends. */
interface Verdict {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly requests: readonly ArmRequest[];
}

const VARIANTS = path.join(import.meta.dirname, 'variants');
const recorded = readJson<Record<string, Verdict>>(import.meta.dirname, '../goldens/azure-variants.json');
const names = Object.keys(recorded);

/** Where azure-ai-ml takes a file that `azure lint` refuses: what is refused, and why. */
const STRICTER: Readonly<Record<string, { readonly problem: RegExp; readonly because: string }>> = {
  'automl-data-written-out.yml': {
    problem: /training_data: bind it to an input/,
    because: 'azure-ai-ml sends the data as the text of a Python dict, which is no place',
  },
  'misspelt-key.yml': {
    problem: /jobs\.made: unknown key `retries`/,
    because: 'azure-ai-ml warns, and sends on what Azure ML does not know',
  },
  'misspelt-input.yml': {
    problem: /input cuont: .* has no such input/,
    because: 'azure-ai-ml drops it without a word, and the default is taken',
  },
  'parallel-code-of-git.yml': {
    problem: /jobs\.each\.task\.code: none is taken from a Git repository/,
    because:
      'azure-ai-ml sends the repository as the place of a code asset, and refuses it of every other job',
  },
  'parallel-without-task.yml': {
    problem: /jobs\.each\.task: is missing/,
    because: 'there would be nothing to run',
  },
};

describe('azure lint says of a variant what azure-ai-ml says', () => {
  it.each(names)('%s', async (name) => {
    const { errors, warnings } = recorded[name];
    const { problems } = await lintFiles([path.join(VARIANTS, name)]);
    const stricter = STRICTER[name];
    if (stricter !== undefined) {
      expect(errors).toEqual([]);
      expect(problems.join('\n')).toMatch(stricter.problem);
    } else if (errors.length > 0) expect(problems).not.toEqual([]);
    else expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  });
});

/** Tasks of AutoML that are checked as far as their envelope, and left to `az ml job create`. */
const NOT_SENT = ['automl-images.yml'];

/** Where what is sent differs on purpose: what azure-ai-ml sends instead, made of what we send, and why. */
const OTHERWISE: Readonly<
  Record<string, { readonly as: (text: string) => string; readonly because: string }>
> = {
  'descriptions.yml': {
    as: (text) => text.replace('"display_name":"Each","tags":{"cost":"low"},', ''),
    because: 'it forgets the name and the tags of a parallel job that are written in the pipeline',
  },
  'example-automl-regression.yml': {
    as: (text) => text.replace('{"model":{"type":"mlflow_model"}}', '{"model":{"type":"mltable"}}'),
    because: 'it takes every output of AutoML for a table, even the model',
  },
};

const sent = names.filter(
  (name) => recorded[name].errors.length === 0 && !(name in STRICTER) && !NOT_SENT.includes(name),
);

describe('of a variant is sent what azure-ai-ml sends', () => {
  it.each(sent)('%s', async (name) => {
    const requests = await requestsFor('pipeline', path.join(VARIANTS, name));
    const text = JSON.stringify(requests);
    const ours = OTHERWISE[name]?.as(text) ?? text;
    expect(ours === text).toBe(OTHERWISE[name] === undefined);
    expect(comparableSet(JSON.parse(ours))).toEqual(comparableSet(recorded[name].requests));
  });

  it('but for what is left to others', async () => {
    for (const name of NOT_SENT) {
      const sending = requestsFor('pipeline', path.join(VARIANTS, name));
      await expect(sending).rejects.toThrow('submit it with az ml job create');
    }
  });
});

describe.skipIf(!haveArmSchemas)(
  'what is sent of a variant validates against the schema of its resource',
  () => {
    const check = haveArmSchemas ? armSchemaErrors() : () => [];

    /** azure-ai-ml sends the version of a registered output to a preview; the stable contract does not name it. */
    const BEYOND = 'issue-registered-output.yml';

    it.each(sent.filter((name) => name !== BEYOND))('%s', async (name) => {
      for (const request of await requestsFor('pipeline', path.join(VARIANTS, name)))
        expect(check(request)).toEqual([]);
    });

    it('but for the version of a registered output', async () => {
      const request = (await requestsFor('pipeline', path.join(VARIANTS, BEYOND))).at(-1)!;
      expect(check(request)).not.toEqual([]);
      const without = JSON.parse(JSON.stringify(request).replace(',"assetVersion":"3"', '')) as ArmRequest;
      expect(check(without)).toEqual([]);
    });
  },
);
