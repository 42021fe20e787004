import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redact } from '#shared/observability/redact.ts';

describe('redact', () => {
  it('hides every place of an event where a credential can be', () => {
    const event = {
      authorizationToken: 'canary',
      headers: {
        Authorization: 'canary',
        'Sec-WebSocket-Protocol': 'canary',
        Cookie: 'canary',
        'X-Api-Key': 'canary',
      },
      multiValueHeaders: { authorization: ['canary'] },
      queryStringParameters: { token: 'canary' },
      multiValueQueryStringParameters: { t: ['canary'] },
      rawQueryString: 'token=canary',
      cookies: ['canary'],
      identitySource: ['canary'],
      requestContext: { authentication: { clientCert: { clientCertPem: 'canary' } }, stage: 'dev' },
    };

    const text = JSON.stringify(event, redact);

    assert.doesNotMatch(text, /canary/);
    assert.match(text, /"stage":"dev"/);
  });

  it('leaves absent values absent', () => {
    assert.equal(redact('token', null), null);
    assert.equal(redact('token', undefined), undefined);
  });
});
