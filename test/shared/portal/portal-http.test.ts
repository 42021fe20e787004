import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPortalRequest } from '#shared/portal/portal-http.ts';
import { Portal } from '../../support/a-portal.ts';

/** Returns an event as the gateway and API Gateway send it: `X-Forwarded-Proto` is https on both. */
const anEvent = (host: string, path = '/session/end') => ({
  version: '1.0',
  resource: '/session/{proxy+}',
  path,
  httpMethod: 'POST',
  pathParameters: { proxy: 'end' },
  headers: { host, 'x-forwarded-proto': 'https' },
  requestContext: {
    stage: '$default',
    requestId: 'r',
    requestTimeEpoch: 1,
    path,
  },
});

describe('readPortalRequest', () => {
  const HOSTS: readonly (readonly [host: string, address: string])[] = [
    ['127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['localhost:4000', 'http://localhost:4000'],
    ['abc.execute-api.eu-west-1.amazonaws.com', 'https://abc.execute-api.eu-west-1.amazonaws.com'],
    ['localhost.example.com', 'https://localhost.example.com'],
  ];
  for (const [host, address] of HOSTS)
    it(`finds the portal at ${address} for the host ${host}`, () => {
      assert.equal(readPortalRequest(anEvent(host), undefined).address, address);
    });

  // The integrations of a deployed stack change one after another, so the functions also get payload 2.0 for a while.
  it('reads payload 2.0 too', () => {
    const { address, path } = readPortalRequest(
      {
        version: '2.0',
        routeKey: 'ANY /session/{proxy+}',
        rawPath: '/session/end',
        pathParameters: { proxy: 'end' },
        headers: { host: 'api.example.com' },
        requestContext: {
          stage: '$default',
          requestId: 'r',
          timeEpoch: 1,
          http: { method: 'POST', path: '/session/end' },
        },
      },
      undefined,
    );
    assert.deepEqual([path, address], ['/session/end', 'https://api.example.com']);
  });

  it('refuses an event of a REST API', () => {
    const { version: _version, ...event } = anEvent('api.example.com');
    assert.throws(() => readPortalRequest(event, undefined), { code: 'EVENT_MALFORMED' });
  });

  it('finds the path at the address in the parameter, if there is one', () => {
    assert.equal(
      readPortalRequest(anEvent('127.0.0.1:4000'), 'https://localhost:4000/').address,
      'https://localhost:4000',
    );
  });
});

describe('a portal below a mapping of a custom domain', () => {
  // The path of payload 1.0 begins with the key of the mapping (docs/aws §2.3).
  const CASES: readonly (readonly [
    name: string,
    requested: string,
    portalUrl: string | undefined,
    address: string,
  ])[] = [
    ['the event names the mapping', '/portal/session/end', undefined, 'https://api.example.com/portal'],
    [
      'a mapping has several segments',
      '/v1/portal/session/end',
      undefined,
      'https://api.example.com/v1/portal',
    ],
    [
      'the event names the mapping, and the parameter the address',
      '/portal/session/end',
      'https://api.example.com/portal/',
      'https://api.example.com/portal',
    ],
    [
      'the event does not name the mapping, but the parameter does',
      '/session/end',
      'https://api.example.com/portal',
      'https://api.example.com/portal',
    ],
    [
      'the mapping is called as a route of the portal',
      '/session/session/end',
      undefined,
      'https://api.example.com/session',
    ],
  ];
  for (const [name, requested, portalUrl, address] of CASES)
    it(`finds its own path and address if ${name}`, () => {
      const request = readPortalRequest(anEvent('api.example.com', requested), portalUrl);
      assert.deepEqual([request.path, request.address], ['/session/end', address]);
    });
});

describe('the cookie of a session', () => {
  /** Characters that `trim` removes. A browser takes a name that begins with one for a name without prefix. */
  const SPACES = ['\u00a0', '\u1680', '\u2000', '\u2028', '\u3000', '\ufeff', '\u000b', '\u000c'];

  it('is not one that a neighbouring site has set with a space before the prefix (cookie tossing)', async () => {
    const portal = new Portal();
    await portal.addCustomer('acme');
    const attacker = await portal.join('acme', 'owner');
    const secret = attacker.cookies.get('__Host-gw-portal-session') ?? '';
    for (const space of SPACES) {
      for (const name of [`${space}__Host-gw-portal-session`, `__Host-gw-portal-session${space}`]) {
        const { status } = await portal.send('GET', '/session', { headers: { cookie: `${name}=${secret}` } });
        assert.equal(status, 401, JSON.stringify(name));
      }
    }
  });
});
