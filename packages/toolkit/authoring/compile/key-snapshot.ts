/**
 * The keys of an issuer at one time: `access/<document>.<issuer>.jwks.json`, written by `gatewright access snapshot`.
 */
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { parseKeySet } from '@gatewright/handlers/access/tokens/key-set';

export type KeySnapshot = {
  /** Text of the key set, which has been checked to contain a usable key. */
  readonly keySet: string;
  readonly takenAtEpochSeconds: number;
};

/** Returns undefined if the text is not a snapshot, or if none of its keys may verify a signature. */
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

/** @throws DomainError KEY_SET_UNAVAILABLE when the issuer returned no usable key */
export function printSnapshot(keySet: string, takenAtEpochSeconds: number): string {
  parseKeySet(keySet);
  const { keys } = JSON.parse(keySet) as { keys: unknown };
  return `${JSON.stringify({ takenAtEpochSeconds, keys }, null, 2)}\n`;
}
