/** Words of binding expressions: `${{parent.jobs.j.outputs.o}}`. */
const WORDS = new Set(['parent', 'inputs', 'outputs', 'jobs']);

/** What Azure ML sets on each node of a PyTorch distribution, and for a managed identity. */
const VARIABLES = new Set([
  'RANK',
  'LOCAL_RANK',
  'NODE_RANK',
  'WORLD_SIZE',
  'MASTER_ADDR',
  'MASTER_PORT',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'DEFAULT_IDENTITY_CLIENT_ID',
]);

/** Whether a job, input or output cannot be called so: the word means something else in an expression. */
export function isReservedName(name: string): boolean {
  return WORDS.has(name.toLowerCase());
}

/** Whether Azure ML sets this environment variable itself. */
export function isReservedVariable(name: string): boolean {
  return VARIABLES.has(name) || /^(?:AZUREML_|AZ_BATCH_)/.test(name);
}
