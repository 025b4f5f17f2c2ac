/** A request that is none of those that the server answers. The message is for the person at the page. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: 400 | 413 | 415;

  constructor(status: BadRequest['status'], message: string) {
    super(message);
    this.status = status;
  }
}
