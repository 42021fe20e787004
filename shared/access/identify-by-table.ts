/**
 * Credentials and revocations in the `access` table. One module, loaded by the first caller who needs any of
 * it: an authorizer for plain tokens starts without it.
 */
import type { AuthorizerConfig } from '../config/access-config.ts';
import type { ApiKeyReader, RevocationReader, TicketStore } from '../ports.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { parseApiKey } from './keys/api-key.ts';
import { createApiKeyReader } from './keys/api-key-store.ts';
import { createRevocationCheck } from './revocation/check-revocation.ts';
import type { RevocationCheck } from './revocation/check-revocation.ts';
import type { CompiledKeyIssuer } from './compiled-document.ts';
import { nativeKeyValue } from './keys/native-key.ts';
import { createRevocationReader } from './revocation/revocation-store.ts';
import { parseTicket } from './tickets/ticket.ts';
import type { TicketCaller } from './tickets/ticket.ts';
import { createTicketStore } from './tickets/ticket-store.ts';
import { createApiKeyVerifier } from './keys/verify-api-key.ts';
import type { VerifiedApiKey } from './keys/verify-api-key.ts';
import { redeemTicket } from './tickets/verify-ticket.ts';

export type AccessTable = {
  readonly apiKeys: ApiKeyReader;
  readonly tickets: Pick<TicketStore, 'take'>;
  readonly revocations: RevocationReader;
};

/** An authorizer's access to the table; each port only if a document needs it. */
export type TablePorts = { readonly [Part in keyof AccessTable]?: AccessTable[Part] | undefined };

export type KeyHolder = VerifiedApiKey & {
  readonly issuer: CompiledKeyIssuer;
  readonly usageIdentifierKey?: string;
};

/** Undefined: no key of these issuers, or no ticket; it may still be a token. */
export type TableIdentifier = {
  /** @throws DomainError TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED; STORE_UNAVAILABLE */
  readonly findKeyHolder: (
    text: string,
    issuers: readonly CompiledKeyIssuer[],
    nowEpochSeconds: number,
  ) => Promise<KeyHolder | undefined>;
  /** Uses the ticket up. @throws as `takeTicket` */
  readonly redeem: (
    text: string,
    at: { readonly document: string; readonly nowEpochSeconds: number },
  ) => Promise<TicketCaller | undefined>;
  readonly assertNotRevoked: RevocationCheck;
};

export function createTableIdentifier(
  { stage, usageKeySecret }: AuthorizerConfig,
  { apiKeys, tickets, revocations }: TablePorts,
): TableIdentifier {
  const verifyApiKey = apiKeys && createApiKeyVerifier(apiKeys);
  return {
    async findKeyHolder(text, issuers, nowEpochSeconds) {
      const key = parseApiKey(text);
      const issuer = issuers.find(({ prefix }) => prefix === key?.prefix);
      if (verifyApiKey === undefined || key === undefined || issuer === undefined) return undefined;
      const holder = { issuer, ...(await verifyApiKey(text, key, nowEpochSeconds)) };
      if (issuer.nativeUsagePlan === undefined || usageKeySecret === undefined) return holder;
      return { ...holder, usageIdentifierKey: nativeKeyValue(usageKeySecret, stage, key.keyId) };
    },
    async redeem(text, at) {
      const hash = parseTicket(text);
      return tickets === undefined || hash === undefined ? undefined : await redeemTicket(tickets, hash, at);
    },
    assertNotRevoked: createRevocationCheck(revocations),
  };
}

export function openAccessTable(tableName: string): AccessTable {
  const table = createDynamoDbTable({ tableName });
  return {
    apiKeys: createApiKeyReader(table),
    tickets: createTicketStore(table),
    revocations: createRevocationReader(table),
  };
}
