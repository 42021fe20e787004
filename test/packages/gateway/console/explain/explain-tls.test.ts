/** Backends whose certificate API Gateway does not accept: the remedy depends on what is wrong with it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aMethod } from '../../../../support/a-method.ts';
import { recording } from '../../../../support/recorded-apis.ts';

/** Kinds of TLS faults, each with the message of Node. */
const TLS: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    'self-signed certificate',
    /public certificate authority.*TlsConfig: \{ InsecureSkipVerification: true \}/,
    /http:\/\//,
  ],
  ['certificate has expired', /^Renew the certificate/, /InsecureSkip/],
  [
    "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
    /^In the Uri, write a host name for which the certificate was issued/,
    /true/,
  ],
  ['write EPROTO: wrong version number', /write http:\/\/ in the Uri/, /certificate/],
];

describe('a backend whose certificate API Gateway does not accept', () => {
  for (const [message, change, never] of TLS)
    it(`is explained by what is wrong with it: ${message}`, async () => {
      // https://repost.aws/knowledge-center/api-gateway-ssl-certificate-errors
      const api = aMethod({
        integration: { Type: 'HTTP_PROXY', IntegrationHttpMethod: 'GET', Uri: 'https://pets.example/' },
      });
      api.ports.http.answer = () => ({ kind: 'unreachable', reason: 'network', message, isTls: true });
      const served = recording(api);

      const { status } = await served.send({ target: '/dev/1' });
      const changes = served.last().story.changes.join('\n');

      assert.equal(status, 500);
      assert.match(changes, change);
      assert.doesNotMatch(changes, never);
    });
});
