import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parseInvalidation } from '#shared/cache/invalidation.ts';
import { resumeAll, planInvalidation } from '#shared/cache/invalidator.ts';
import type { InvalidatorPorts, StageCaches } from '#shared/cache/invalidator.ts';
import { writeIndex } from '#shared/cache/labels.ts';
import { refreshRequest } from '#shared/cache/stage-cache-poster.ts';
import { openInvalidation, findWork } from '#shared/cache/work-list.ts';
import { withCacheTags } from '#shared/middleware/cache-tags.ts';
import { withResponseCache } from '#shared/middleware/response-cache.ts';
import { signRequest } from '../../../packages/base/aws/sign-request.ts';
import { createIdentities, parseIdentities } from '../../../packages/gateway/core/policy/identities.ts';
import { ACCOUNT_ID, proxyTo } from '../../support/a-stack.ts';
import { cachedApi, ON } from '../../support/cached-apis.ts';
import { headerOf } from '../../support/an-api.ts';
import { EPOCH_MS } from '../../support/virtual-ports.ts';
import { NO_STAGES, portsAt, recordAt, recordingAt } from '../../support/a-stage-cache.ts';
import { anHttpEvent, CacheDesk } from '../../support/a-response-cache.ts';
import type { Reply } from '../../support/a-response-cache.ts';

/** The credentials for reading and for invalidating. */
const SIGNER = { accessKeyId: 'AKIALOCALINVALIDATE1', secretAccessKey: 'a-secret-of-this-test' };
const STATEMENTS = ['Invoke', 'InvalidateCache'].map(
  (action) => `{ Effect: Allow, Action: 'execute-api:${action}', Resource: '*' }`,
);
const IDENTITIES = `identities:
  - { name: both, accessKeyId: ${SIGNER.accessKeyId}, secretAccessKey: ${SIGNER.secretAccessKey}, policies: [{ Version: '2012-10-17', Statement: [${STATEMENTS.join()}] }] }
`;
const FAR_MS = Number.MAX_SAFE_INTEGER;
const parse = (more: object) => parseInvalidation({ namespace: 'orders', ...more });

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

const portsOf = (stages?: StageCaches) => portsAt(desk, stages);
const recordEntries = (count: number, refusal?: string) => recordAt(desk, count, refusal);
const recordingStages = (seen: string[], die?: (path: string) => boolean) => recordingAt(desk, seen, die);

async function reportOf(ports: InvalidatorPorts, id: string) {
  const work = await findWork(ports, id);
  return { state: work?.state, ...(JSON.parse(work?.report ?? '{}') as object) } as Record<string, unknown>;
}

describe('a record of a stage cache', () => {
  const OWN = {
    apiId: 'abcdefghij',
    stage: 'dev',
    method: 'GET',
    path: '/pets/a%20b',
    query: [['page', '1']],
    headers: [['x-kind', 'cat']],
  };
  for (const { does, over, expected, calls = 0 } of [
    { does: 'of an API of its namespace is asked for', over: {}, expected: [], calls: 1 },
    {
      does: 'of another API of the account is left',
      over: { apiId: 'zyxwvutsrq' },
      expected: ['unknown-api'],
    },
    {
      does: 'with a path out of the stage is left',
      over: { path: '/../prod/admin' },
      expected: ['unreadable'],
    },
    { does: 'with an encoded way out is left', over: { path: '/%2e%2e/prod' }, expected: ['unreadable'] },
    { does: 'with a path to another host is left', over: { path: '//evil/' }, expected: ['unreadable'] },
    { does: 'with a query in its path is left', over: { path: '/pets?a=b' }, expected: ['unreadable'] },
    {
      does: 'of a method that changes something is left',
      over: { method: 'DELETE' },
      expected: ['unreadable'],
    },
    {
      does: 'with a header of the signature is left',
      over: { headers: [['Authorization', 'x']] },
      expected: ['unreadable'],
    },
    {
      does: 'with a header of the connection is left',
      over: { headers: [['host', 'x']] },
      expected: ['unreadable'],
    },
    { does: 'without text is left', over: { path: 7 }, expected: ['unreadable'] },
    { does: 'of a stage that is not text is left', over: { stage: ['dev'] }, expected: ['unreadable'] },
  ])
    for (const allowFlush of [false, true])
      it(`${does}${allowFlush ? ', and its stage is not flushed' : ''}`, async () => {
        const asked: string[] = [];
        const stages: StageCaches = {
          refresh: ({ path }) => {
            asked.push(path);
            return Promise.resolve({ status: 200, warning: undefined });
          },
          flush: NO_STAGES.flush,
        };
        const doc = JSON.stringify({ ...OWN, ...over });
        const item = { kind: 'stage', doc, mark: 'm', expiresAt: desk.nowMs / 1000 + 300 };
        await writeIndex(desk.ports.store, 'orders', { labels: ['all', 'tag:t'], id: '1', item });

        const invalidation = parse({ tags: ['t'], allowFlush, flushAbove: 0 });
        const plan = await planInvalidation(portsOf(stages), parse({ tags: ['t'] }));
        const { id } = await openInvalidation(
          portsOf(stages),
          calls === 0 ? invalidation : parse({ tags: ['t'] }),
          desk.nowMs,
        );
        await resumeAll(portsOf(stages), FAR_MS);

        const { left } = (await reportOf(portsOf(), id)) as { left: { reason: string }[] };
        assert.equal(asked.length, calls);
        assert.deepEqual(
          left.map(({ reason }) => reason),
          calls === 0 ? expected : ['unconfirmed'],
        );
        assert.deepEqual(
          plan.left.map(({ reason }) => reason),
          expected,
        );
      });
});

