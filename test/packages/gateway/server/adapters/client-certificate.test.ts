import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { createHttpClient } from '../../../../../packages/gateway/server/adapters/http-client.ts';
import { makeSelfSigned } from '../../../../../packages/base/aws/certificates/issue-certificate.ts';
import type { AddressInfo } from 'node:net';
import type { ClientKeyPair } from '../../../../../packages/gateway/core/ports.ts';

const year = { fromEpochMs: Date.now() - 60_000, toEpochMs: Date.now() + 86_400_000 };

/** A TLS backend that answers with the fingerprint of the certificate that the client showed. */
describe('createHttpClient behind a backend that asks for a certificate', () => {
  const client = createHttpClient();
  const own = makeSelfSigned({ commonName: 'localhost', ...year });
  const usual = getCACertificates('default');
  let server: Server;
  let origin = '';
  before(async () => {
    setDefaultCACertificates([...usual, own.certificate]);
    server = createServer(
      { key: own.privateKey, cert: own.certificate, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const peer = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate() : undefined;
        response.end(peer?.fingerprint256 ?? 'nobody');
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    setDefaultCACertificates(usual);
    await client.close();
    server.closeAllConnections();
    server.close();
  });

  async function shownBy(clientCertificate?: ClientKeyPair): Promise<string> {
    const outcome = await client.send({
      method: 'GET',
      origin,
      target: '/',
      headers: [],
      body: undefined,
      timeoutMs: 5_000,
      vpcLink: undefined,
      unpacks: true,
      clientCertificate,
    });
    if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
    return outcome.body.toString();
  }

  it('presents the certificate of the request, and never another one over a connection that was kept open', async () => {
    const [a, b] = ['a', 'b'].map((commonName) => makeSelfSigned({ commonName, ...year }));

    const seen = [await shownBy(a), await shownBy(), await shownBy(b), await shownBy(a)];

    assert.equal(seen[1], 'nobody');
    assert.equal(new Set(seen).size, 3);
    assert.equal(seen[0], seen[3]);
  });
});
