/** The secrets of an API key or of an endpoint for webhooks: how many there may be, and when earlier ones end. */

/** Maximum number of secrets. There is a second one only during the overlap of a rotation. */
export const SECRETS_LIMIT = 2;

type EndingSecret = {
  /**
   * The time from which the secret is refused. It is undefined if the secret is valid as long as its API key or
   * endpoint.
   */
  readonly notAfterEpochSeconds?: number;
};

/** Returns the secrets that are still valid after a rotation, each until the end of the overlap at most. */
export function outlasting<Secret extends EndingSecret>(
  secrets: readonly Secret[],
  overlapSeconds: number,
  nowEpochSeconds: number,
): readonly Secret[] {
  return secrets
    .map((secret) => ({
      ...secret,
      notAfterEpochSeconds: Math.min(
        secret.notAfterEpochSeconds ?? Infinity,
        nowEpochSeconds + overlapSeconds,
      ),
    }))
    .filter((secret) => secret.notAfterEpochSeconds > nowEpochSeconds);
}
