import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isAllowedRedirect,
  isLoopbackOrigin,
  isRegisteredRedirect,
  targetOf,
  withQuery,
} from '../../../../../packages/gateway/cognito/login/redirects.ts';

describe('isLoopbackOrigin', () => {
  for (const [url, expected] of [
    ['http://localhost', true],
    ['https://localhost:5173/a', true],
    ['http://shop.localhost:3000', true],
    ['http://127.0.0.1', true],
    ['http://127.9.9.255:1', true],
    ['http://[::1]:8080', true],
    ['http://localhost.evil.example', false],
    ['http://evillocalhost', false],
    ['http://128.0.0.1', false],
    ['http://[::2]', false],
    ['ftp://localhost', false],
    ['app://localhost', false],
    ['localhost', false],
    ['', false],
  ] as const)
    it(`is ${expected} for ${url === '' ? 'nothing' : url}`, () =>
      assert.equal(isLoopbackOrigin(url), expected));
});

describe('isAllowedRedirect', () => {
  const KNOWN = ['https://shop.example/callback', 'shop://callback'];
  for (const [uri, known, expected] of [
    ['https://shop.example/callback', KNOWN, true],
    ['shop://callback', KNOWN, true],
    ['https://shop.example/callback/x', KNOWN, false],
    ['https://shop.example/', KNOWN, false],
    ['http://localhost:1/x', KNOWN, false],
    ['http://localhost:1/x', 'loopback', true],
    ['https://shop.example/callback', 'loopback', false],
    ['http://a@localhost/', 'loopback', false],
    ['http://:b@localhost/', 'loopback', false],
    ['http://localhost/#a', 'loopback', false],
    ['not a url', 'loopback', false],
    ...['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'blob:x', 'file:///x', 'about:blank'].map(
      (uri) => [uri, [uri], false] as const,
    ),
  ] as const)
    it(`is ${expected} for ${uri} and ${JSON.stringify(known)}`, () =>
      assert.equal(isAllowedRedirect(uri, known), expected));
});

// RFC 8252 §7.3: the port of a loopback address is chosen at each start. RFC 6749 §3.1.2.2: otherwise equal as texts.
describe('isRegisteredRedirect', () => {
  for (const [uri, registered, expected] of [
    ['https://a.example/cb', 'https://a.example/cb', true],
    ['https://a.example:444/cb', 'https://a.example/cb', false],
    ['https://a.example/cb?x', 'https://a.example/cb', false],
    ['http://127.0.0.1:1234/cb', 'http://127.0.0.1/cb', true],
    ['http://127.0.0.1:1234/cb', 'http://127.0.0.1:9/cb', true],
    ['http://localhost:1/cb?a=b', 'http://localhost:2/cb?a=b', true],
    ['http://[::1]:1/cb', 'http://[::1]/cb', true],
    ['http://localhost:1', 'http://localhost', true],
    ['http://localhost:1/other', 'http://localhost/cb', false],
    ['http://127.0.0.1:1/cb', 'http://localhost/cb', false],
    ['https://localhost:1/cb', 'https://localhost:2/cb', false],
    ['http://localhost:1@evil.example/cb', 'http://localhost/cb', false],
    ['http://localhostx:1/cb', 'http://localhost/cb', false],
    ['http://a.example:1/cb', 'http://a.example:2/cb', false],
    ['http://localhost:1/cb', 'shop://cb', false],
    ['no url', 'no url', false],
  ] as const)
    it(`is ${expected} for ${uri} if ${registered} is registered`, () =>
      assert.equal(isRegisteredRedirect(uri, [registered]), expected));

  it('is true for any of several redirects, and false if there are none', () => {
    assert.equal(
      isRegisteredRedirect('https://a.example/', ['https://b.example/', 'https://a.example/']),
      true,
    );
    assert.equal(isRegisteredRedirect('https://a.example/', []), false);
  });
});

describe('withQuery', () => {
  for (const [uri, members, expected] of [
    ['https://a.example/cb', { code: 'c d', state: undefined }, 'https://a.example/cb?code=c+d'],
    ['https://a.example/cb?a=1', { code: 'c' }, 'https://a.example/cb?a=1&code=c'],
    ['https://a.example/cb?code=old', { code: 'c' }, 'https://a.example/cb?code=c'],
    ['https://a.example/cb', { state: '' }, 'https://a.example/cb?state='],
  ] as const)
    it(`makes ${expected}`, () => assert.equal(withQuery(uri, members), expected));
});

describe('targetOf', () => {
  it('is the origin of a page, and the scheme of an app', () => {
    assert.equal(targetOf('https://a.example:444/cb?x'), 'https://a.example:444');
    assert.equal(targetOf('shop://callback'), 'shop:');
  });
});
