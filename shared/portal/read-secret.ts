import { createAwsCaller } from '../aws/aws-json-poster.ts';
import { readWebhookSecretsConfig } from '../config/webhooks-config.ts';
import { DomainError } from '../errors.ts';
import { CLOCK } from '../lambda-ports.ts';
import { createSecretReader, SecretCache } from '../webhooks/secrets.ts';
import type { SecretPlace } from '../webhooks/compiled-webhooks.ts';

let cache: SecretCache | undefined;

/**
 * Reads the lines of a parameter or secret in which the owner of the APIs stores a secret.
 * @throws DomainError SECRET_UNAVAILABLE, CONFIG_INVALID
 */
export function readSecretLines(place: SecretPlace): Promise<readonly string[]> {
  cache ??= new SecretCache(createReader());
  return cache.get(place, CLOCK.nowEpochMs());
}

/**
 * Reads the secret of the portal's client at the issuer. If several lines are stored, the first one is used.
 * @throws DomainError SECRET_UNAVAILABLE, CONFIG_INVALID
 */
export async function readClientSecret(place: SecretPlace): Promise<string> {
  const [secret] = await readSecretLines(place);
  if (secret !== undefined) return secret;
  throw new DomainError(
    'SECRET_UNAVAILABLE',
    'the stored client secret is empty: store the secret that the issuer gave to the client',
  );
}

function createReader(): ReturnType<typeof createSecretReader> {
  const { aws, localSecret } = readWebhookSecretsConfig();
  return createSecretReader(createAwsCaller(aws), localSecret);
}
