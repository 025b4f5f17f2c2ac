/** What stands for no place where one is wanted: a job of a pipeline has to give every input a value. */
const NOWHERE = 'none';

/** A place that was given, or undefined. */
export function givenPlace(uri: string | undefined): string | undefined {
  return uri === undefined || uri === NOWHERE ? undefined : uri;
}
