import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../packages/gateway/core/errors.ts';
import type { ResolvedStack } from '../../../../packages/gateway/core/stack/model.ts';
import { ServiceHost } from '../../../../packages/gateway/engine/service-host.ts';
import { DELIVERED } from '../../../../packages/gateway/kernel/event-ports.ts';
import { StateFileError } from '../../../../packages/gateway/kernel/files/state-file.ts';
import { NO_STORED_ENTRIES } from '../../../../packages/gateway/kernel/stored-entries.ts';
import { NO_WRITTEN_OBJECTS } from '../../../../packages/gateway/kernel/service.ts';
import type { Service, ServiceEntry } from '../../../../packages/gateway/kernel/service.ts';
import { FakeBackend, CountingRandom, FakeInvoker, VirtualClock } from '../../../support/virtual-ports.ts';

const BELL = 'arn:aws:bells:us-east-1:123456789012:bell/front';

/** Bells: a type of resource, a target, a row, and what calls have made; everything that happens is noted. */
function bells(said: string[], close?: () => Promise<void>): ServiceEntry {
  const open = (): Service => {
    let defined = 0;
    let rang = 0;
    return {
      prepare(stacks) {
        const found = stacks.ofType('AWS::Bells::Bell').length;
        return () => void said.push(`applied ${(defined = found)}`);
      },
      target: {
        deliver(arn, body) {
          rang += 1;
          said.push(`${arn} rang ${body}`);
          return defined > 0 ? DELIVERED : undefined;
        },
      },
      rows: () => [{ kind: 'bucket', name: 'front', targets: [], state: `${defined} bells` }],
      state: {
        save: () => ({ rang }),
        check(saved) {
          const { rang: wanted } = saved as { rang: unknown };
          if (typeof wanted !== 'number') throw new StateFileError('rang is no number');
          return () => void (rang = wanted);
        },
      },
      reset: () => void said.push('reset'),
      close: close ?? (() => void said.push('closed')),
    };
  };
  const load = (): Promise<{ open: () => Service }> => {
    said.push('loaded');
    return Promise.resolve({ open });
  };
  return { name: 'bells', types: { 'AWS::Bells::Bell': { enforced: [] } }, load };
}

function aHost(said: string[], close?: () => Promise<void>): ServiceHost {
  return hostOf([bells(said, close)], said);
}

function hostOf(catalogue: readonly ServiceEntry[], said: string[] = []): ServiceHost {
  return new ServiceHost({
    catalogue,
    closeWithinMs: 1,
    invoker: new FakeInvoker({}),
    clock: new VirtualClock(),
    random: new CountingRandom(),
    services: { call: () => Promise.resolve({ kind: 'timed-out' }) },
    isElsewhere: () => false,
    accountId: '123456789012',
    kept: NO_STORED_ENTRIES,
    writtenObjects: NO_WRITTEN_OBJECTS,
    http: new FakeBackend(),
    logGroups: { write: () => undefined },
    settings: {},
    permits: () => true,
    report: (message) => said.push(message),
  });
}

function stackOf(...types: readonly string[]): ResolvedStack {
  const resources = new Map(types.map((type, index) => [`R${index}`, { type, properties: {} }]));
  return { resources, functions: [] } as unknown as ResolvedStack;
}

