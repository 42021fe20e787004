/** The hosted login page, as a browser and a page's script use it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ControlReply } from '../../packages/gateway/core/api-call.ts';
import { answerOf, type aUserPool, POOL_ID } from './a-user-pool.ts';

export const PAGE = 'http://localhost:5173';
export const CALLBACK = `${PAGE}/callback`;
export const CONTROL = '127.0.0.1:4000';
export const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
export const CLIENT = {
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ['code'],
  AllowedOAuthScopes: ['openid', 'email'],
  CallbackURLs: [CALLBACK],
  LogoutURLs: [`${PAGE}/`],
};
export const AUTHORIZATION_REQUEST = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: CALLBACK,
  state: 's t',
  nonce: 'n',
  scope: 'openid',
};
export const PKCE = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };

type At = Awaited<ReturnType<typeof aUserPool>>;
export type Headers = Readonly<Record<string, string>>;

export async function send(
  { port }: At,
  method: string,
  path: string,
  options: { query?: object; form?: object; headers?: Headers; host?: string } = {},
): Promise<ControlReply> {
  const reply = await port.serve({
    method,
    path,
    host: options.host ?? CONTROL,
    query: new URLSearchParams(
      Object.entries({ ...options.query }).filter(([, value]) => value !== undefined) as [string, string][],
    ).toString(),
    rawHeaders: Object.entries({
      'content-type': 'application/x-www-form-urlencoded',
      ...options.headers,
    }).flat(),
    body: Buffer.from(new URLSearchParams({ ...options.form }).toString()),
  });
  assert.ok(reply !== undefined, `${method} ${path} is nobody's`);
  return reply;
}

export function header({ headers }: ControlReply, name: string): string {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? '' : (headers[at + 1] ?? '');
}

export const pool = (path: string): string => `/${POOL_ID}${path}`;
export const authorize = (at: At, query: object = {}, headers: Headers = {}) =>
  send(at, 'GET', pool('/oauth2/authorize'), {
    query: { ...AUTHORIZATION_REQUEST, ...PKCE, ...query },
    headers,
  });

/** Fills the form that was shown. */
export async function submit(
  at: At,
  fields: object,
  query: object = {},
  cookies?: string,
): Promise<ControlReply> {
  const shown = await authorize(at, query);
  const form = /name="form" value="([^"]+)"/.exec(String(shown.body))?.[1] ?? '';
  const cookie = cookies ?? header(shown, 'set-cookie').split(';')[0] ?? '';
  return send(at, 'POST', pool('/login'), {
    query: { ...AUTHORIZATION_REQUEST, ...PKCE, ...query },
    form: { form, ...fields },
    headers: { cookie },
  });
}

export async function codeOf(at: At, query: object = {}): Promise<string> {
  const reply = await submit(at, { username: 'ada', password: 'Correct horse 1!' }, query);
  return new URL(header(reply, 'location')).searchParams.get('code') ?? '';
}

export const redeem = async (at: At, code: string, fields: object = {}, headers: Headers = {}) =>
  answerOf(
    await send(at, 'POST', pool('/oauth2/token'), {
      form: {
        grant_type: 'authorization_code',
        client_id: 'app',
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
        ...fields,
      },
      headers,
    }),
  );
