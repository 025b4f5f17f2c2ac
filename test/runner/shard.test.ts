import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { shardOf } from '../../src/runner/shard.ts';

test.each([
  ['--shard, whatever the environment says', '2/5', { RANK: '0', WORLD_SIZE: '3' }, [2, 5]],
  ['what Azure ML sets for pytorch', undefined, { RANK: '1', WORLD_SIZE: '3', NODE_RANK: '1' }, [1, 3]],
  ['what Open MPI sets', undefined, { OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '4' }, [3, 4]],
  ['the node of Azure ML', undefined, { AZUREML_CR_NODE_RANK: '1', AZUREML_NODE_COUNT: '2' }, [1, 2]],
  [
    'pytorch before the node',
    undefined,
    { RANK: '5', WORLD_SIZE: '8', AZUREML_CR_NODE_RANK: '1', AZUREML_NODE_COUNT: '2' },
    [5, 8],
  ],
  ['a node of its own', undefined, { AZUREML_CR_NODE_RANK: '0' }, [0, 1]],
  ['nothing', undefined, {}, [0, 1]],
])('the rank is told by %s', (_, option, env, [rank, ranks]) => {
  expect(shardOf(option, env)).toEqual({ rank, ranks });
});

describe('what makes no sense says what to give', () => {
  test.each(['3/3', '1', '1/2/3', '-1/2', 'a/b', '0/0', '', '1.5/2', ' 1/2'])('--shard %j', (option) => {
    expect(() => shardOf(option, {})).toThrow(UsageError);
    expect(() => shardOf(option, {})).toThrow(/^--shard .*give --shard i\/n with i from 0 to n - 1/);
  });

  test('RANK of how many nobody tells', () => {
    expect(() => shardOf(undefined, { RANK: '1' })).toThrow('RANK=1 tells a rank and WORLD_SIZE is not set');
  });

  test('RANK beyond WORLD_SIZE', () => {
    expect(() => shardOf(undefined, { RANK: '4', WORLD_SIZE: '4' })).toThrow('RANK=4 WORLD_SIZE=4: is not');
  });
});
