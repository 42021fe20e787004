/** The clients of the local issuer: registered clients, and clients whose id is the address of their metadata. */
import { parseJson } from '@gatewright/aws/json-object';
import type { Clock, Random } from '../../../core/ports.ts';
import { readClientDocument, readRegistration } from './client-metadata.ts';
import type { IssuerClient } from './client-metadata.ts';
import type { DocumentFetcher, FetchedDocument } from './fetch-document.ts';

type Ports = { readonly clock: Clock; readonly random: Random; readonly documents: DocumentFetcher };

/** The oldest registration is forgotten first. Its client must then register again. */
const MAX_REGISTERED = 200;
const MAX_DOCUMENTS = 50;
const MAX_ID = 2_048;
const DEFAULT_AGE_SECONDS = 60;
const MAX_AGE_SECONDS = 300;

export class IssuerClients {
  readonly #ports: Ports;
  readonly #registered = new Map<string, IssuerClient>();
  readonly #documents = new Map<string, { readonly client: IssuerClient; readonly untilMs: number }>();
  readonly #fetches = new Map<string, Promise<IssuerClient>>();

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Registers a client (RFC 7591 §3).
   * @throws ClientMetadataError
   */
  register(metadata: unknown): IssuerClient {
    const client = {
      ...readRegistration(metadata),
      clientId: `local-${this.#ports.random.uuid()}`,
      kind: 'registered',
    } as const;
    keep(this.#registered, client.clientId, client, MAX_REGISTERED);
    return client;
  }

  /** @throws ClientMetadataError if the document of a client cannot be read */
  async find(clientId: string): Promise<IssuerClient | undefined> {
    if (!isDocumentAddress(clientId)) return this.#registered.get(clientId);
    const known = this.#documents.get(clientId);
    if (known !== undefined && known.untilMs > this.#ports.clock.nowEpochMs()) return known.client;
    const fetching = this.#fetches.get(clientId) ?? this.#fetch(clientId);
    this.#fetches.set(clientId, fetching);
    return fetching;
  }

  /**
   * Returns whether the token endpoint accepts the id of a client. The id of a client with a document is
   * always accepted, because the client still needs a code or a refresh token.
   */
  isKnown(clientId: string): boolean {
    return isDocumentAddress(clientId) || this.#registered.has(clientId);
  }

  /** Returns whether pages of this origin belong to a client. */
  hasOrigin(origin: string): boolean {
    const clients = [
      ...this.#registered.values(),
      ...[...this.#documents.values()].map(({ client }) => client),
    ];
    return clients.some(({ redirectUris }) => redirectUris.some((uri) => new URL(uri).origin === origin));
  }

  async #fetch(clientId: string): Promise<IssuerClient> {
    try {
      const { clock, documents } = this.#ports;
      const document = await documents.fetch(new URL(clientId));
      const metadata = readClientDocument(parseJson(document.text), clientId);
      const client = { ...metadata, clientId, kind: 'document' } as const;
      const untilMs = clock.nowEpochMs() + ageOf(document) * 1000;
      keep(this.#documents, clientId, { client, untilMs }, MAX_DOCUMENTS);
      return client;
    } finally {
      this.#fetches.delete(clientId);
    }
  }
}

/**
 * Returns whether the id of a client is the address of its metadata document: `https`, with a path, in its canonical
 * form, without a fragment and without a user name (draft-ietf-oauth-client-id-metadata-document §3).
 */
export function isDocumentAddress(clientId: string): boolean {
  if (!clientId.startsWith('https://') || clientId.length > MAX_ID || !URL.canParse(clientId)) return false;
  const { href, pathname, username, password } = new URL(clientId);
  return href === clientId && pathname !== '/' && username === '' && password === '' && !href.includes('#');
}

/** Returns how long a document may be used, by its `Cache-Control`, within limits. */
function ageOf({ cacheControl = '' }: FetchedDocument): number {
  if (/(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/i.test(cacheControl)) return 0;
  const age = /(?:^|[\s,])max-age=(\d{1,10})/i.exec(cacheControl)?.[1];
  return Math.min(age === undefined ? DEFAULT_AGE_SECONDS : Number(age), MAX_AGE_SECONDS);
}

function keep<T>(held: Map<string, T>, name: string, value: T, limit: number): void {
  held.delete(name);
  const [oldest] = held.keys();
  if (held.size >= limit && oldest !== undefined) held.delete(oldest);
  held.set(name, value);
}
