import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';
import { signRequest } from '@gatewright/aws/sign-request';
import { aMockApi } from '../../../../support/a-mock-api.ts';

const VISIBILITY = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: false, MetricName: 'wall' };
const WALL = {
  Type: 'AWS::WAFv2::WebACL',
  Properties: {
    Name: 'wall',
    Scope: 'CLOUDFRONT',
    DefaultAction: { Allow: {} },
    VisibilityConfig: VISIBILITY,
    Rules: [
      {
        Name: 'NoX',
        Priority: 0,
        Action: { Block: {} },
        VisibilityConfig: { ...VISIBILITY, MetricName: 'NoX' },
        Statement: {
          ByteMatchStatement: {
            FieldToMatch: { QueryString: {} },
            SearchString: 'x',
            PositionalConstraint: 'CONTAINS',
            TextTransformations: [{ Priority: 0, Type: 'NONE' }],
          },
        },
      },
    ],
  },
};

const host = { 'Fn::Sub': '${Api}.execute-api.${AWS::Region}.amazonaws.com' };
const distribution = (more: object = {}): object => ({
  Type: 'AWS::CloudFront::Distribution',
  Properties: {
    DistributionConfig: {
      Enabled: true,
      Aliases: ['shop.example'],
      Origins: [
        {
          Id: 'api',
          DomainName: host,
          OriginPath: '/dev',
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
      },
      ...more,
    },
  },
});

type Reply = { readonly status: number; readonly cache: string; readonly body: string };

function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = send(url, { headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const cache = String(reply.headers['x-cache']);
        resolve({ status: reply.statusCode ?? 0, cache, body: Buffer.concat(chunks).toString() });
      });
    });
    asked.on('error', reject).end();
  });
}

describe('a distribution of CloudFront in front of an API', () => {
  let started: StartedGateway;
  before(async () => {
    const WebACLId = { 'Fn::GetAtt': ['Wall', 'Arn'] };
    started = await aGateway({ ...aMockApi(), Wall: WALL, Edge: distribution({ WebACLId }) });
  });
  after(() => started.close());
  const front = (): string => started.listening.fronts[0]?.url ?? '';

  it('has a port of its own, and reaches the API of the stack', async () => {
    assert.match(started.listening.fronts[0]?.name ?? '', /\.cloudfront\.net$/);

    assert.deepEqual(await get(`${front()}/`), { status: 200, cache: 'Miss from cloudfront', body: '' });
    assert.equal((await get(`${front()}/`)).cache, 'Hit from cloudfront');
  });

  it('answers to its domain name and its aliases', async () => {
    for (const name of [started.listening.fronts[0]?.name ?? '', 'shop.example'])
      assert.equal((await get(`${front()}/`, { host: name })).status, 200, name);
    assert.equal((await get(`${front()}/`, { host: 'attacker.example' })).status, 403);
  });

  it('is guarded by its web ACL, cache or no cache', async () => {
    assert.equal((await get(`${front()}/`)).status, 200);

    const blocked = await get(`${front()}/?x=1`);

    assert.deepEqual([blocked.status, blocked.cache], [403, 'Error from cloudfront']);
  });

  it('lists itself, and what it keeps goes with an invalidation by SDK', async () => {
    await get(`${front()}/`);
    const call = async (method: string, path: string, body?: string): Promise<string> => {
      const url = new URL(`/2020-05-31${path}`, started.listening.control);
      const scope = { service: 'cloudfront', region: 'us-east-1', nowEpochMs: Date.now() };
      const headers = signRequest({ ...GATEWAY_ADMIN, ...scope, method, url, body });
      const reply = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
      return reply.text();
    };
    const id = /<Id>(E\w+)<\/Id>/.exec(await call('GET', '/distribution'))?.[1] ?? '';
    const paths = '<Paths><Quantity>1</Quantity><Items><Path>/*</Path></Items></Paths>';
    const batch = `<InvalidationBatch>${paths}<CallerReference>r</CallerReference></InvalidationBatch>`;

    assert.equal((await get(`${front()}/`)).cache, 'Hit from cloudfront');
    const made = await call('POST', `/distribution/${id}/invalidation`, batch);
    assert.match(made, /<Status>InProgress</);
    assert.equal((await get(`${front()}/`)).cache, 'Miss from cloudfront');
    const [, invalidation = ''] = /<Id>(I\w+)<\/Id>/.exec(made) ?? [];
    const kept = await call('GET', `/distribution/${id}/invalidation/${invalidation}`);
    assert.match(kept, /<Status>Completed</);
  });
});

describe('a stack without a distribution', () => {
  it('does not load CloudFront', async () => {
    const loaded: string[] = [];
    const { CATALOGUE } =
      await import('../../../../../packages/gateway/engine/compose/services/catalogue.ts');
    const entry = CATALOGUE.find(({ name }) => name === 'cloudfront');
    const load = entry?.load;
    assert.ok(entry !== undefined && load !== undefined);
    const watched = entry as { load: typeof load };
    watched.load = () => {
      loaded.push('cloudfront');
      return load();
    };
    try {
      const plain = await aGateway(aMockApi());
      await plain.close();
      assert.deepEqual(loaded, []);
      const edge = await aGateway({ ...aMockApi(), Edge: distribution() });
      await edge.close();
      assert.deepEqual(loaded, ['cloudfront']);
    } finally {
      watched.load = load;
    }
  });
});