describe('ServiceHost', () => {
  it('loads nothing for stacks that name no resource of a service', async () => {
    const said: string[] = [];

    await aHost(said).openNeeded([stackOf('AWS::Lambda::Function')]);

    assert.deepEqual(said, []);
  });

  it('loads a service once for its resources, and applies what it has read', async () => {
    const said: string[] = [];
    const host = aHost(said);
    const stacks = [stackOf('AWS::Bells::Bell', 'AWS::Bells::Bell')];

    await host.openNeeded(stacks);
    await host.openNeeded(stacks);
    const { apply } = host.read(stacks, new Faults(false));
    assert.deepEqual(said, ['loaded']);
    apply();

    assert.deepEqual(said, ['loaded', 'applied 2']);
    assert.equal(host.rows[0]?.state, '2 bells');
  });

  it('reads each service once for a load', async () => {
    let reads = 0;
    const open = (): Service => ({
      prepare() {
        reads += 1;
        return () => undefined;
      },
    });
    const host = hostOf([{ ...bells([]), load: () => Promise.resolve({ open }) }]);
    const stacks = [stackOf('AWS::Bells::Bell')];
    await host.openNeeded(stacks);

    host.read(stacks, new Faults(false)).apply();

    assert.equal(reads, 1);
  });

  it('loads a service for a target, and the service gets the unchanged stacks', async () => {
    const said: string[] = [];
    const host = aHost(said);
    host.read([stackOf('AWS::Bells::Bell')], new Faults(false)).apply();

    const outcome = await host.targets.send(BELL, 'once');

    assert.equal(outcome.kind, 'delivered');
    assert.deepEqual(said, ['loaded', 'applied 1', `${BELL} rang once`]);
  });

  it('applies new stacks to a service that was opened after they had been read', async () => {
    const said: string[] = [];
    const host = aHost(said);
    const { apply } = host.read([stackOf('AWS::Bells::Bell')], new Faults(false));

    await host.targets.send(BELL, 'early');
    apply();
    await host.targets.send(BELL, 'late');

    assert.deepEqual(said, ['loaded', `${BELL} rang early`, 'applied 1', `${BELL} rang late`]);
  });

  it('applies new stacks to a service that was opened after they had been read, and had older ones', async () => {
    const said: string[] = [];
    const host = aHost(said);
    host.read([stackOf('AWS::Bells::Bell')], new Faults(false)).apply();
    const { apply } = host.read([stackOf('AWS::Bells::Bell', 'AWS::Bells::Bell')], new Faults(false));

    await host.targets.send(BELL, 'once');
    apply();

    assert.deepEqual(said, ['loaded', 'applied 1', `${BELL} rang once`, 'applied 2']);
  });

  it('saves the state of open services, and loads it if all of it is right', async () => {
    const said: string[] = [];
    const host = aHost(said);
    assert.deepEqual(host.savedStates(), {});
    await host.targets.send(BELL, 'once');
    assert.deepEqual(host.savedStates(), { bells: { rang: 1 } });

    const other = aHost([]);
    (await other.checkStates({ bells: { rang: 7 } }))();

    assert.deepEqual(other.savedStates(), { bells: { rang: 7 } });
    await assert.rejects(other.checkStates({ bells: { rang: 'often' } }), /rang/);
    await assert.rejects(other.checkStates({ gongs: {} }), /gongs/);
    await assert.rejects(other.checkStates([]), /not an object/);
  });

  it('reports a service that no line of the catalogue contains as not running', async () => {
    const outcome = await aHost([]).targets.send('arn:aws:gongs:us-east-1:123456789012:gong', 'x');

    assert.equal(outcome.kind === 'failed' && outcome.message, 'the gateway does not run gongs');
  });

  it('goes back to the stacks after a reset, and closes what is open', async () => {
    const said: string[] = [];
    const host = aHost(said);
    const stacks = [stackOf('AWS::Bells::Bell')];
    await host.openNeeded(stacks);
    host.read(stacks, new Faults(false)).apply();

    await host.clear(() => Promise.resolve(void said.push('between')));
    await host.close();

    const expected = ['applied 1', 'applied 0', 'reset', 'between', 'reset', 'applied 1', 'closed'];
    assert.deepEqual(said, ['loaded', ...expected]);
  });

  it('waits for a service that ends, and reports a service that does not end in time', async () => {
    const said: string[] = [];
    const ending = aHost(said, () => Promise.resolve(void said.push('ended')));
    const hanging = aHost(said, () => new Promise(() => undefined));
    for (const host of [ending, hanging]) {
      await host.openNeeded([stackOf('AWS::Bells::Bell')]);
      await host.close();
    }

    assert.deepEqual(said, ['loaded', 'ended', 'loaded', 'bells had not closed after 0.001 s']);
  });

  it('lists what its services have, one after the other, and skips services that have none', async () => {
    const front = (name: string) => ({
      name,
      hosts: [],
      serve: () => Promise.reject(new Error('not asked')),
    });
    const row = (name: string) => ({ kind: 'bucket', name, targets: [], state: 'open' }) as const;
    const host = hostOf([
      entryOf('first', {
        fronts: () => [front('a'), front('b')],
        rows: () => [row('a')],
        handTargets: () => [{ arn: 'arn:a', name: 'a' }],
        pending: 2,
      }),
      entryOf('none', {}),
      entryOf('last', { fronts: () => [front('c')], rows: () => [row('c')], pending: 3 }),
      entryOf('closed', { fronts: () => [front('d')], pending: 9 }),
    ]);
    for (const name of ['last', 'none', 'first']) await host.find(name);
    const namesOf = (shown: readonly { readonly name: string }[]) => shown.map(({ name }) => name);

    assert.deepEqual(namesOf(host.fronts), ['a', 'b', 'c']);
    assert.deepEqual(namesOf(host.rows), ['a', 'c']);
    assert.deepEqual(namesOf(host.handTargets), ['a']);
    assert.equal(host.pending, 5);
    assert.equal(host.originOf('nowhere.example'), undefined);
  });

  // A test that resets reads only what it has caused itself.
  it('has no log line and no trace of before it is cleared, and those that come after', async () => {
    const host = aHost([]);
    const line = (text: string) => ({ text }) as unknown as Parameters<typeof host.lines.publish>[0];
    const kept = () => [
      [...host.lines.kept()].map(({ item }) => item.text),
      [...host.segments.kept()].map(({ item }) => item),
    ];
    host.lines.publish(line('before'));
    host.segments.publish('before');
    assert.deepEqual(kept(), [['before'], ['before']]);

    await host.clear(() => Promise.resolve());
    assert.deepEqual(kept(), [[], []]);
    host.lines.publish(line('after'));
    host.segments.publish('after');

    assert.deepEqual(kept(), [['after'], ['after']]);
  });

  it('keeps the stacks of a reload that comes while it is cleared', async () => {
    const said: string[] = [];
    const host = aHost(said);
    await host.openNeeded([stackOf('AWS::Bells::Bell')]);
    host.read([stackOf('AWS::Bells::Bell')], new Faults(false)).apply();
    const newer = [stackOf('AWS::Bells::Bell', 'AWS::Bells::Bell')];

    await host.clear(() => {
      host.read(newer, new Faults(false)).apply();
      return Promise.resolve();
    });

    assert.equal(host.rows[0]?.state, '2 bells');
  });

  it('closes the others if one cannot be closed, and says which', async () => {
    const said: string[] = [];
    const host = hostOf(
      [
        entryOf('first', { close: () => void said.push('first closed') }),
        entryOf('second', { close: () => Promise.reject(new Error('stuck')) }),
        entryOf('third', {
          close() {
            throw new Error('broken');
          },
        }),
      ],
      said,
    );
    for (const name of ['first', 'second', 'third']) await host.find(name);

    await host.close();

    assert.deepEqual(
      said.map((text) => text.split('\n')[0]),
      [
        'third could not be closed: Error: broken',
        'second could not be closed: Error: stuck',
        'first closed',
      ],
    );
  });

  it('has no service that could not read the stacks when it was opened', async () => {
    let isBroken = true;
    const prepare = (): (() => void) => {
      if (isBroken) throw new Error('unreadable');
      return () => undefined;
    };
    const host = hostOf([entryOf('late', { prepare })]);
    host.read([], new Faults(false)).apply();

    await assert.rejects(Promise.resolve(host.find('late')), /unreadable/);
    await assert.rejects(Promise.resolve(host.find('late')), /unreadable/);
    isBroken = false;
    assert.ok(await host.find('late'));
  });

  it('passes the new stacks to the others if one service fails to accept them', async () => {
    const said: string[] = [];
    const broken = (): never => {
      throw new Error('no room');
    };
    const fine = (): void => void said.push('applied');
    const host = hostOf(
      [entryOf('broken', { prepare: () => broken }), entryOf('fine', { prepare: () => fine })],
      said,
    );
    for (const name of ['broken', 'fine']) await host.find(name);

    host.read([], new Faults(false)).apply();

    assert.deepEqual(
      said.map((text) => text.split('\n')[0]),
      ['broken could not apply the new stacks: Error: no room', 'applied'],
    );
  });

  for (const [what, verdict] of [
    ['nothing', undefined],
    ['a promise', Promise.resolve({ kind: 'passed' })],
    ['another word', { kind: 'allowed' }],
  ] as const)
    it(`rejects requests if a screen returns ${what}`, async () => {
      const host = hostOf([entryOf('moat', { screenOf: () => () => verdict as never })]);
      await host.find('moat');

      assert.equal(host.screens.judge('arn', {} as never)?.kind, 'refused');
    });

  it('returns no verdict for a stage that nothing screens, and joins the verdicts of two screens', async () => {
    const screens = (name: string): ServiceEntry =>
      entryOf(name, {
        screenOf: (stageArn) =>
          stageArn === 'gate'
            ? () => ({
                kind: 'passed',
                inserts: [`x-${name}`, '1'],
                notes: () => [`${name} let it pass.`],
                by: name,
              })
            : undefined,
      });
    const host = hostOf([screens('moat'), screens('wall')]);
    await host.find('moat');
    await host.find('wall');

    assert.equal(host.screens.judge('door', {} as never), undefined);
    const verdict = host.screens.judge('gate', {} as never);
    assert.ok(verdict?.kind === 'passed');
    assert.deepEqual([verdict.inserts, verdict.by], [['x-moat', '1', 'x-wall', '1'], 'wall']);
    assert.deepEqual(verdict.notes?.(), ['moat let it pass.', 'wall let it pass.']);
  });

  it('takes no two services of one name', () => {
    assert.throws(() => hostOf([entryOf('a', {}), entryOf('a', {})]), /two services are called "a"/);
  });
});

