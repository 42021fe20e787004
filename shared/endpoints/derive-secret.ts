/** The secrets of endpoints. They are derived from the owner's master secret, so no table stores them. */
import { createHmac } from 'node:crypto';
import { DomainError } from '../errors.ts';

/** The values that distinguish a secret from all others of the same master secret. */
type SecretName = {
  readonly source: string;
  readonly endpointId: string;
  readonly secretId: string;
};

/** Separates these secrets from anything else that may be derived from the same master secret. */
const DOMAIN = 'gatewright-webhook-secret';
/**
 * Minimum number of characters. Attack: a customer knows a secret and what it was derived from, and so can test guesses
 * of the master secret on their own machine.
 */
const MASTER_LENGTH = 32;
/** There are two master secrets only while the owner replaces one with another. */
const MASTERS_LIMIT = 2;

/**
 * Derives a secret in the form of Standard Webhooks: `whsec_` and 32 bytes in base64. The names are joined as a JSON
 * list, so that different names never result in the same text.
 */
export function deriveSecret(master: string, { source, endpointId, secretId }: SecretName): string {
  const text = `${DOMAIN}\n${JSON.stringify([source, endpointId, secretId])}`;
  return `whsec_${createHmac('sha256', master).update(text, 'utf8').digest('base64')}`;
}

/**
 * Returns the master secrets, the current one first.
 * @param lines the lines of the stored text, one master secret each
 * @throws DomainError CONFIG_INVALID unless there are one or two master secrets of sufficient length
 */
export function readMasters(lines: readonly string[]): readonly [string, ...string[]] {
  const [first, ...others] = lines;
  const isValid = lines.length <= MASTERS_LIMIT && lines.every((line) => line.length >= MASTER_LENGTH);
  if (first !== undefined && isValid) return [first, ...others];
  throw new DomainError(
    'CONFIG_INVALID',
    `the master secret of webhooks must be one line, or two lines while you change the secret, of at least ${MASTER_LENGTH} characters each; make it with openssl rand -base64 32`,
  );
}
