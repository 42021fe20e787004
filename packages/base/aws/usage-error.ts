/** An error that the user can fix. Commands print it as one message, without a stack, and end with exit code 1. */
export abstract class UserError extends Error {
  /** Stable; printed with `--json`. */
  abstract readonly code: string;

  /** The message for the command line; subclasses add the place of the mistake. */
  describe(): string {
    return this.message;
  }
}

/** The user can avoid this error by calling the command differently; one sentence. */
export class UsageError extends UserError {
  override readonly name: string = 'UsageError';
  readonly code: string = 'USAGE';
}
