/**
 * The quota of a handler refuses with a reply, which the gateway passes on: the record tells it like a refusal by an
 * authorizer.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printAccessDecision } from '@gatewright/aws/access-decision';
import { rejectionReply } from '#shared/quota/rejection-reply.ts';
import { planUnknown } from '#shared/quota/plan/plan-book.ts';
import { checkSubject } from '#shared/quota/plan/subject.ts';
import { TermsReader } from '#shared/quota/plan/terms.ts';
import type { Rejection } from '#shared/quota/quotas.ts';
import { explain } from '../../../../../packages/gateway/console/explain/explain.ts';
import type { Circumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import { RequestRecords } from '../../../../../packages/gateway/console/records/request-records.ts';
import { Trail } from '../../../../../packages/gateway/core/trail.ts';
import { createSystemClock } from '../../../../../packages/gateway/server/adapters/system-clock.ts';
import { countRefusals } from '../../../../../packages/gateway/console/page/data/refusals.ts';
import { aRecordedApi, storyOf } from '../../../../support/recorded-apis.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';
import { policy, TOKEN, withAuthorizer } from '../../../../support/rest-apis.ts';

const DAY = 86_400;
const limit = { id: 'monthly', limit: 5, remaining: 0, resetSeconds: 3 * DAY };

const ROWS: readonly {
  readonly reason: Rejection['reason'];
  readonly limits: readonly object[];
  readonly note: string;
  readonly status: number;
  readonly says: RegExp;
}[] = [
  {
    reason: 'quota-exceeded',
    limits: [{ ...limit, windowSeconds: 30 * DAY }],
    status: 429,
    note: 'over quota',
    says: /The quota of the customer acme refuses the request: its limit monthly is used up\.\n.*API key (?:k1|6VRmAyIt8MUnu4VK)\.\nThe next period of the limit begins 3 days after this request\.\n→ Wait for the next period, .*`gatewright quota top-up acme monthly UNITS`.*`gatewright customers set-plan acme PLAN` \(if the customer has no record: `gatewright customers create acme PLAN`\)/,
  },
  {
    reason: 'quota-exceeded',
    limits: [{ ...limit, windowSeconds: 30 * DAY, closed: true }],
    status: 429,
    note: 'period closed',
    says: /the period of its limit monthly is closed\.\n.*API key (?:k1|6VRmAyIt8MUnu4VK)\.\nThe next period of the limit begins 3 days after this request\.\n→ Nothing can be charged to a closed period or added to it; wait for the next period\..*`gatewright clock \+\d+s`/,
  },
  {
    reason: 'rate-limited',
    limits: [{ ...limit, windowSeconds: 5 }],
    status: 429,
    note: 'over limit',
    says: /its limit monthly is used up\.[^]*→ Send requests more slowly, or give the customer a larger plan with `gatewright customers set-plan acme PLAN` \(if the customer has no record: `gatewright customers create acme PLAN`\), or raise/,
  },
  {
    reason: 'concurrency',
    limits: [{ ...limit, unit: 'concurrent-requests', windowSeconds: undefined, resetSeconds: undefined }],
    status: 429,
    note: 'over limit',
    says: /its limit monthly is used up\.[^]*→ Send fewer calls at the same time, or give the customer a larger plan/,
  },
  {
    reason: 'suspended',
    limits: [],
    status: 403,
    note: 'suspended',
    says: /The customer acme, or one of its limits, is suspended\.[^]*→ Resume the customer with `gatewright customers resume acme`, or the limit with `gatewright quota resume acme LIMIT`/,
  },
  {
    reason: 'unavailable',
    limits: [],
    status: 503,
    note: 'quota unavailable',
    says: /The quota of the function could not use the usage table\.[^]*→ .*the role of the function may use/,
  },
];

const sent = async (list: FakeFunction) => {
  const record = printAccessDecision({ document: 'shop', outcome: 'allow', key: 'k1', customer: 'acme' });
  const api = aRecordedApi(withAuthorizer(TOKEN), {
    list,
    auth: () => ({ ...policy('Allow', '*'), principalId: 'k1', context: { accessDecision: record } }),
  });
  await api.send({ target: '/dev/pets', headers: ['Authorization', 'Bearer x'] });
  return { last: api.last(), rows: api.records.rows() };
};

describe('a refusal by the quota of a handler', () => {
  for (const { reason, limits, status, note, says } of ROWS)
    it(`names the customer, the limit and the remedy: ${reason}`, async () => {
      const rejection = { admitted: false, reason, limit: 'monthly', retryAfterSeconds: 3 * DAY, limits };
      const { last, rows } = await sent(() => rejectionReply(rejection as unknown as Rejection));

      assert.equal(last.status, status);
      assert.deepEqual(last.notes, [note]);
      assert.match(storyOf(last), says);
      assert.doesNotMatch(storyOf(last), /→ Check the function/);
      // A fault of the table is nobody's refusal.
      const counted = countRefusals(rows, 'acme').map((each) => [each.status, each.reason]);
      assert.deepEqual(counted, status === 503 ? [] : [[status, note]]);
    });

  it('is not seen in another reply with the same status', async () => {
    for (const reply of [
      { statusCode: 429, body: '{"message":"slow down"}' },
      { statusCode: 403, body: '{"detail":"pets of others are closed"}' },
    ]) {
      const { last, rows } = await sent(() => reply);
      assert.deepEqual(last.notes, []);
      assert.doesNotMatch(storyOf(last), /quota|suspended/);
      assert.deepEqual(countRefusals(rows, 'acme'), []);
    }
  });
});

const CONTEXT = {
  accessDecision:
    printAccessDecision({ document: 'shop', outcome: 'allow', key: '6VRmAyIt8MUnu4VK', customer: 'acme' }) ??
    '',
};

const FUNCTION = { render: () => 'talk-dev-say' };

/** Records a message of a WebSocket API whose function returned this. */
const heard = (returned: object) => {
  const clock = createSystemClock();
  const records = new RequestRecords(10, clock, 'key of a test');
  const trail = new Trail(clock);
  trail.keepNotes();
  trail.enter('integrate');
  trail.noteOutcome({
    kind: 'returned',
    payload: JSON.stringify(returned),
    requestId: () => 'invocation-1',
  });
  records.takeEvent({
    kind: 'MESSAGE',
    requestId: 'r1',
    connectionId: 'c1',
    apiId: 'abcdefghij',
    stageName: 'dev',
    sourceIp: '127.0.0.1',
    status: 200,
    latencyMs: 3,
    trail,
    payload: '{}',
    body: '{}',
    found: undefined,
    closure: undefined,
    reply: undefined,
    caller: { kind: 'lambda', principalId: 'k1', context: CONTEXT, integrationLatencyMs: 0 },
    route: { routeKey: 'say', integration: { kind: 'lambda-proxy', functionName: FUNCTION } } as never,
  });
  const last = records.detail('last');
  assert.ok(last);
  return { last, rows: records.rows() };
};

