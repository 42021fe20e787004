/** Exports requests as an HTTP Archive 1.2, which browsers' developer tools and proxies can open. */
import { EDITED_BODY } from '../../kernel/edited-body.ts';
import type { RequestDetail, Shown } from './model.ts';

type NameValue = { readonly name: string; readonly value: string };

/** Returns the archive. Messages and ends of connections are left out, because the format cannot represent them. */
export function toHar(details: readonly RequestDetail[], version: string): object {
  const entries = details.filter(({ kind }) => kind === 'request' || kind === 'handshake').map(toEntry);
  return { log: { version: '1.2', creator: { name: 'gatewright', version }, entries } };
}

function toEntry(detail: RequestDetail): object {
  const { request, reply, tookMs, atEpochMs, phases } = detail;
  const integrate = phases.find(({ name }) => name === 'integrate');
  const wait = integrate === undefined ? tookMs : integrate.endMs - integrate.beginMs;
  const mark = detail.target.indexOf('?');
  const query = mark === -1 ? '' : detail.target.slice(mark + 1);
  return {
    startedDateTime: new Date(atEpochMs).toISOString(),
    time: tookMs,
    request: {
      method: detail.method,
      url: detail.url,
      httpVersion: 'HTTP/1.1',
      headers: toPairs(request.headers),
      queryString: toQuery(query),
      cookies: [],
      headersSize: -1,
      bodySize: detail.requestBytes,
      ...(request.body !== undefined && {
        // For request bodies, the format defines only text. Browsers and our reader accept `encoding` in request
        // bodies, as in responses.
        postData: { mimeType: typeOf(request.headers), ...contentOf(request.body) },
      }),
    },
    response: {
      status: detail.status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      headers: toPairs(reply.headers),
      cookies: [],
      redirectURL: '',
      headersSize: -1,
      bodySize: detail.responseBytes,
      content: { size: detail.responseBytes, mimeType: typeOf(reply.headers), ...contentOf(reply.body) },
    },
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, tookMs - wait) },
    _gatewright: { id: detail.id, route: detail.routeKey, phase: detail.phase, story: detail.story },
  };
}

function toPairs(headers: RequestDetail['request']['headers']): NameValue[] {
  return headers.map(([name, value]) => ({ name, value }));
}

function toQuery(query: string): NameValue[] {
  return query === '' ? [] : [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}

function typeOf(headers: RequestDetail['request']['headers']): string {
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
}

function contentOf(body: Shown | undefined): object {
  if (body === undefined) return {};
  if (body.form === 'binary') return { text: body.text, encoding: 'base64' };
  return body.isEdited === true ? { text: body.text, comment: EDITED_BODY } : { text: body.text };
}
