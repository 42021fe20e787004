/**
 * Reads and prints snapshots of an issuer's keys. They are in `access/<document>.<issuer>.jwks.json`, and
 * `gatewright access snapshot` writes them.
 */
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { parseKeySet } from '@gatewright/handlers/access/tokens/key-set';

export type KeySnapshot = {
  /** Text of the key set, which has been checked to contain a usable key. */
  readonly keySet: string;
  readonly takenAtEpochSeconds: number;
};

/**
 * Parses a snapshot. Returns undefined if the text is not a snapshot, or if it contains no key that can verify a
 * signature.
 */
export function parseSnapshot(text: string): KeySnapshot | undefined {
  const { takenAtEpochSeconds, keys } = membersOf(parseJson(text));
  if (typeof takenAtEpochSeconds !== 'number' || !Number.isSafeInteger(takenAtEpochSeconds)) return undefined;
  const keySet = JSON.stringify({ keys });
  try {
    parseKeySet(keySet);
    return { keySet, takenAtEpochSeconds };
  } catch {
    return undefined;
  }
}

/**
 * Formats a snapshot.
 * @throws DomainError KEY_SET_UNAVAILABLE if the issuer has returned no usable key
 */
export function printSnapshot(keySet: string, takenAtEpochSeconds: number): string {
  parseKeySet(keySet);
  const { keys } = JSON.parse(keySet) as { keys: unknown };
  return `${JSON.stringify({ takenAtEpochSeconds, keys }, null, 2)}\n`;
}
