import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallJournal, checkCalls } from '../../../../packages/gateway/control/call-journal.ts';
import { adminIdentity } from '../../../../packages/gateway/core/policy/identities.ts';
import { createSystemRandom } from '../../../../packages/gateway/server/adapters/random.ts';
import type { AwsService } from '../../../../packages/gateway/kernel/calls/aws-call.ts';

const CALLER = adminIdentity({ accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' }, '123456789012');

/** Makes an id for each change, at a time. */
function aJournal(nowEpochMs: number) {
  const journal = new CallJournal(
    { nowEpochMs: () => nowEpochMs, monotonicMs: () => 0 },
    createSystemRandom(),
  );
  const made: string[] = [];
  const service: AwsService = async ({ request }) => {
    await Promise.resolve();
    const id = `${request.path} ${journal.random.hex(10)} ${journal.clock.nowEpochMs()}`;
    if (request.path === '/refused') return { status: 400, headers: [], body: 'no' };
    made.push(id);
    return { status: 201, headers: [], body: id };
  };
  const kept = journal.keep(service);
  const call = (method: string, path: string) =>
    kept({
      request: { method, path, query: '', rawHeaders: [], body: Buffer.from('{}'), host: '127.0.0.1' },
      caller: CALLER,
      service: 'apigateway',
      region: 'us-east-1',
    });
  return { journal, service, call, made };
}

describe('CallJournal', () => {
  it('repeats calls with their ids and at their times, also calls that were made at the same time', async () => {
    const first = aJournal(1_000);
    await Promise.all(['/restapis', '/apikeys', '/usageplans'].map((path) => first.call('POST', path)));
    const second = aJournal(9_000);
    const calls = checkCalls(JSON.parse(JSON.stringify(first.journal.calls)));

    await second.journal.replay(calls, second.service, CALLER, true);

    assert.deepEqual(second.made, first.made);
    assert.deepEqual(second.journal.calls, first.journal.calls);
    await second.call('POST', '/restapis');
    assert.match(second.made.at(-1) ?? '', / 9000$/);
  });

  it('notes no reads, no trials and no refused calls', async () => {
    const { journal, call } = aJournal(1_000);
    await call('GET', '/restapis');
    await call('POST', '/restapis/a/resources/b/methods/GET');
    await call('POST', '/restapis/a/authorizers/c');
    await call('POST', '/refused');
    await call('PUT', '/restapis/a/resources/b/methods/GET');

    assert.deepEqual(
      journal.calls?.map(({ method }) => method),
      ['PUT'],
    );
  });

  it('stops at the first call that is refused, or that was given other ids', async () => {
    const { journal, service, call } = aJournal(1_000);
    await call('POST', '/restapis');
    const [made] = journal.calls ?? [];
    const other = aJournal(2_000).journal;

    await assert.rejects(
      other.replay([{ ...made!, path: '/refused', drawn: ['0123456789'] }], service, CALLER, false),
      /no/,
    );
    await assert.rejects(
      journal.replay([{ ...made!, drawn: [] }], service, CALLER, false),
      /ids that differ from the saved ones/,
    );
  });

  const CALL = {
    method: 'POST',
    path: '/restapis',
    query: '',
    contentType: '',
    body: '',
    region: 'us-east-1',
    atEpochMs: 1,
    drawn: ['ab'],
  };
  const ROWS: readonly (readonly [string, unknown])[] = [
    ['no list', {}],
    ['a reader', [{ ...CALL, method: 'GET' }]],
    ['an invalid id', [{ ...CALL, drawn: ['../x'] }]],
    ['a line break in the path', [{ ...CALL, path: '/a\r\nHost: x' }]],
    ['no time', [{ ...CALL, atEpochMs: 'now' }]],
    ['too many', Array.from({ length: 20_001 }, () => CALL)],
  ];
  for (const [what, value] of ROWS)
    it(`refuses a file with ${what}`, () => {
      assert.throws(() => checkCalls(value));
    });
});
