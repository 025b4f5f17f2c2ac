import { serveCalls } from './azureml/local/served-calls.ts';
import { prepareProcess } from './prepare-process.ts';
import { keepWorkers } from './runner/kept-workers.ts';
import { countAnew } from './runner/process-use.ts';

// A process that does the `swinprep` commands of a pipeline's jobs one after the other, with the code that it has loaded
// for the first. `KeptProcess` starts it, with the folder of its pipes.

const environment = { ...process.env };
prepareProcess();
keepWorkers();
// Not waited for: the first caller starts meanwhile.
const program = import('./terminal/program.ts');
let first = true;
serveCalls({
  folder: process.argv[2],
  environment,
  run: async (args) => {
    const { main } = await program;
    // What this process took to start is the first one's.
    if (!first) countAnew();
    first = false;
    return main(args);
  },
  exit: (code) => process.exit(code),
});
