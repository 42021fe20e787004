/**
 * Verifies API keys, tickets and revocations by the `access` table. The module is loaded for the first caller who needs
 * it, so that an authorizer for plain tokens starts without it.
 */
import type { AuthorizerConfig } from '../config/access-config.ts';
import type { ApiKeyReader, RevocationReader, TicketStore } from '../ports.ts';
import { createDynamoDbTable } from '../table/dynamodb-table.ts';
import { parseKeyForm } from './keys/api-key.ts';
import { KeyRefused } from './keys/key-refused.ts';
import { createApiKeyReader } from './keys/api-key-store.ts';
import { createRevocationCheck } from './revocation/check-revocation.ts';
import type { RevocationCheck } from './revocation/check-revocation.ts';
import type { CompiledDocument, CompiledKeyIssuer } from './compiled-document.ts';
import type { Principal } from './decide/principal.ts';
import { nativeKeyValue } from './keys/native-key.ts';
import { createRevocationReader } from './revocation/revocation-store.ts';
import { parseTicket } from './tickets/ticket.ts';
import { createTicketStore } from './tickets/ticket-store.ts';
import { createApiKeyVerifier } from './keys/verify-api-key.ts';
import type { VerifiedApiKey } from './keys/verify-api-key.ts';
import { redeemTicket } from './tickets/verify-ticket.ts';

export type AccessTable = {
  readonly apiKeys: ApiKeyReader;
  readonly tickets: Pick<TicketStore, 'take'>;
  readonly revocations: RevocationReader;
};

/** An authorizer's access to the table. The ports are undefined if no table is configured. */
export type TablePorts = { readonly [Part in keyof AccessTable]?: AccessTable[Part] | undefined };

type KeyHolder = VerifiedApiKey & {
  readonly issuer: CompiledKeyIssuer;
  readonly usageIdentifierKey?: string;
};

/** The document's issuers whose credentials are trusted at this place in the event. */
type Trusted = {
  readonly keyIssuers: readonly CompiledKeyIssuer[];
  readonly ticketIssuer: CompiledDocument['tickets'][number] | undefined;
  readonly nowEpochSeconds: number;
};

type TableIdentifier = {
  /**
   * Identifies a caller by an API key or a ticket. A ticket can be used only once. Returns undefined if the credential
   * is neither a key of these issuers nor a ticket; it may then still be a token.
   * @throws DomainError TOKEN_UNKNOWN, TOKEN_REVOKED, TOKEN_EXPIRED; STORE_UNAVAILABLE; the errors of `redeemTicket`
   */
  readonly identify: (
    document: CompiledDocument,
    text: string,
    trusted: Trusted,
  ) => Promise<Principal | undefined>;
  readonly assertNotRevoked: RevocationCheck;
};

export function createTableIdentifier(config: AuthorizerConfig, ports: TablePorts): TableIdentifier {
  const { tickets, revocations } = ports;
  const findKeyHolder = createKeyFinder(config, ports);
  const assertNotRevoked = createRevocationCheck(revocations);
  return {
    async identify(document, text, { keyIssuers, ticketIssuer, nowEpochSeconds }) {
      const holder = await findKeyHolder(text, keyIssuers, nowEpochSeconds);
      if (holder !== undefined) {
        const { issuer, usageIdentifierKey } = holder;
        const { toKeyPrincipal } = await import('./keys/api-key-principal.ts');
        const principal = toKeyPrincipal(holder, issuer, document.roles);
        return usageIdentifierKey === undefined ? principal : { ...principal, usageIdentifierKey };
      }
      const hash = ticketIssuer && parseTicket(text);
      if (tickets === undefined || ticketIssuer === undefined || hash === undefined) return undefined;
      const caller = await redeemTicket(tickets, hash, { document: document.name, nowEpochSeconds });
      const { toTicketPrincipal } = await import('./tickets/ticket-principal.ts');
      const principal = toTicketPrincipal(caller, ticketIssuer, document);
      const { revocation } = document.issuers.find(({ id }) => id === principal.issuerId) ?? {};
      await assertNotRevoked(principal, revocation, nowEpochSeconds);
      return principal;
    },
    assertNotRevoked,
  };
}

type KeyFinder = (
  text: string,
  issuers: readonly CompiledKeyIssuer[],
  nowEpochSeconds: number,
) => Promise<KeyHolder | undefined>;

function createKeyFinder({ stage, usageKeySecret }: AuthorizerConfig, { apiKeys }: TablePorts): KeyFinder {
  const verifyApiKey = apiKeys && createApiKeyVerifier(apiKeys);
  return async (text, issuers, nowEpochSeconds) => {
    const key = parseKeyForm(text);
    const issuer = issuers.find(({ prefix }) => prefix === key?.prefix);
    if (verifyApiKey === undefined || key === undefined) return undefined;
    // Neither a token nor a ticket has the form of an API key.
    if (issuer === undefined)
      throw new KeyRefused('TOKEN_MALFORMED', 'the API key has a prefix that is not accepted', key, {
        defect: 'key-of-other-prefix',
      });
    if (!key.isComplete)
      throw new KeyRefused('TOKEN_MALFORMED', 'the API key is not complete', key, { defect: 'key-mistyped' });
    const holder = { issuer, ...(await verifyApiKey(text, key, nowEpochSeconds)) };
    if (issuer.nativeUsagePlan === undefined || usageKeySecret === undefined) return holder;
    return { ...holder, usageIdentifierKey: nativeKeyValue(usageKeySecret, stage, key.keyId) };
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
