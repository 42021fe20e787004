/** Reads the caller that the options of `gatewright explain --api` describe: a token, an API key, claims or roles. */
import { parseApiKey } from '#shared/access/keys/api-key.ts';
import type { CallerSpec } from '@gatewright/authoring/find/caller-spec';
import { readHeldKey } from '../../stack/access/commands/held-key.ts';
import { readTokenFile } from '../../terminal/read-token-file.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { LogFields } from './log-line.ts';

type CallerFlags = {
  readonly tokenFile?: string;
  readonly claims?: string;
  readonly role: readonly string[];
  readonly profile?: string;
};

type AssumedCaller = {
  readonly caller?: CallerSpec;
  /** Says why the given API key could not be used. */
  readonly unread: readonly string[];
};

/**
 * Reads the credential of the caller, and refuses options that would have no effect beside it.
 * @returns undefined if the options contain no credential
 * @throws UsageError for such an option, and if the file cannot be read
 */
export function checkAssumedCaller({ tokenFile, claims, role }: CallerFlags): string | undefined {
  if (tokenFile === undefined) return undefined;
  const text = readTokenFile(tokenFile);
  const isKey = parseApiKey(text) !== undefined;
  if (isKey && role.length > 0)
    throw new UsageError(
      '--role cannot be used with the API key in --token-file, because the record of the key says which roles it has; pass --token-file without --role, or --role without --token-file',
    );
  if (claims !== undefined)
    throw new UsageError(
      isKey
        ? '--claims cannot be used with the API key in --token-file, because the record of the key says who its holder is; pass --token-file without --claims, or --claims without --token-file'
        : '--claims cannot be used with the token in --token-file, because the token has its own claims; pass --token-file without --claims, or --claims without --token-file',
    );
  return text;
}

/**
 * Reads the caller that the options describe. Nothing is read from the local gateway, because its keys do not belong to
 * the deployed API.
 * @param url the admin API with the records of API keys; undefined if none is given
 * @throws UsageError for options that exclude each other
 */
export async function readAssumedCaller(
  flags: CallerFlags,
  fields: LogFields,
  url: string | undefined,
): Promise<AssumedCaller> {
  const { claims, role, profile } = flags;
  const text = checkAssumedCaller(flags);
  if (text === undefined && claims === undefined && role.length === 0) return { unread: [] };
  const others = { role, scope: [], ip: fields.get('identity.sourceIp'), claims };
  if (text === undefined) return { caller: others, unread: [] };
  if (parseApiKey(text) === undefined) return { caller: { ...others, token: text }, unread: [] };
  if (url === undefined)
    return {
      unread: [
        `${UNREAD} is in the stack with the authorizers, and GATEWRIGHT_ADMIN_URL is not set. Set GATEWRIGHT_ADMIN_URL to the output AdminApiUrl of that stack (AccessAdminArn if it has no AdminApiUrl), ${OTHERWISE}`,
      ],
    };
  try {
    return { caller: { ...others, held: await readHeldKey(text, { url, profile }) }, unread: [] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {
      unread: [
        `${UNREAD} could not be read: ${error.message}. Set GATEWRIGHT_ADMIN_URL to the output AdminApiUrl of the stack with the authorizers (AccessAdminArn if it has no AdminApiUrl), ${OTHERWISE}`,
      ],
    };
  }
}

const UNREAD =
  'The access document was not applied to the API key in --token-file, because the record of the key';
const OTHERWISE = 'or pass the roles of the key with --role instead of --token-file.';
