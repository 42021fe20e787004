import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidRequest } from '../../../../../../packages/gateway/core/errors.ts';
import { ResetBaseline } from '../../../../../../packages/gateway/engine/compose/state/reset.ts';
import type { Parts } from '../../../../../../packages/gateway/engine/compose/parts.ts';

/** Parts of a start that say what a reset does with them. */
function said(options: object = { dynamodb: { kind: 'none' } }) {
  const done: string[] = [];
  const say =
    (what: string) =>
    (...about: readonly unknown[]): void =>
      void done.push([what, ...about].join(' '));
  let offsetMs = 5;
  const parts = {
    options,
    at: {
      connections: {
        all: ['chat'],
        end: (name: string, { code }: { code: number }) => done.push(`end ${name} with ${code}`),
      },
    },
    journal: { inTurn: (run: () => unknown) => run(), forget: say('forget calls') },
    events: {
      async clear(between: () => Promise<void>) {
        done.push('stop events');
        await between();
        done.push('begin events');
      },
      items: { pause: say('pause streams'), resume: say('resume streams') },
    },
    runtime: { renew: say('renew instances') },
    clock: { offsetMs: () => offsetMs, reset: say('reset clock'), shift: say('shift clock by') },
    signIn: { opened: { pools: { kept: 'users', restore: say('restore') } } },
    served: { restart: () => done.push('restart APIs') },
    values: { forgetCalls: say('forget parameters') },
    sessions: { clear: say('clear sessions') },
    recorder: { clear: say('clear calls') },
    history: { clear: say('clear lines') },
  };
  const moveClock = (ms: number): void => void (offsetMs = ms);
  return { parts: parts as unknown as Parts, done, moveClock };
}

describe('a reset', () => {
  it('restores the state after startup, part by part, while no event starts a function', async () => {
    const { parts, done, moveClock } = said();
    const baseline = new ResetBaseline();
    await baseline.begin(parts);
    moveClock(9);

    await baseline.run(parts, false);

    assert.deepEqual(done, [
      'end chat with 1001',
      'stop events',
      'pause streams',
      'renew instances',
      'reset clock',
      'shift clock by 5',
      'restore users',
      'restart APIs',
      'forget calls',
      'forget parameters',
      'clear sessions',
      'clear calls',
      'clear lines',
      'begin events',
      'resume streams',
    ]);
  });

  it('keeps instances if requested, and nothing else', async () => {
    const { parts, done } = said();
    const baseline = new ResetBaseline();
    await baseline.begin(parts);

    await baseline.run(parts, true);
    const kept = done.splice(0);
    await baseline.run(parts, false);

    assert.deepEqual(
      kept,
      done.filter((what) => what !== 'renew instances'),
    );
  });

  it('is refused before the gateway is loaded, and does not stop a later one', async () => {
    const { parts, done } = said();
    const baseline = new ResetBaseline();

    await assert.rejects(baseline.run(parts, false), InvalidRequest);
    await baseline.begin(parts);
    await Promise.all([baseline.run(parts, false), baseline.run(parts, false)]);

    const turns = done.filter((what) => /events$/.test(what));
    assert.deepEqual(turns, ['stop events', 'begin events', 'stop events', 'begin events']);
  });

  for (const dynamodb of [
    { kind: 'url', url: 'http://127.0.0.1:1' },
    { kind: 'embedded', dataDirectory: 'data' },
  ])
    it(`is refused with tables of ${JSON.stringify(dynamodb)}, which outlive a start`, async () => {
      const begun = new ResetBaseline().begin(said({ dynamodb }).parts);

      await assert.rejects(begun, { message: /^a reset would empty persistent tables/ });
    });
});
