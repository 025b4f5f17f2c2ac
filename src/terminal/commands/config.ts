import { describeConfig } from '../../config/describe.ts';
import { readConfig } from '../../config/read-config.ts';
import { configuration } from '../options/shared-options.ts';
import { type AddCommand, say } from './command.ts';

/** The configuration. */
export const configCommand: AddCommand = (y) =>
  y.command(
    'config',
    'Print the configuration as YAML, every key explained',
    (keys) => keys.options(configuration),
    async (argv) => say(describeConfig(await readConfig(argv)).trimEnd()),
  );
