/** A request as text to paste elsewhere. Secrets stand in it as they are shown. */
import type { RequestDetail } from '../gateway/records/model.ts';

/** Added by every client itself. */
const OWN = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'transfer-encoding']);

function addressOf({ request, target }: RequestDetail): string {
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? '127.0.0.1';
  return `http://${host}${target}`;
}

function headersOf({ request }: RequestDetail): readonly (readonly [string, string])[] {
  return request.headers.filter(([name]) => !OWN.has(name.toLowerCase()));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function printCurl(detail: RequestDetail): string {
  const headers = headersOf(detail).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const body = detail.request.body === undefined ? [] : [`--data-raw ${quote(detail.request.body.text)}`];
  return ['curl -i', `-X ${detail.method}`, ...headers, ...body, quote(addressOf(detail))].join(' \\\n  ');
}

export function printFetch(detail: RequestDetail): string {
  const { method, request } = detail;
  const init = {
    method,
    headers: Object.fromEntries(headersOf(detail)),
    ...(request.body === undefined ? {} : { body: request.body.text }),
  };
  return `await fetch(${JSON.stringify(addressOf(detail))}, ${JSON.stringify(init, null, 2)});`;
}

/** For node:test. */
export function printTest(detail: RequestDetail): string {
  const { method, target, status } = detail;
  return `import assert from 'node:assert/strict';
import { it } from 'node:test';

it('answers ${method} ${target.replaceAll("'", "\\'")} with ${status}', async () => {
  const response = ${printFetch(detail).replace(/;$/, '').replaceAll('\n', '\n  ')};

  assert.equal(response.status, ${status});
});
`;
}
