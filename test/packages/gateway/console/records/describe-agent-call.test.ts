import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describeAgentCall,
  readAgentMessage,
} from '../../../../../packages/gateway/console/records/describe-agent-call.ts';
import { explainAgentCall } from '../../../../../packages/gateway/console/explain/explain-agent-call.ts';
import type {
  AgentCall,
  Circumstances,
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

describe('explainAgentCall', () => {
  const about = (agentCall: AgentCall, status = 403) =>
    ({ agentCall, status, guard: { decided: { document: 'orders' } } }) as unknown as Circumstances;
  const call: AgentCall = {
    method: 'tools/call',
    name: 'refund_order',
    error: { code: 403, message: 'The access document does not allow this caller the tool "refund_order".' },
  };

  it('names the rules that name the tool, with their place', () => {
    const rules = ['support: allow tools refund_order if role support (access/orders.yml:38)'];
    const reason = explainAgentCall(about({ ...call, rules }));
    assert.match(
      reason?.because.join(' ') ?? '',
      /tools\/call refund_order was refused\. .*These rules under mcp of access\/orders\.yml name refund_order: support: allow tools refund_order if role support \(access\/orders\.yml:38\)\./,
    );
    assert.match(reason?.changes.join(' ') ?? '', /Use a token that meets the condition/);
  });

  it('says that no rule names it', () => {
    const reason = explainAgentCall(about({ ...call, rules: [] }));
    assert.match(
      reason?.because.join(' ') ?? '',
      /No rule under mcp of access\/orders\.yml names refund_order\./,
    );
  });

  it('says what to look at if the quota cannot be checked', () => {
    const error = { code: 503, message: 'The quota cannot be checked at the moment.' };
    assert.match(explainAgentCall(about({ ...call, error }, 503))?.changes.join() ?? '', /usage table.*role/);
  });

  it('says when to come back, and which headers to send', () => {
    const error = { code: 429, message: 'The quota month is used up.' };
    assert.match(explainAgentCall(about({ ...call, error }, 429))?.changes.join() ?? '', /Retry-After/);
    const mismatch = { code: -32_020, message: 'Header mismatch' };
    assert.match(
      explainAgentCall(about({ ...call, error: mismatch }, 400))?.changes.join() ?? '',
      /Mcp-Name/,
    );
  });

  it('does not blame the rules if the caller cannot be charged, or is suspended', () => {
    const about403 = (reason: string) =>
      explainAgentCall(about({ ...call, rules: ['all'], error: { code: 403, message: 'x', reason } }));
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
