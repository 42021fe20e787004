/** An error that the user can avoid by calling differently; one sentence. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly code: string = 'USAGE';
}
