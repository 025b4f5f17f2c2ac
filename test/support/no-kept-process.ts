/** Stands in for the process that a run keeps, where its steps are done in the process of the test. */
export class KeptProcess {
  async ready(): Promise<void> {}

  async end(): Promise<void> {}
}
