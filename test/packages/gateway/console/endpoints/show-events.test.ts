import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { showEvents } from '../../../../../packages/gateway/console/endpoints/show-events.ts';

const noted = (): number => 0;

describe('showEvents', () => {
  it('says for each source what can be done with it manually', () => {
    const shown = showEvents({
      rows: [
        { kind: 'queue', name: 'jobs', targets: ['work'], state: '1 waiting' },
        { kind: 'queue', name: 'dead', targets: [], state: '' },
        { kind: 'schedule', name: 'nightly', targets: ['sweep'], state: 'rate(1 day)' },
        { kind: 'rule', name: 'placed', targets: ['mail'], state: '' },
      ],
      handTargets: [
        { arn: 'arn:jobs', name: 'jobs' },
        { arn: 'arn:dead', name: 'dead', redrive: noted },
        { arn: 'arn:nightly', name: 'nightly', run: noted },
        { arn: 'arn:default', name: 'default' },
      ],
      pending: 2,
    });

    assert.deepEqual(
      shown.sources.map(({ kind, name, actions }) => [kind, name, actions]),
      [
        ['queue', 'jobs', ['send']],
        ['queue', 'dead', ['send', 'redrive']],
        ['schedule', 'nightly', ['run']],
        ['rule', 'placed', []],
        ['bus', 'default', ['send']],
      ],
    );
    assert.equal(shown.asynchronous, 2);
  });
});
