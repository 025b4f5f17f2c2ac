import { UsageError } from '../errors.ts';

/** Which of several processes this is, each on a node of its own: `rank` from 0, of `ranks`. */
export interface Shard {
  readonly rank: number;
  readonly ranks: number;
}

/** Variables that tell rank and number of ranks, the first that is set counts: torch.distributed's, then Open MPI's. */
const VARIABLES = [
  ['RANK', 'WORLD_SIZE'],
  ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'],
  ['AZUREML_CR_NODE_RANK', 'AZUREML_NODE_COUNT'],
] as const;

/** One process alone. */
export const EVERYTHING: Shard = { rank: 0, ranks: 1 };

function checked(what: string, rank: string, ranks: string): Shard {
  const shard = { rank: Number(rank), ranks: Number(ranks) };
  if (!/^\d+$/.test(rank) || !/^\d+$/.test(ranks) || shard.rank >= shard.ranks) {
    throw new UsageError(
      `${what}: is not a rank and the number of ranks; give --shard i/n with i from 0 to n - 1, such as 0/4`,
    );
  }
  return shard;
}

/**
 * The shard that `--shard i/n` names, else the environment that Azure ML's distributions `pytorch` and `mpi` set, else
 * everything. Throws a UsageError where it makes no sense, or the environment tells a rank and not of how many.
 */
export function shardOf(option: string | undefined, env: NodeJS.ProcessEnv = process.env): Shard {
  if (option !== undefined) {
    const [rank, ranks = '', ...rest] = option.split('/');
    return checked(`--shard ${option}`, rest.length > 0 ? '' : rank, ranks);
  }
  for (const [rankName, ranksName] of VARIABLES) {
    const [rank, ranks] = [env[rankName], env[ranksName]];
    if (rank === undefined) continue;
    if (ranks !== undefined) return checked(`${rankName}=${rank} ${ranksName}=${ranks}`, rank, ranks);
    // A job on one node has a rank as well; only a second one has to know of how many.
    if (rank !== '0') {
      throw new UsageError(
        `${rankName}=${rank} tells a rank and ${ranksName} is not set; give --shard i/n, or unset ${rankName}`,
      );
    }
  }
  return EVERYTHING;
}
