/** Something a person can mend by calling differently; one sentence. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly code = 'USAGE';
}