describe('a message that the quota of its handler refuses', () => {
  for (const { reason, limits, note, says } of ROWS)
    it(`is told as a refusal by the quota, with the customer: ${reason}`, () => {
      const rejection = { admitted: false, reason, limit: 'monthly', retryAfterSeconds: 3 * DAY, limits };
      const { last, rows } = heard(rejectionReply(rejection as unknown as Rejection));

      assert.match(storyOf(last), /The message for say was handled, and its function returned statusCode/);
      assert.match(storyOf(last), says);
      assert.doesNotMatch(storyOf(last), /\[\w+\.\./, 'the id of the key is shown');
      assert.doesNotMatch(storyOf(last), /→ Make the function put the outcome/);
      assert.deepEqual([last.notes, last.customer, last.caller], [[note], 'acme', 'acme']);
      const counted = countRefusals(rows, 'acme').map((each) => [each.status, each.reason]);
      assert.deepEqual(counted, note === 'quota unavailable' ? [] : [[undefined, note]]);
    });

  it('is not seen in another error', () => {
    const { last, rows } = heard({ statusCode: 429, body: '{"message":"slow down"}' });

    assert.match(storyOf(last), /→ Make the function put the outcome into the body/);
    assert.deepEqual(countRefusals(rows, 'acme'), []);
  });
});

const USE = { plan: 'gold', tenant: 'acme', key: 'k1' };

/** What `consume` throws although the code of the handler needs no change. */
const FAILURES: readonly {
  readonly name: string;
  readonly thrown: () => unknown;
  readonly says: RegExp;
}[] = [
  {
    name: 'a customer without a plan',
    thrown: () => new TermsReader(undefined).peek({ ...USE, plan: undefined }, 0),
    says: /→ Give the customer acme a plan: `gatewright customers create acme PLAN`\. `gatewright plan list` prints the plans\./,
  },
  {
    name: 'a plan that was not saved',
    thrown: () => {
      throw planUnknown('gold');
    },
    says: /→ Save the plan with `gatewright plan save FILE`, or give the customer another plan: `gatewright customers set-plan acme PLAN` \(if the customer has no record: `gatewright customers create acme PLAN`\)\./,
  },
  {
    name: 'a caller without a tenant',
    thrown: () => {
      checkSubject({ ...USE, tenant: '' });
    },
    says: /→ Return tenant from the quota’s function named subject\. If the value is a claim of the caller, .* under result\.claims\.names of the access document/,
  },
];

describe('a failure of the quota in a handler', () => {
  for (const { name, thrown, says } of FAILURES)
    it(`has a remedy outside the code of the handler: ${name}`, async () => {
      const { last } = await sent(() => {
        thrown();
        return assert.fail('nothing was thrown');
      });

      assert.match(storyOf(last), says);
      assert.doesNotMatch(storyOf(last), /Fix the function/);
    });
});

describe('a handshake that the quota of $connect refuses', () => {
  it('is told as a refusal by the quota, and the function is not advised to admit the client', () => {
    const { sentences, changes } = explain({
      kind: 'handshake',
      protocol: 'websocket',
      method: 'GET',
      path: '',
      status: 429,
      stages: ['dev'],
      stageName: 'dev',
      routeKey: '$connect',
      phase: 'integrate',
      nearMisses: [],
      screened: [],
      injected: [],
      policies: [],
      guard: {
        kind: 'lambda',
        name: 'tokens',
        functionName: 'auth',
        places: [],
        ttlSeconds: 0,
        lines: [],
        decided: { document: 'talk', outcome: 'allow', customer: 'acme', key: 'k1' },
      },
      integration: {
        kind: 'lambda-proxy',
        target: 'connect',
        outcome: 'answered',
        lines: [],
        own: 429,
        quotaRefusal: { outcome: 'over-quota', limit: 'daily' },
      },
    } as unknown as Circumstances);

    assert.match(
      sentences.join('\n'),
      /The quota of the customer acme refuses the request: its limit daily is used up/,
    );
    assert.match(changes.join('\n'), /gatewright quota top-up acme daily UNITS/);
    assert.doesNotMatch(changes.join('\n'), /Return statusCode 200/);
  });
});
