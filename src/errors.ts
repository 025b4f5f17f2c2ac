/** Something the user can mend: an option, a configuration key, a pipeline file. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A place that could not be read or written. `uri` never carries a query string, so no SAS token is shown. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly uri: string;
  /** The message without the place. */
  readonly reason: string;

  constructor(uri: string, reason: string, options?: ErrorOptions) {
    super(`${uri}: ${reason}`, options);
    this.uri = uri;
    this.reason = reason;
  }
}

/** An archive whose content cannot be used, however often it is read: the fault lies in the data, not in the place. */
export class ArchiveError extends StorageError {}

/** Another program that was called is not there, failed, or gave what it should not: the fault lies with the machine. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/** Some patients could not be finished for want of a place to read or write, or of a program; what is done is kept. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError';
}

/** Azure Resource Manager, or the run history of Azure ML, refused a request or could not be reached. */
export class ArmError extends Error {
  override readonly name = 'ArmError';
  /** Code of the service, such as `AuthorizationFailed`. */
  readonly code: string;
  readonly status: number | undefined;
  readonly target: string | undefined;

  constructor(
    code: string,
    message: string,
    options?: ErrorOptions & { status?: number | undefined; target?: string | undefined },
  ) {
    super(`${code}: ${message}${options?.target ? ` (target: ${options.target})` : ''}`, options);
    this.code = code;
    this.status = options?.status;
    this.target = options?.target;
  }
}

/**
 * This patient's data cannot be used, for a stated reason. Thrown at any depth, caught once per patient and recorded:
 * the patient becomes `excluded` and the others go on.
 */
export class CaseExclusion extends Error {
  override readonly name = 'CaseExclusion';
  /** Stable kebab-case code, such as `no-ct-series`. */
  readonly code: string;
  /** The file at fault, relative to the patient's folder, where one file is to blame. */
  readonly file: string | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { file?: string | undefined }) {
    super(options?.file === undefined ? message : `${options.file}: ${message}`, options);
    this.code = code;
    this.file = options?.file;
  }
}

/** An MLflow server that was not reached, refused a request, or answered what it should not. Shows no credential. */
export class TrackingError extends Error {
  override readonly name = 'TrackingError';
  /** Whether the server may have done what it was asked for all the same. */
  readonly isUnclear: boolean;
  /** Whether the server has looked at the request and wants nothing of it: others may fare better. */
  readonly isRefusal: boolean;
  /** `error_code` of the server, such as `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string | undefined;

  constructor(
    message: string,
    {
      isUnclear = false,
      isRefusal = false,
      code,
    }: { isUnclear?: boolean; isRefusal?: boolean; code?: string | undefined } = {},
  ) {
    super(message);
    this.isUnclear = isUnclear;
    this.isRefusal = isRefusal;
    this.code = code;
  }
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
