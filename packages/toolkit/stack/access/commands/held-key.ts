/**
 * Implements the option `--key` of `gatewright access explain`, and a key in `--token-file`: reads the key's record
 * from the access table through the admin endpoint.
 */
import { KEY_ID, parseApiKey } from '#shared/access/keys/api-key.ts';
import { callAdminJson } from '../../../terminal/admin-client.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import type { CallerSpec, StoredKeySummary } from '@gatewright/authoring/find/caller-spec';
import { UsageError } from '../../../../base/terminal/output.ts';

/**
 * Reads the record of an API key.
 * @param text the key or its id. The key's secret is neither sent nor checked.
 */
export async function readHeldKey(text: string, flags: AdminFlags): Promise<StoredKeySummary> {
  const keyId = KEY_ID.test(text) ? text : parseApiKey(text)?.keyId;
  if (keyId === undefined)
    throw new UsageError(
      'the value of --key is not a valid API key; check it, or pass the id of the key, which gatewright keys list shows',
    );
  return toHeldKey(await callAdminJson({ method: 'GET', path: `/access/keys/${keyId}` }, flags));
}

/**
 * Reads what a credential says about its holder: the record of an API key; every other text is taken for a token.
 * @throws UsageError if the record of the key cannot be read
 */
export async function readCredential(
  text: string,
  flags: AdminFlags,
): Promise<Pick<CallerSpec, 'token' | 'held'>> {
  return parseApiKey(text) === undefined ? { token: text } : { held: await readHeldKey(text, flags) };
}

export function toHeldKey(answer: Readonly<Record<string, unknown>>): StoredKeySummary {
  const { keyId, prefix, tenant, owner, plan, roles, scopes, metadata, state } = answer;
  if ([keyId, prefix, tenant, state].every(isText) && Array.isArray(roles) && Array.isArray(scopes))
    return {
      keyId: String(keyId),
      prefix: String(prefix),
      tenant: String(tenant),
      state: String(state),
      ...(isText(owner) && { owner }),
      ...(isText(plan) && { plan }),
      roles: roles.filter(isText),
      scopes: scopes.filter(isText),
      metadata: toTexts(metadata),
    };
  throw new UsageError('the admin endpoint did not return a key');
}

function toTexts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => isText(entry[1])),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
