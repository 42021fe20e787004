import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parseInvalidation } from '#shared/cache/invalidation.ts';
import { resumeAll, planInvalidation } from '#shared/cache/invalidator.ts';
import type { OutsideCaches } from '#shared/cache/invalidator.ts';
import { openInvalidation, findWork } from '#shared/cache/work-list.ts';
import { CacheDesk } from '../../support/a-response-cache.ts';
import { NO_STAGES, portsAt } from '../../support/a-stage-cache.ts';

const FAR_MS = Number.MAX_SAFE_INTEGER;
const parse = (more: object) => parseInvalidation({ namespace: 'orders', ...more });

let desk: CacheDesk;
beforeEach(() => {
  desk = new CacheDesk();
});

const portsOf = () => portsAt(desk);

async function reportOf(ports: ReturnType<typeof portsOf>, id: string) {
  const work = await findWork(ports, id);
  return JSON.parse(work?.report ?? '{}') as Record<string, unknown>;
}

describe('an invalidation of caches beyond the table', () => {
  const BEYOND = {
    authorizers: ['rest/a1b2c3d4e5/prod', 'http/b1b2c3d4e5/$default'],
    edgePaths: ['/orders/*', '/', '/orders/*'],
  };
  const recordingBeyond = (messages: string[], answers: ('done' | 'throttled' | 'refused')[] = []) => {
    const report = (text: string) => (messages.push(text), Promise.resolve(answers.shift() ?? 'done'));
    return {
      flushAuthorizers: (...of) => report(of.join(' ')),
      invalidateEdge: (paths, reference) => report(`${paths.join(' ')} ${reference}`),
    } satisfies OutsideCaches;
  };
  const portsWith = (beyond: OutsideCaches) => portsAt(desk, NO_STAGES, beyond);

  it('flushes answers of authorizers, and gives CloudFront all paths by one call', async () => {
    const messages: string[] = [];
    const { id } = await openInvalidation(portsOf(), parse(BEYOND), desk.nowMs);
    await resumeAll(
      portsWith(recordingBeyond(messages, ['throttled', 'done', 'throttled', 'throttled'])),
      FAR_MS,
    );

    const called = [
      ['http b1b2c3d4e5 $default', 2],
      [`/ /orders/* gatewright-${id}-1`, 3],
      ['rest a1b2c3d4e5 prod', 1],
    ] as const;
    assert.equal(messages.length, 6);
    assert.deepEqual([...new Set(messages)].sort(), called.map(([text]) => text).sort());
    const { leftCount, authorizersFlushed, edgePaths } = await reportOf(portsOf(), id);
    assert.deepEqual(
      [leftCount, [...(authorizersFlushed as string[])].sort(), edgePaths],
      [0, BEYOND.authorizers.toSorted(), ['/', '/orders/*']],
    );
  });

  it('calls CloudFront last, because it could store again what another cache is about to lose', async () => {
    for (let round = 0; round < 8; round += 1) {
      const messages: string[] = [];
      const asked = parse({ authorizers: BEYOND.authorizers, edgePaths: [`/orders/${round}`] });
      await openInvalidation(portsOf(), asked, desk.nowMs);
      await resumeAll(portsWith(recordingBeyond(messages)), FAR_MS);
      assert.deepEqual(
        messages.map((message) => message.startsWith('/')),
        [false, false, true],
      );
    }
  });

  it('says what is left, if it was refused or the stack has no distribution', async () => {
    const refusing = { ...recordingBeyond([], ['refused', 'refused']), invalidateEdge: undefined };
    const { id } = await openInvalidation(portsOf(), parse(BEYOND), desk.nowMs);
    await resumeAll(portsWith(refusing), FAR_MS);

    const { left } = (await reportOf(portsOf(), id)) as { left?: { entry: string; reason: string }[] };
    assert.deepEqual((left ?? []).map(({ entry, reason }) => `${entry}: ${reason}`).sort(), [
      'CloudFront / /orders/*: no-distribution',
      'authorizers http/b1b2c3d4e5/$default: flush-refused',
      'authorizers rest/a1b2c3d4e5/prod: flush-refused',
    ]);
  });

  it('sends CloudFront the same reference after a crash, and a new one for a new request', async () => {
    const messages: string[] = [];
    const dying: OutsideCaches = {
      ...recordingBeyond([]),
      invalidateEdge: (_paths, reference) => (
        messages.push(reference),
        Promise.reject(new Error('ends here'))
      ),
    };
    const edge = parse({ edgePaths: ['/orders/*'] });
    await openInvalidation(portsOf(), edge, desk.nowMs);
    await assert.rejects(resumeAll(portsWith(dying), FAR_MS), /ends here/);
    desk.pass(61);
    const recording = recordingBeyond(messages);
    await resumeAll(portsWith(recording), FAR_MS);
    await openInvalidation(portsOf(), edge, desk.nowMs);
    await resumeAll(portsWith(recording), FAR_MS);

    const [first, second, third] = messages.map((text) => text.split(' ').at(-1));
    assert.equal(first, second);
    assert.notEqual(second, third);
  });

  it('makes no call in a dry run', async () => {
    const messages: string[] = [];
    const report = await planInvalidation(portsWith(recordingBeyond(messages)), parse(BEYOND));
    assert.deepEqual([report.edgePaths, report.leftCount, messages], [['/', '/orders/*'], 0, []]);
    const without = await planInvalidation(portsOf(), parse({ edgePaths: ['/'] }));
    assert.deepEqual(without.left, [{ entry: 'CloudFront /', reason: 'no-distribution' }]);
  });

  for (const wrong of [
    { tags: ['order 17'] },
    { paths: ['orders'] },
    { parts: ['page=2'] },
    { authorizers: ['a1b2c3d4e5/prod'] },
    { authorizers: ['rest/../prod'] },
    { edgePaths: ['orders'] },
    { edgePaths: ['/a*b'] },
    { edgePaths: ['/a<b'] },
  ])
    it(`refuses ${JSON.stringify(wrong)}, and says how it is written`, () => {
      const message = new RegExp(
        `^${Object.keys(wrong)[0]} must be .*(slash|characters|query\\.page=2|rest/a1b2)`,
      );
      assert.throws(() => parse(wrong), { code: 'REQUEST_INVALID', message });
    });
});
