import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { parse } from 'yaml';
import { invalidatorRoutes } from '#shared/cache/invalidator-routes.ts';
import { createInvalidator } from '#shared/cache/lambda-invalidator.ts';
import { portsAt, recordAt, recordingAt } from '../support/a-stage-cache.ts';
import { CacheDesk } from '../support/a-response-cache.ts';
import type { Reply } from '../support/a-response-cache.ts';

type Served = {
  readonly httpApi?: { readonly method: string; readonly path: string; readonly authorizer: object };
};

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

describe('the routes of the invalidator', () => {
  it('are those that the stack serves, all behind IAM', () => {
    const { functions } = parse(readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8'), {
      merge: true,
      logLevel: 'error',
    }) as { readonly functions: Readonly<Record<string, { readonly events: readonly Served[] }>> };
    const served = (functions['cache-invalidator']?.events ?? []).flatMap(({ httpApi }) => httpApi ?? []);
    const routes = invalidatorRoutes(portsAt(desk));

    assert.deepEqual(
      served.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
      [...routes.map(({ method, path }) => `${method} ${path}`), '* /cache/{proxy+}'].sort(),
    );
    for (const { authorizer } of served) assert.deepEqual(authorizer, { type: 'aws_iam' });
  });
});

describe('the invalidator', () => {
  const anAdminEvent = (body: object, iam?: object) => ({
    version: '2.0',
    routeKey: 'POST /cache/invalidations',
    rawPath: '/cache/invalidations',
    headers: { 'idempotency-key': 'op-1' },
    body: JSON.stringify(body),
    requestContext: {
      stage: '$default',
      requestId: 'r',
      timeEpoch: desk.nowMs,
      ...(iam && { authorizer: { iam } }),
      http: { method: 'POST', path: '/cache/invalidations' },
    },
  });
  const ada = { userArn: 'arn:aws:iam::123456789012:user/ada' };
  const call = async (event: unknown) =>
    (await createInvalidator(portsAt(desk, recordingAt(desk, [])), [
      { table: 'orders', namespace: 'orders', tags: ['order:{id}', 'tenant:{tenant}'] },
    ])(event, () => undefined)) as Reply & { finished?: number };

  it('refuses administrators who have not signed', async () => {
    await recordAt(desk, 1);
    const before = JSON.stringify([...desk.items]);
    const reply = await call(anAdminEvent({ namespace: 'orders', all: true }));
    assert.equal(reply.statusCode, 403);
    assert.equal(JSON.stringify([...desk.items]), before);
  });

  it('answers permitted callers with what it removed, and a dry run with what it would remove', async () => {
    await recordAt(desk, 2);
    const before = JSON.stringify([...desk.items]);
    const dry = await call(anAdminEvent({ namespace: 'orders', tags: ['t'], dryRun: true }, ada));
    assert.equal(JSON.stringify([...desk.items]), before);
    const done = await call(anAdminEvent({ namespace: 'orders', tags: ['t'] }, ada));
    const wet = JSON.parse(done.body) as { state: string; report: object };
    assert.equal(wet.state, 'done');
    assert.deepEqual((JSON.parse(dry.body) as { report: object }).report, wet.report);
  });

  const wrong: readonly object[] = [
    {},
    { namespace: 'orders' },
    { namespace: 'a#b', all: true },
    { namespace: 'orders', all: 'yes' },
    { namespace: 'orders', tag: ['t'] },
    { namespace: 'orders', tags: ['a b'] },
    { namespace: 'orders', paths: ['orders'] },
    { namespace: 'orders', parts: ['page=2'] },
    { namespace: 'orders', all: true, flushAbove: -1 },
  ];
  for (const body of wrong)
    it(`refuses ${JSON.stringify(body)}`, async () => {
      assert.equal((await call(anAdminEvent(body, ada))).statusCode, 400);
    });

  const detail = { namespace: 'orders', tags: ['order:17'] };
  const image = (tenant: string) => ({ id: { N: '17' }, tenant: { S: tenant } });
  const arn = (table: string) => `arn:aws:dynamodb:us-east-1:123456789012:table/${table}/stream/2026`;
  const events: readonly (readonly [name: string, event: unknown, labels: readonly string[]])[] = [
    ['a call', { invalidate: detail }, ['tag:order:17']],
    ['EventBridge', { 'detail-type': 'invalidate', source: 'gatewright.cache', detail }, ['tag:order:17']],
    ['SNS', { Records: [{ Sns: { Message: JSON.stringify(detail) } }] }, ['tag:order:17']],
    [
      'a stream',
      {
        Records: [
          {
            eventSourceARN: arn('orders'),
            dynamodb: { Keys: { id: { N: '17' } }, OldImage: image('a'), NewImage: image('b') },
          },
        ],
      },
      ['tag:order:17', 'tag:tenant:a', 'tag:tenant:b'],
    ],
  ];
  for (const [name, event, labels] of events)
    it(`accepts requests of ${name}`, async () => {
      assert.equal((await call(event)).finished, 1);
      const work = [...desk.items]
        .filter(([key]) => key.startsWith('WORK\n'))
        .map(([, { doc }]) => String(doc));
      assert.deepEqual(
        work.map((doc) => (JSON.parse(doc) as { labels: string[] }).labels),
        [labels],
      );
    });

  it('continues until its time is up, and loses no entry that it cannot read', async () => {
    assert.equal((await call({ source: 'aws.events', detail: {} })).finished, 0);
    for (const event of [
      undefined,
      {},
      { Records: [{}] },
      { Records: [{ Sns: { Message: 'x' } }] },
      { invalidate: {} },
    ])
      await assert.rejects(call(event));
    const unknown = { Records: [{ eventSourceARN: arn('others'), dynamodb: { Keys: {} } }] };
    await assert.rejects(call(unknown), { code: 'CONFIG_INVALID' });
  });
});
