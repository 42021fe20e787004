/** Arguments that name an API key. */
import { InvalidArgumentError } from 'commander';
import { parseApiKey } from '#shared/access/keys/api-key.ts';

/**
 * A user who finds a leaked key has the whole key and not its id. The secret in the key must not be in the path of a
 * request, because paths are logged.
 */
const LOOKS_WHOLE = /_[0-9A-Za-z]{16}_/;

/**
 * Returns the id of a whole key, and other strings unchanged.
 * @throws InvalidArgumentError if the string is a whole key with a typing error
 */
export function readKeyId(text: string): string {
  const whole = parseApiKey(text);
  if (whole !== undefined) return whole.keyId;
  if (LOOKS_WHOLE.test(text))
    throw new InvalidArgumentError(
      'This is a whole key with a typing error; pass its id, the 16 characters after the prefix.',
    );
  return text;
}
