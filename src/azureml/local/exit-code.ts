/** Exit code of a step that has finished, but excluded more patients than allowed. Its outputs are complete. */
export const tooManyExcluded = 2;
