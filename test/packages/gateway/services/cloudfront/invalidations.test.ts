import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { invalidateEdge } from '#shared/cache/edge-poster.ts';
import { aRecorder } from '../../../../support/a-recorder.ts';
import * as cloudfront from '../../../../../packages/gateway/services/cloudfront/service.ts';
import { Invalidations } from '../../../../../packages/gateway/services/cloudfront/invalidations.ts';
import { CountingRandom, VirtualClock } from '../../../../support/virtual-ports.ts';

const DISTRIBUTION = 'E1A2B3C4D5E6F7';

/** CloudFront as the local gateway records it, behind a socket. */
async function aCloudFront() {
  const recorder = aRecorder({ cloudfront }, new VirtualClock(), new CountingRandom());
  const paths: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders: headers } = request;
      paths.push(`${method} ${url}`);
      const call = { service: 'cloudfront', region: 'us-east-1', method, path: url, query: '', headers };
      const body = Buffer.concat(chunks);
      void recorder.answer({ ...call, subdomain: undefined, body, timeoutMs: 1_000 }).then((outcome) => {
        if (outcome.kind === 'answered') response.writeHead(outcome.status);
        response.end(outcome.kind === 'answered' ? outcome.body : '');
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const credentials = { accessKeyId: 'AKIDEDGE', secretAccessKey: 'canary' };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = { region: 'eu-central-1', credentials, endpoint, distributionId: DISTRIBUTION };
  return { config, recorder, paths, [Symbol.dispose]: () => void server.close() };
}

describe('an invalidation of CloudFront', () => {
  it("names its paths and its reference, signed for CloudFront's region", async () => {
    using edge = await aCloudFront();

    assert.equal(await invalidateEdge(edge.config, ["/o'&/*", '/'], 'r-1'), 'done');

    assert.deepEqual(edge.paths, [`POST /2020-05-31/distribution/${DISTRIBUTION}/invalidation`]);
    const [call] = edge.recorder.calls;
    assert.equal(call?.status, 201);
    assert.match(
      String(call.body),
      /<Quantity>2<\/Quantity><Items><Path>\/o&#39;&#38;\/\*<\/Path><Path>\/<\/Path>/,
    );
    const signed = Object.entries(call.headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
    assert.match(signed ?? '', /AKIDEDGE\/\d{8}\/us-east-1\/cloudfront\/aws4_request/);
  });

  it('sent again with its reference is the same, and is refused with other paths', async () => {
    using edge = await aCloudFront();

    for (const [path, expected] of [
      ['/a', 'done'],
      ['/a', 'done'],
      ['/b', 'refused'],
    ] as const)
      assert.equal(await invalidateEdge(edge.config, [path], 'r-1'), expected);
    assert.deepEqual(
      edge.recorder.calls.map(({ status }) => status),
      [201, 201, 400],
    );
  });

  it('is stored until the others have too many characters', () => {
    const made = new Invalidations(new VirtualClock(), new CountingRandom());
    const paths = Array.from({ length: 3_000 }, () => `/${'a'.repeat(3_900)}`);

    for (const reference of ['1', '2', '3']) made.create({ distributionId: 'E1', reference, paths });

    assert.deepEqual(
      made.list('E1').map(({ reference }) => reference),
      ['3'],
    );
  });
});
