import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { verifySignature } from '@gatewright/aws/signature';
import { invalidateEdge } from '#shared/cache/edge-poster.ts';
import { rightsOfCall } from '../../../packages/gateway/kernel/calls/service-rights.ts';

const DISTRIBUTION = 'E1A2B3C4D5E6F7';
const ACCOUNT = '123456789012';

/** A CloudFront that answers everything in the same way. */
async function aCloudFront({ status, body }: { status: number; body: string }) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const credentials = { accessKeyId: 'AKIDEDGE', secretAccessKey: 'canary' };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { region: 'eu-central-1', credentials, endpoint, distributionId: DISTRIBUTION };
  return { config, [Symbol.dispose]: () => void server.close() };
}

describe('an invalidation of CloudFront', () => {
  for (const { status, code, expected } of [
    { status: 400, code: 'TooManyInvalidationsInProgress', expected: 'throttled' },
    { status: 400, code: 'Throttling', expected: 'throttled' },
    { status: 503, code: 'ServiceUnavailable', expected: 'throttled' },
    { status: 403, code: 'AccessDenied', expected: 'refused' },
    { status: 404, code: 'NoSuchDistribution', expected: 'refused' },
  ] as const)
    it(`takes ${status} ${code} for ${expected}`, async () => {
      using edge = await aCloudFront({
        status,
        body: `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`,
      });
      assert.equal(await invalidateEdge(edge.config, ['/a'], 'r-1'), expected);
    });

  it('needs the right to it, of that distribution', () => {
    const call = {
      service: 'cloudfront',
      region: 'us-east-1',
      method: 'POST',
      query: '',
      headers: [],
      body: '',
    };
    const context = { accountId: ACCOUNT, partitionKeyOf: () => undefined };
    assert.deepEqual(
      rightsOfCall({ ...call, path: `/2020-05-31/distribution/${DISTRIBUTION}/invalidation` }, context),
      [
        {
          action: 'cloudfront:CreateInvalidation',
          resource: `arn:aws:cloudfront::${ACCOUNT}:distribution/${DISTRIBUTION}`,
        },
      ],
    );
    assert.equal(rightsOfCall({ ...call, path: '/2020-05-31/distribution' }, context), undefined);
  });
});

describe('the address of CloudFront', () => {
  for (const [region, host, home] of [
    ['eu-central-1', 'cloudfront.amazonaws.com', 'us-east-1'],
    ['cn-north-1', 'cloudfront.cn-northwest-1.amazonaws.com.cn', 'cn-northwest-1'],
  ] as const)
    it(`is ${host} for ${region}, and requests to it are signed as they are sent`, async (t) => {
      const sent: { url: URL; method: string; headers: Record<string, string>; body: string }[] = [];
      t.mock.method(globalThis, 'fetch', async (url: URL, init: Omit<(typeof sent)[number], 'url'>) => {
        sent.push({ url, method: init.method, headers: init.headers, body: init.body });
        return new Response('');
      });
      const credentials = { accessKeyId: 'AKIDEDGE', secretAccessKey: 'canary' };
      const config = { region, credentials, endpoint: undefined, distributionId: DISTRIBUTION };

      await invalidateEdge(config, ['/a'], 'r-1');

      assert.deepEqual([sent[0]?.url.host, sent[0]?.method], [host, 'POST']);
      assert.match(sent[0]?.headers['Authorization'] ?? '', new RegExp(`/${home}/cloudfront/`));
      // fetch sets it itself, and takes no other value.
      assert.ok(!('Host' in (sent[0]?.headers ?? {})));
      const [{ url, method, headers, body } = assert.fail('nothing was sent')] = sent;
      const rawHeaders = Object.entries({ ...headers, Host: url.host }).flat();
      const request = { method, path: url.pathname, query: '', rawHeaders, body };
      const at = {
        nowEpochMs: Date.now(),
        service: 'cloudfront',
        secretOf: () => credentials.secretAccessKey,
      };
      assert.equal(verifySignature(request, at).kind, 'verified');
    });
});
