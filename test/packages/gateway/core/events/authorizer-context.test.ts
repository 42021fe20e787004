import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import {
  authorizerText,
  printHttp2Authorizer,
  printRestAuthorizer,
} from '../../../../../packages/gateway/core/events/authorizer-context.ts';
import type { CallerFacts } from '../../../../../packages/gateway/core/events/request-facts.ts';

type LambdaCaller = Extract<CallerFacts, { kind: 'lambda' }>;
const PRINTS = { rest: printRestAuthorizer, http2: printHttp2Authorizer };

function caller(context: LambdaCaller['context'], more: Partial<LambdaCaller> = {}): LambdaCaller {
  return {
    kind: 'lambda',
    principalId: 'ada',
    context,
    integrationLatencyMs: 0,
    requestId: undefined,
    ...more,
  };
}
const contexts = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()));

describe('the text of an authorizer’s context', () => {
  for (const dialect of ['rest', 'http2'] as const) {
    it(`says in ${dialect} events what the context says, the first time and again`, () => {
      fc.assert(
        fc.property(contexts, fc.option(fc.string(), { nil: undefined }), (context, principalId) => {
          const of = caller(context, { principalId });
          const expected = JSON.stringify(PRINTS[dialect](of));
          assert.equal(authorizerText(dialect, of), expected);
          assert.equal(authorizerText(dialect, { ...of }), expected);
        }),
      );
    });
  }

  it('names the principal of this caller, if two grants have the same context', () => {
    const context = { role: 'admin' };
    for (const principalId of ['ada', 'grace', 'ada', undefined])
      assert.equal(
        authorizerText('rest', caller(context, { principalId })),
        JSON.stringify({ role: 'admin', principalId, integrationLatency: 0 }),
      );
  });

  it('says how long the authorizer took if it has been asked for this request, and 0 if its answer was cached', () => {
    const context = {};
    for (const integrationLatencyMs of [0, 12, 0, 7])
      assert.equal(
        authorizerText('rest', caller(context, { integrationLatencyMs })),
        JSON.stringify({ principalId: 'ada', integrationLatency: integrationLatencyMs }),
      );
  });

  it('is absent without an authorizer', () => {
    assert.equal(authorizerText('rest', { kind: 'anonymous' }), undefined);
    assert.equal(authorizerText('http2', { kind: 'anonymous' }), undefined);
  });
});
