import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPortalRequest } from '#shared/portal/portal-http.ts';

/** As the gateway and API Gateway send it: `X-Forwarded-Proto` is https on both. */
const anEvent = (host: string) => ({
  version: '2.0',
  routeKey: 'ANY /session/{proxy+}',
  rawPath: '/session/end',
  headers: { host, 'x-forwarded-proto': 'https' },
  requestContext: {
    stage: '$default',
    requestId: 'r',
    timeEpoch: 1,
    http: { method: 'POST', path: '/session/end' },
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

  it('finds it at the address of the parameter, if there is one', () => {
    assert.equal(
      readPortalRequest(anEvent('127.0.0.1:4000'), 'https://localhost:4000/').address,
      'https://localhost:4000',
    );
  });
});
