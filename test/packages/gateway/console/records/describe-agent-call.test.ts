import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeAgentCall,
  readAgentMessage,
} from '../../../../../packages/gateway/console/records/describe-agent-call.ts';
import type { RefusalReason } from '#shared/quota/holding/holding.ts';
import { explainAgentCall } from '../../../../../packages/gateway/console/explain/explain-agent-call.ts';
import type {
  AgentCall,
  Circumstances,
  DecidedAccess,
} from '../../../../../packages/gateway/console/explain/circumstances.ts';

describe('readAgentMessage', () => {
  for (const [text, expected] of [
    [
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order"}}',
      ['tools/call', 'get_order'],
    ],
    [
      '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a://b"}}',
      ['resources/read', 'a://b'],
    ],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/list"}', ['tools/list', undefined]],
    ['{"jsonrpc":"1.0","method":"x"}', undefined],
    ['{"jsonrpc":"2.0","id":1,"result":{}}', undefined],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undefined],
    ['"jsonrpc" in a text', undefined],
    ['{"name":"get_order"}', undefined],
  ] as const)
    it(text, () => {
      const read = readAgentMessage(text);
      assert.deepEqual(read && [read.method, read.name], expected);
    });
});

/** The compiler requires each reason of the wrapper. `unavailable` has a test of its own. */
const BY_REASON: Readonly<Record<Exclude<RefusalReason, 'unavailable'>, RegExp>> = {
  'quota-exceeded': /`gatewright quota top-up key-collectors month UNITS`/,
  'rate-limited': /`gatewright customers set-plan key-collectors PLAN`.*A rate limit has no units/,
  concurrency: /fewer calls at the same time/,
  suspended: /`gatewright quota resume key-collectors month`/,
};

describe('explainAgentCall', () => {
  type Rules = NonNullable<DecidedAccess['verdict']>['mcpRules'];
  const about = (agentCall: AgentCall, status = 403, mcpRules: Rules = []) =>
    ({
      agentCall,
      status,
      guard: {
        decided: {
          document: 'orders',
          customer: 'key-collectors',
          verdict: { file: 'gatewright/access/orders.yml', mcpRules },
        },
      },
    }) as unknown as Circumstances;
  const REFUNDS = {
    text: 'refunds: allow tools refund_order if (role support and scope orders:refund)',
    place: 'gatewright/access/orders.yml:38',
    lacks: ['the role support', 'the scope orders:refund'],
  };
  const call: AgentCall = {
    method: 'tools/call',
    name: 'refund_order',
    error: { code: 403, message: 'The access document does not allow this caller the tool "refund_order".' },
  };

  it('names the rules that name the tool, with their place', () => {
    const reason = explainAgentCall(about(call, 403, [REFUNDS]));
    assert.match(
      reason?.because.join(' ') ?? '',
      /tools\/call refund_order was refused\. .*These rules under mcp of gatewright\/access\/orders\.yml name refund_order: refunds: allow tools refund_order if \(role support and scope orders:refund\) \(gatewright\/access\/orders\.yml:38\)\./,
    );
    assert.equal(
      reason?.changes[0],
      'Use a caller with the role support and the scope orders:refund, which refunds (gatewright/access/orders.yml:38) requires.',
    );
  });

  it('says that no rule names the tool', () => {
    const reason = explainAgentCall(about(call));
    assert.match(
      reason?.because.join(' ') ?? '',
      /No rule under mcp of gatewright\/access\/orders\.yml names refund_order\./,
    );
  });

  it('says what to check if the quota cannot be read', () => {
    const error = { code: 503, message: 'The quota cannot be checked at the moment.' };
    assert.match(explainAgentCall(about({ ...call, error }, 503))?.changes.join() ?? '', /usage table.*role/);
  });

  // docs/guides/sell/quota.md: a rate has no units that could be added.
  for (const [reason, advice] of Object.entries(BY_REASON))
    it(`names the customer, the plan and the time of a retry for the reason ${reason}`, () => {
      const error = {
        code: 429,
        message: 'The limit refuses.',
        reason,
        plan: 'free',
        limit: 'month',
        retryAfterSeconds: 240,
      };
      const { because = [], changes = [] } = explainAgentCall(about({ ...call, error }, 429)) ?? {};

      assert.deepEqual(because.slice(1), [
        'The customer is key-collectors, with the plan free; its limit month refuses the call.',
        // A quota may have units left for a call with a smaller charge.
        `${reason === 'quota-exceeded' ? 'The next period of the limit begins' : 'The limit has units again'} 4 min after this request.`,
      ]);
      assert.match(changes.join(), advice);
    });

  it('says which headers to send', () => {
    const mismatch = { code: -32_020, message: 'Header mismatch' };
    assert.match(
      explainAgentCall(about({ ...call, error: mismatch }, 400))?.changes.join() ?? '',
      /Mcp-Name/,
    );
  });

  it('does not blame the rules if the caller cannot be charged, or is suspended', () => {
    const about403 = (reason: string) =>
      explainAgentCall(about({ ...call, error: { code: 403, message: 'x', reason } }, 403, [REFUNDS]));
    const nobody = about403('no-subject');
    assert.doesNotMatch(nobody?.because.join(' ') ?? '', /These rules/);
    assert.match(nobody?.changes.join(' ') ?? '', /quota\.tenant, quota\.plan/);
    assert.match(about403('suspended')?.changes.join(' ') ?? '', /customers resume/);
  });

  it('reads the reason of the refusal', () => {
    const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}');
    const error = { code: 403, message: 'x', data: { reason: 'no-subject' } };
    const recorded = {
      received: { body },
      sizes: { request: body.length },
      replyBody: JSON.stringify({ jsonrpc: '2.0', id: 1, error }),
    } as unknown as Parameters<typeof describeAgentCall>[0];
    const redactor = { text: (text: string) => text } as Parameters<typeof describeAgentCall>[1];
    assert.deepEqual(describeAgentCall(recorded, redactor)?.error, {
      code: 403,
      message: 'x',
      reason: 'no-subject',
      plan: undefined,
      limit: undefined,
    });
  });

  it('leaves answers of the server itself to the explanation of the integration', () => {
    assert.equal(explainAgentCall(about({ method: 'tools/call' }, 200)), undefined);
    assert.equal(
      explainAgentCall(about({ ...call, error: { code: -32_602, message: 'x' } }, 200)),
      undefined,
    );
  });
});
