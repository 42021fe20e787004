/** Sends one request of a case, signed and over TLS where it says so. */
import { clientCertificates } from './client-certificates.ts';
import { sendRaw } from './raw-client.ts';
import type { CaseRequest } from '../schema/parity-case.ts';
import type { RawReply, RawRequest } from './raw-client.ts';
import type { RunningApi } from './running-api.ts';

/** Longer than API Gateway's longest integration timeout of 30 s. */
const REPLY_DEADLINE_MS = 33_000;

export async function sendStep(request: CaseRequest, api: RunningApi): Promise<RawReply> {
  const body = bodyOf(request);
  if (request.mode === 'test-invoke') return api.testInvoke({ ...request, body });
  const method = request.method ?? 'GET';
  const target = targetOf(request, api.url);
  return sendRaw({
    host: api.url.hostname,
    port: portOf(api.url),
    method,
    target,
    headers: [...headersOf(request), ...signatureOf(request, { method, target, body }, api)],
    body,
    timeoutMs: REPLY_DEADLINE_MS,
    ...tlsOf(request, api),
  });
}

/** Of AWS, the usual ones. */
function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

function bodyOf({ body, bodyBase64 }: CaseRequest): Buffer | undefined {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  return body === undefined ? undefined : Buffer.from(body);
}

/** Path and query on the wire: `rawUrlPath` as it is, else `path` below the stage. */
function targetOf({ rawUrlPath, path, query }: CaseRequest, url: URL): string {
  const onTheWire = rawUrlPath ?? `${url.pathname.replace(/\/$/, '')}${path ?? '/'}`;
  return query === undefined ? onTheWire : `${onTheWire}?${query}`;
}

function headersOf({ headers = {} }: CaseRequest): readonly (readonly [string, string])[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value): readonly [string, string] => [name, value]),
  );
}

function signatureOf(
  request: CaseRequest,
  { method, target, body }: Pick<RawRequest, 'method' | 'target' | 'body'>,
  api: RunningApi,
): readonly (readonly [string, string])[] {
  if (request.sign === undefined) return [];
  const url = new URL(target, api.url.href.replace(/^ws/, 'http'));
  return Object.entries(api.sign({ method, url, headers: {}, body }, request.sign));
}

function tlsOf(request: CaseRequest, api: RunningApi): Pick<RawRequest, 'tls'> {
  if (api.authority === undefined)
    return api.url.protocol === 'https:' ? { tls: { servername: api.url.hostname } } : {};
  const host = headersOf(request).find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const { certificate = 'none' } = request;
  const own = certificate === 'none' ? {} : clientCertificates().of(certificate);
  return { tls: { servername: host, ca: api.authority, ...own } };
}