describe('an invalidation', () => {
  it('renews answers of the answer cache with its tag, and no others', async () => {
    let calls = 0;
    const handler = withResponseCache<ReturnType<typeof anHttpEvent>>(
      () => ({ statusCode: 200, body: String((calls += 1)) }),
      { cache: desk.ports, ttlSeconds: 60, scope: 'public', tags: ({ rawPath }) => [`at:${rawPath}`] },
    );
    const send = async (path: string) => ((await handler(anHttpEvent({ path }))) as Reply).body;
    assert.deepEqual([await send('/a'), await send('/b')], ['1', '2']);
    desk.pass(2);

    const { id } = await openInvalidation(portsOf(), parse({ tags: ['at:/a'] }), desk.nowMs);
    await resumeAll(portsOf(), FAR_MS);

    assert.deepEqual([await send('/b'), await send('/a')], ['2', '3']);
    assert.deepEqual(await reportOf(portsOf(), id), {
      state: 'done',
      entries: 1,
      dropped: 1,
      refreshed: 0,
      flushed: [],
      left: [],
      leftCount: 0,
      authorizersFlushed: [],
      edgePaths: [],
    });
  });

  it('of 3 of 1,000 entries refreshes those 3 on a stage cache, by signed requests', async () => {
    const pages = 1000;
    let backend = 0;
    const list = withCacheTags<object>(
      (event) => {
        backend += 1;
        const { queryStringParameters } = event as { queryStringParameters: { page: string } };
        return { statusCode: 200, body: `${queryStringParameters.page} ${backend}` };
      },
      {
        cache: desk.ports,
        key: { query: ['page'] },
        tags: (event) => {
          const { page } = (event as { queryStringParameters: { page: string } }).queryStringParameters;
          return ['10', '500', '999'].includes(page) ? ['changed'] : ['others'];
        },
      },
    );
    const stage = {
      ...ON,
      MethodSettings: [
        { ResourcePath: '/*', HttpMethod: '*', CachingEnabled: true, CacheTtlInSeconds: 3600 },
      ],
    };
    const parameter = 'method.request.querystring.page';
    const api = cachedApi(
      stage,
      {
        AuthorizationType: 'AWS_IAM',
        RequestParameters: { [parameter]: false },
        Integration: { ...proxyTo('list'), CacheKeyParameters: [parameter] },
      },
      (event) => list(event as object),
    );
    api.ports.identities = createIdentities(parseIdentities(IDENTITIES, 'f.yml', ACCOUNT_ID));
    const apiEndpoint = 'http://{apiId}.execute-api.localhost:3000';
    const config = { region: 'us-east-1', credentials: SIGNER, apiEndpoint };
    const ask = (page: number) => {
      const url = new URL(`http://abcdefghij.execute-api.localhost:3000/dev/pets?page=${page}`);
      const signed = {
        method: 'GET',
        url,
        service: 'execute-api',
        region: 'us-east-1',
        nowEpochMs: EPOCH_MS,
      };
      const headers = Object.entries(signRequest({ ...signed, ...SIGNER })).flat();
      return api.send({ target: url.pathname + url.search, headers });
    };
    const refreshed: string[] = [];
    const stages: StageCaches = {
      async refresh(record) {
        const { credentials, ...call } = refreshRequest(record, config);
        const headers = signRequest({ ...call, ...credentials, nowEpochMs: EPOCH_MS });
        const { url } = call;
        const reply = await api.send({
          target: url.pathname + url.search,
          headers: Object.entries(headers).flat(),
        });
        refreshed.push(record.query.map(([, value]) => value).join());
        return { status: reply.status, warning: headerOf(reply, 'warning') };
      },
      flush: NO_STAGES.flush,
    };
    for (let page = 0; page < pages; page += 1) assert.equal((await ask(page)).status, 200);
    assert.equal(backend, pages);

    const { id } = await openInvalidation(portsOf(), parse({ tags: ['changed'] }), desk.nowMs);
    await resumeAll(portsOf(stages), FAR_MS);

    assert.equal(backend, pages + 3);
    assert.deepEqual(refreshed.sort(), ['10', '500', '999']);
    const { entries, refreshed: count, leftCount } = await reportOf(portsOf(), id);
    assert.deepEqual([entries, count, leftCount], [3, 3, 0]);
    const changed = [];
    for (let page = 0; page < pages; page += 1)
      if ((await ask(page)).body.toString() !== `${page} ${page + 1}`) changed.push(page);
    assert.deepEqual(changed, [10, 500, 999]);
    assert.equal(backend, pages + 3);
  });

  it('that is interrupted among 500 entries is continued: each is done, none is lost', async () => {
    await recordEntries(500);
    const seen: string[] = [];
    const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);

    let deaths = 0;
    for (const at of [3, 130, 250, 377]) {
      const dying = recordingStages(seen, (path) => path === `/p/${at}`);
      await assert.rejects(resumeAll(portsOf(dying), FAR_MS), /ends here/);
      deaths += 1;
      // Nobody else takes it while it may be under way.
      assert.equal(await resumeAll(portsOf(recordingStages(seen)), FAR_MS), 0);
      desk.pass(61);
    }
    assert.equal(await resumeAll(portsOf(recordingStages(seen)), FAR_MS), 1);

    assert.equal(new Set(seen).size, 500);
    assert.ok(seen.length <= 500 + deaths * 8, String(seen.length));
    const { state, refreshed } = await reportOf(portsOf(), id);
    assert.deepEqual([state, refreshed], ['done', 500]);
  });

  it('that is ended before it has listed all entries lists them again', async () => {
    await recordEntries(250);
    const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);
    const ports = portsOf(recordingStages([]));
    let writes = 0;
    const store = {
      ...ports.store,
      update: (write: Parameters<typeof ports.store.update>[0]) => {
        writes += 1;
        if (writes === 120) throw new Error('the process ends here');
        return ports.store.update(write);
      },
    };
    await assert.rejects(resumeAll({ ...ports, store }, FAR_MS), /ends here/);
    desk.pass(61);
    await resumeAll(ports, FAR_MS);

    assert.equal((await reportOf(ports, id))['refreshed'], 250);
  });

  it('continues later if time is up', async () => {
    await recordEntries(50);
    const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);
    const seen: string[] = [];
    assert.equal(await resumeAll(portsOf(recordingStages(seen)), desk.nowMs), 0);
    assert.equal(seen.length, 0);
    assert.equal(await resumeAll(portsOf(recordingStages(seen)), desk.nowMs + 1), 1);
    assert.equal((await reportOf(portsOf(), id))['refreshed'], 50);
  });

  it('that is requested often is done once, and once more if it was already in progress', async () => {
    await recordEntries(5);
    const asked = parse({ tags: ['t'] });
    const joined = [];
    for (let count = 0; count < 100; count += 1)
      joined.push((await openInvalidation(portsOf(), asked, desk.nowMs)).joined);
    assert.equal(joined.filter((one) => !one).length, 1);
    const seen: string[] = [];
    const stages = recordingStages(seen);
    const asking: StageCaches = {
      ...stages,
      async refresh(record) {
        if (seen.length < 5) await openInvalidation(portsOf(), asked, desk.nowMs);
        return await stages.refresh(record);
      },
    };
    await resumeAll(portsOf(asking), FAR_MS);

    // Their tag went with the records that the stand-in wrote; the index of the tag still has all five.
    assert.equal(seen.length, 10);
  });

  it('reports what cannot be signed for, and flushes it only if that is allowed', async () => {
    await recordEntries(3, 'authorizer');
    const flushed: string[] = [];
    const stages: StageCaches = {
      refresh: NO_STAGES.refresh,
      flush: (apiId, stage) => (flushed.push(`${apiId}/${stage}`), Promise.resolve('done')),
    };
    const first = await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);
    await resumeAll(portsOf(stages), FAR_MS);
    const report = await reportOf(portsOf(), first.id);
    assert.deepEqual([report['leftCount'], flushed], [3, []]);
    assert.deepEqual((report['left'] as object[])[0], {
      entry: 'GET abcdefghij/dev/p/0',
      reason: 'authorizer',
    });

    for (const more of [{ allowFlush: true }, { flushAbove: 2 }]) {
      const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'], ...more }), desk.nowMs);
      await resumeAll(portsOf(stages), FAR_MS);
      const { leftCount, flushed: stagesFlushed } = await reportOf(portsOf(), id);
      assert.deepEqual(
        [leftCount, stagesFlushed, flushed.splice(0)],
        [0, ['abcdefghij/dev'], ['abcdefghij/dev']],
      );
    }
    const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'], flushAbove: 3 }), desk.nowMs);
    await resumeAll(portsOf(stages), FAR_MS);
    assert.deepEqual([(await reportOf(portsOf(), id))['leftCount'], flushed], [3, []]);
  });

  it('reports a stage as not flushed if API Gateway has no time for it', async () => {
    await recordEntries(2, 'authorizer');
    const stages: StageCaches = { ...NO_STAGES, flush: () => Promise.resolve('throttled') };
    const asked = parse({ tags: ['t'], allowFlush: true });
    const { id } = await openInvalidation(portsOf(), asked, desk.nowMs);
    await resumeAll(portsOf(stages), FAR_MS);

    const { leftCount, left } = await reportOf(portsOf(), id);
    assert.equal(leftCount, 2);
    assert.deepEqual(
      (left as { reason: string }[]).map(({ reason }) => reason),
      ['flush-throttled', 'flush-throttled'],
    );
  });

  const replies: readonly (readonly [what: string, reply: object, reason: string])[] = [
    [
      'a warning of API Gateway',
      { status: 200, warning: '199 Cache-Control header is not authorized' },
      'not-allowed',
    ],
    ['403', { status: 403 }, 'refused'],
    ['an answer that no backend has recorded', { status: 200 }, 'unconfirmed'],
    ['an outage', { status: 503 }, 'status 503'],
  ];
  for (const [what, reply, reason] of replies)
    it(`takes ${what} for no refresh`, async () => {
      await recordEntries(1);
      const stages = {
        ...NO_STAGES,
        refresh: () => Promise.resolve(reply as Awaited<ReturnType<StageCaches['refresh']>>),
      };
      const { id } = await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);
      await resumeAll(portsOf(stages), FAR_MS);
      assert.deepEqual((await reportOf(portsOf(), id))['left'], [
        { entry: 'GET abcdefghij/dev/p/0', reason },
      ]);
    });

  it('waits longer before each further try of an entry', async () => {
    await recordEntries(1);
    await openInvalidation(portsOf(), parse({ tags: ['t'] }), desk.nowMs);
    const outage = { ...NO_STAGES, refresh: () => Promise.resolve({ status: 503, warning: undefined }) };
    const ports = portsOf(outage);
    const pauses: number[] = [];
    const timer = { pause: (ms: number) => (pauses.push(ms), Promise.resolve()) };
    await resumeAll({ ...ports, timer, random: { ...ports.random, fraction: () => 0.5 } }, FAR_MS);

    assert.deepEqual(pauses, [400, 800]);
  });

  it('only says what it would do if it is a dry run, and changes nothing', async () => {
    await recordEntries(3);
    const before = JSON.stringify([...desk.items]);

    const report = await planInvalidation(portsOf(), parse({ all: true }));

    assert.deepEqual([report.entries, report.refreshed], [3, 3]);
    assert.equal(JSON.stringify([...desk.items]), before);
  });
});
