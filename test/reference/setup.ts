import { PYTHON_VARIABLE, referencePython } from './python.ts';

/** Before any check: an interpreter with the pinned packages, in the environment of every worker. */
export default function setup(): void {
  process.env[PYTHON_VARIABLE] = referencePython();
}
