/** An error that the user can fix. Commands print its message without a stack, and end with exit code 1. */
export abstract class UserError extends Error {
  /** A stable code, which is printed with `--json`. */
  abstract readonly code: string;

  /** Returns the message for the command line; subclasses add where the error is. */
  describe(): string {
    return this.message;
  }
}

/** An error that the user can avoid by calling the command differently; the message is one sentence. */
export class UsageError extends UserError {
  override readonly name: string = 'UsageError';
  readonly code: string = 'USAGE';
}
