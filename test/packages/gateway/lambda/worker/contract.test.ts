import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';

import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import { anInlineFunction, startRuntime, type StartedRuntime } from '../start-runtime.ts';
import { contractRows as rows } from './contract-rows.ts';
import type { ContractRow } from './contract-callback-rows.ts';

describe('the contract of a handler', () => {
  let started: StartedRuntime;
  before(async () => {
    started = await startRuntime(rows.map(definitionOf));
  });

  for (const [index, row] of rows.entries()) {
    it(row.name, async () => {
      const result = await started.invoke(`row-${index}`, { n: 7 });

      if (row.fails === undefined) {
        assert.ok(result.kind === 'returned', `${JSON.stringify(result)} (${row.from})`);
        assert.equal(result.payload, row.returns, row.from);
        return;
      }
      const [type, message] = row.fails;
      assert.ok(result.kind === 'failed', `${JSON.stringify(result)} (${row.from})`);
      assert.equal(result.errorType, type, row.from);
      if (typeof message === 'string') assert.equal(result.errorMessage, message, row.from);
      else assert.match(result.errorMessage, message, row.from);
      const payload: unknown = JSON.parse(result.payload);
      assert.partialDeepStrictEqual(payload, { errorType: type, errorMessage: result.errorMessage });
    });
  }
});

describe('the context of a handler', () => {
  it('has the members that Lambda documents', async () => {
    const source = `exports.handler = async (e, c) => ({
      ...c, remaining: c.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID })`;
    const { invoke } = await startRuntime([anInlineFunction('ctx', source, { memorySizeMb: 256 })]);

    const result = await invoke('ctx');

    assert.ok(result.kind === 'returned');
    const context = JSON.parse(result.payload) as Record<string, unknown>;
    assert.partialDeepStrictEqual(context, {
      functionName: 'ctx',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:ctx',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/ctx',
      trace: 'Root=1-67891233-abcdef012345678912345678',
    });
    assert.match(
      String(context['awsRequestId']),
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    );
    assert.equal(result.requestId?.(), context['awsRequestId']);
    assert.match(String(context['logStreamName']), /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    const remaining = Number(context['remaining']);
    assert.ok(remaining > 2_000 && remaining <= 3_000, `remaining ${remaining}`);
  });
});

function definitionOf(row: ContractRow, index: number): FunctionDefinition {
  return anInlineFunction(`row-${index}`, row.source, {
    ...(row.runtime === undefined ? {} : { runtime: row.runtime }),
    ...(row.handler === undefined ? {} : { handler: row.handler }),
  });
}