function entryOf(name: string, service: Service): ServiceEntry {
  return { name, types: {}, load: () => Promise.resolve({ open: () => service }) };
}

// docs/aws: a web ACL that blocks is not undone by another service in front of the stage.
describe('the screens of services', () => {
  const STAGE = 'arn:aws:apigateway:us-east-1::/restapis/a1/stages/dev';
  const REFUSED = { kind: 'refused', status: 403, headers: [], body: '' };
  const request = {} as Parameters<NonNullable<ReturnType<NonNullable<Service['screenOf']>>>>[0];
  const wall = (verdict: object): Service =>
    ({ screenOf: (arn: string) => (arn === STAGE ? () => verdict : undefined) }) as unknown as Service;
  const PASSES = { kind: 'passed' };

  const judge = async (services: readonly Service[], arn = STAGE): Promise<string | undefined> => {
    const entries = services.map((service, index): ServiceEntry => {
      const open = (): Service => service;
      return {
        name: `s${index}`,
        types: { [`AWS::S${index}::T`]: { enforced: [] } },
        load: () => Promise.resolve({ open }),
      };
    });
    const host = hostOf(entries);
    await host.openNeeded([stackOf(...services.map((_, index) => `AWS::S${index}::T`))]);
    assert.equal(host.screens.isEmpty, !services.some((service) => 'screenOf' in service));
    return host.screens.judge(arn, request)?.kind;
  };

  for (const { name, services, arn, kind } of [
    { name: 'judge nothing without a service', services: [], kind: undefined },
    { name: 'judge nothing with a service that screens nothing', services: [{}], kind: undefined },
    {
      name: 'are asked together with a service that screens nothing',
      services: [{}, wall(REFUSED)],
      kind: 'refused',
    },
    { name: 'refuse what the first refuses', services: [wall(REFUSED), wall(PASSES)], kind: 'refused' },
    { name: 'refuse what the last refuses', services: [wall(PASSES), {}, wall(REFUSED)], kind: 'refused' },
    { name: 'pass what all pass', services: [wall(PASSES), wall(PASSES)], kind: 'passed' },
    { name: 'judge no other stage', services: [wall(REFUSED)], arn: `${STAGE}2`, kind: undefined },
  ])
    it(name, async () => {
      assert.equal(await judge(services, arn), kind);
    });
});
