import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readCookie,
  redirect,
  setCookie,
} from '../../../../../packages/gateway/cognito/login/browser-reply.ts';
import type { ControlRequest } from '../../../../../packages/gateway/core/api-call.ts';

describe('redirect', () => {
  // RFC 9110 §15.4.4: 303 continues with GET. RFC 6749 §5.1 and §10.12: nothing of it is stored or told on.
  it('is neither stored nor revealed to the next page', () => {
    assert.deepEqual(redirect('https://a.example/?code=c', ['X-A', 'b']), {
      status: 303,
      headers: [
        'Location',
        'https://a.example/?code=c',
        'Cache-Control',
        'no-store',
        'Referrer-Policy',
        'no-referrer',
        'X-A',
        'b',
      ],
      body: '',
    });
  });
});

// RFC 6265 §4.1.1 and §5.4.
describe('cookies', () => {
  for (const [value, sameSite, expected] of [
    ['v', 'Strict', 'n=v; Path=/; HttpOnly; SameSite=Strict'],
    ['v', 'Lax', 'n=v; Path=/; HttpOnly; SameSite=Lax'],
    [undefined, 'Lax', 'n=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'],
    ['', 'Lax', 'n=; Path=/; HttpOnly; SameSite=Lax'],
  ] as const)
    it(`are set as ${expected}`, () =>
      assert.deepEqual(setCookie('n', value, sameSite), ['Set-Cookie', expected]));

  for (const [header, expected] of [
    ['n=v', 'v'],
    ['a=b; n=v=w', 'v=w'],
    ['a=b;n=v', 'v'],
    ['nn=v', undefined],
    ['a=n=v', undefined],
    ['n=', ''],
    [undefined, undefined],
  ] as const)
    it(`are read from ${header ?? 'no header'}`, () => {
      const rawHeaders = header === undefined ? [] : ['Cookie', header];

      assert.equal(readCookie({ rawHeaders } as unknown as ControlRequest, 'n'), expected);
    });
});
