/** Reloads as events, and deployments by number. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compareSnapshots,
  takeSnapshot,
} from '../../../../../packages/gateway/console/records/deployment-snapshot.ts';
import { ReloadHistory, STACKS } from '../../../../../packages/gateway/console/records/reload-history.ts';
import type { Snapshot } from '../../../../../packages/gateway/console/records/deployment-snapshot.ts';

class Seconds {
  ms = 0;
  nowEpochMs(): number {
    return 1_000_000 + this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
}

const place = { file: 'template.json' };
const none = { includes: [], resources: new Map(), functions: [] };

function snapshotOf(settings: Readonly<Record<string, object>>): Snapshot {
  const resources = new Map(
    Object.entries(settings).map(([logicalId, properties]) => [
      logicalId,
      {
        logicalId,
        type: 'AWS::SQS::Queue',
        physicalId: logicalId,
        properties: properties as never,
        dependsOn: [],
        place: () => place,
      },
    ]),
  );
  return takeSnapshot([], [{ ...none, stackName: 'shop', resources }]);
}

function stacksOf(
  { snapshot: before = new Map() }: ReloadHistory,
  settings: Parameters<typeof snapshotOf>[0],
) {
  const snapshot = snapshotOf(settings);
  return { snapshot, changes: compareSnapshots(before, snapshot) };
}

function aHistory() {
  const clock = new Seconds();
  const history = new ReloadHistory(clock);
  const at = (seconds: number): ReloadHistory => {
    clock.ms = seconds * 1000;
    return history;
  };
  return { history, at };
}

const KEPT = { message: 'Expected ";" (src/hello.ts:11:3)', file: 'src/hello.ts', line: 11 };

describe('reloads of a start', () => {
  it('number its deployments: a request belongs to the deployment at its arrival', () => {
    const { history, at } = aHistory();
    at(10).note({ what: 'hello', tookMs: 5 });
    at(20).note({ what: 'hello', kept: KEPT });
    at(30).note({ what: 'hello', tookMs: 5 });

    assert.deepEqual(
      [0, 9_999, 10_000, 25_000, 30_000, 99_000].map((ms) => history.versionAt(ms)),
      [1, 1, 2, 2, 3, 3],
    );
  });

  it('count stacks from the moment at which they answered, before they were compared', () => {
    const { history, at } = aHistory();
    at(5).snapshot = snapshotOf({});
    at(12).note({ what: STACKS, tookMs: 1, fromMs: 10_000 }, stacksOf(history, { Jobs: {} }));

    assert.deepEqual([history.versionAt(9_999), history.versionAt(10_000)], [1, 2]);
  });

  it('say what is on disk but not in use, until it is used', () => {
    const { history, at } = aHistory();
    at(10).note({ what: 'hello', kept: KEPT });
    const [broken, ...others] = history.show().broken;

    assert.deepEqual(others, []);
    assert.deepEqual(
      [broken?.file, broken?.line, broken?.message, broken?.version],
      ['src/hello.ts', 11, KEPT.message, 1],
    );
    at(20).note({ what: 'list', tookMs: 5 });
    assert.equal(history.show().broken.length, 1);
    at(30).note({ what: 'hello', tookMs: 5 });
    assert.deepEqual(history.show().broken, []);
    assert.deepEqual(
      history.show().reloads.map(({ kind, what, version }) => [kind, ...what, version]),
      [
        ['reloaded', 'hello', 3],
        ['reloaded', 'list', 2],
        ['kept', 'hello', 1],
      ],
    );
  });

  it('say which saves a request did not get, for the functions that it called and for the stacks', () => {
    const { history, at } = aHistory();
    at(10).note({ what: 'hello', kept: KEPT });
    at(15).note({ what: 'hello', kept: { ...KEPT, message: 'another error' } });
    at(20).note({ what: 'hello', tookMs: 5 });
    at(30).note({ what: STACKS, kept: { message: 'no JSON', file: 'template.json', line: undefined } });
    at(40).note({ what: 'list', kept: KEPT });
    at(50).note({ what: STACKS, tookMs: 1 }, stacksOf(history, {}));

    assert.deepEqual(
      [9, 12, 17, 25, 35, 45, 55].map((seconds) =>
        history
          .unloadedAt(seconds * 1000, ['hello'])
          .map(({ functionName = 'stacks', message }) => `${functionName}: ${message}`)
          .join(),
      ),
      ['', `hello: ${KEPT.message}`, 'hello: another error', '', 'stacks: no JSON', 'stacks: no JSON', ''],
    );
    assert.equal(history.unloadedAt(55_000, ['list'])[0]?.line, 11);
  });

  it('are one event if functions in one file are loaded one by one', () => {
    const { history, at } = aHistory();
    at(10).note({ what: 'hello', kept: KEPT });
    at(10.2).note({ what: 'list', kept: KEPT });
    at(20).note({ what: 'hello', tookMs: 5 });
    at(20.1).note({ what: 'list', tookMs: 9 });
    at(40).note({ what: 'list', tookMs: 5 });

    assert.deepEqual(
      history.show().reloads.map(({ what, version, changed }) => [what.join(), version, changed]),
      [
        ['list', 3, 1],
        ['hello,list', 2, 2],
        ['hello,list', 1, 0],
      ],
    );
    assert.deepEqual(
      history.compare(1, 2, compareSnapshots)?.map(({ name }) => name),
      ['hello', 'list'],
    );
  });

  it('compare any two deployments, stacks and code', () => {
    const { history, at } = aHistory();
    at(10).note({ what: 'hello', tookMs: 1 });
    history.snapshot = snapshotOf({ Jobs: { VisibilityTimeout: 3 }, Old: {} });
    at(20).note({ what: STACKS, tookMs: 1 }, stacksOf(history, { Jobs: { VisibilityTimeout: 4 }, New: {} }));
    const words = (from: number, to: number) =>
      history
        .compare(from, to, compareSnapshots)
        ?.map(({ name, how }) => `${name.split(' ')[0] ?? ''} ${how}`);

    assert.deepEqual(words(1, 2), ['hello changed']);
    assert.deepEqual(history.compare(1, 2, compareSnapshots)?.[0]?.members, [{ name: 'code' }]);
    assert.deepEqual(words(2, 3), ['Jobs changed', 'New added', 'Old removed']);
    assert.deepEqual(words(3, 2), ['Jobs changed', 'Old added', 'New removed']);
    assert.deepEqual(words(1, 3), ['Jobs changed', 'New added', 'Old removed', 'hello changed']);
    assert.equal(words(1, 9), undefined);
  });

  it('are bounded: of 300 reloads the last 100 are shown and the last 20 deployments compared', () => {
    const { history, at } = aHistory();
    for (let nth = 1; nth <= 300; nth += 1) at(nth * 10).note({ what: 'hello', tookMs: 1 });
    const { reloads, versions } = history.show();

    assert.deepEqual([reloads.length, reloads[0]?.number, reloads.at(-1)?.number], [100, 300, 201]);
    assert.deepEqual([versions.length, versions[0]?.version, versions.at(-1)?.version], [20, 282, 301]);
    assert.equal(history.versionAt(15_000), 2);
    assert.equal(history.compare(1, 301, compareSnapshots), undefined);
  });
});
