/** Reads the requests to APIs of this run from an HTTP Archive 1.2. Secrets are removed when the requests are saved. */
import { OF_CLIENT } from './snippets.ts';
import type { SavedRequest, ShownApi } from '../../endpoints/inspect-model.ts';

const MAX_REQUESTS = 500;
/** Headers that belong to HTTP/2 or that only the browser sets. */
const DROPPED = /^(?::|sec-)/i;

type Served = Pick<ShownApi, 'name' | 'stage' | 'url' | 'kind'>;

/**
 * Assigns each request to the API whose address it was sent to. An archive of another host has other addresses. Its
 * requests are assigned to the first API whose base path is the beginning of the request's path.
 * @throws Error if the archive is invalid; the message describes the problem
 */
export function readHar(text: string, apis: readonly Served[]): readonly SavedRequest[] {
  const entries = entriesOf(text);
  const served = apis.filter(({ kind }) => kind !== 'websocket');
  const requests = entries.flatMap((entry) => readEntry(entry, served) ?? []).slice(0, MAX_REQUESTS);
  if (requests.length === 0) throw new Error('The archive has no request for an API of this gateway.');
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = (seen.get(request.name) ?? 0) + 1;
    seen.set(request.name, count);
    return count === 1 ? request : { ...request, name: `${request.name} (${count})` };
  });
}

function entriesOf(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The archive is not JSON.');
  }
  const entries = harMember(harMember(value, 'log'), 'entries');
  if (!Array.isArray(entries)) throw new Error('The archive has no log.entries. Is it a HAR file?');
  return entries;
}

function harMember(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function harText(value: unknown, name: string): string | undefined {
  const text = harMember(value, name);
  return typeof text === 'string' ? text : undefined;
}

function readEntry(entry: unknown, apis: readonly Served[]): SavedRequest | undefined {
  const request = harMember(entry, 'request');
  const method = harText(request, 'method');
  const url = readUrl(harText(request, 'url'));
  if (method === undefined || url === undefined) return undefined;
  const api = apis.find((one) => isAt(url, one, true)) ?? apis.find((one) => isAt(url, one, false));
  if (api === undefined) return undefined;
  const headers = harMember(request, 'headers');
  const body = harText(harMember(request, 'postData'), 'text');
  return {
    name: `${method} ${url.pathname}`.slice(0, 180),
    api: api.name,
    stage: api.stage,
    method,
    target: `${url.pathname}${url.search}`,
    headers: (Array.isArray(headers) ? headers : []).flatMap((header: unknown) => {
      const [name, value] = [harText(header, 'name'), harText(header, 'value')];
      const isDropped = name === undefined || DROPPED.test(name) || OF_CLIENT.has(name.toLowerCase());
      return isDropped || value === undefined ? [] : [[name, value] as const];
    }),
    ...(body !== undefined && { body }),
  };
}

function readUrl(text: string | undefined): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

function isAt(url: URL, { url: address }: Served, isSameHost: boolean): boolean {
  const base = new URL(address);
  if (isSameHost && url.host !== base.host) return false;
  const path = base.pathname.replace(/\/$/, '');
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}
