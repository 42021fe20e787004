import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { makeLoopbackCertificate } from '../../../lab/bench/certificate.ts';

describe('makeLoopbackCertificate', () => {
  const nowEpochMs = Date.now();
  const certificate = makeLoopbackCertificate(nowEpochMs);

  it('is a certificate for 127.0.0.1, signed by itself and valid now', () => {
    const x509 = new X509Certificate(certificate.cert);

    assert.equal(x509.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(x509.verify(x509.publicKey), true);
    assert.ok(x509.validFromDate.getTime() < nowEpochMs && nowEpochMs < x509.validToDate.getTime());
  });

  it('is accepted by a client that trusts it, and by no other client', async () => {
    const server = createServer(certificate, (_request, response) => response.end('keys'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = (ca: string | undefined) =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ host: '127.0.0.1', port, agent: false, ...(ca !== undefined && { ca }) })
          .on('response', ({ statusCode }: IncomingMessage) => resolve(statusCode))
          .on('error', reject)
          .end();
      });
    try {
      assert.equal(await ask(certificate.cert), 200);
      await assert.rejects(ask(undefined), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
