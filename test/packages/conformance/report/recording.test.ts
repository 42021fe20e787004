import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { parseCases } from '../../../../packages/conformance/schema/read-cases.ts';
import {
  answerOf,
  controlAnswerOf,
  printRecording,
} from '../../../../packages/conformance/report/recording.ts';
import type { ControlCase } from '../../../../packages/conformance/schema/control-case.ts';

describe('controlAnswerOf', () => {
  it('puts placeholders for what belongs to the account or is secret', () => {
    const body = {
      id: 'abc1234567',
      name: 'shop',
      value: 'a-secret-key-value',
      rootResourceId: 'zzz',
      arn: 'arn:aws:apigateway:us-east-1::/restapis/abc1234567',
      owner: 'of 210987654321',
    };
    const answer = controlAnswerOf({ status: 200, body }, new Map([['abc1234567', '${api}']]));

    assert.deepEqual(answer, {
      status: 200,
      body: {
        id: '${api}',
        name: 'shop',
        value: '<any>',
        rootResourceId: '<any>',
        arn: 'arn:aws:apigateway:us-east-1::/restapis/${api}',
        owner: 'of ${accountId}',
      },
    });
  });
});

describe('answerOf', () => {
  it('leaves out headers that are new with each answer', () => {
    const headers = [
      ['Content-Type', 'application/json'],
      ['x-amzn-RequestId', 'r'],
      ['Date', 'today'],
    ] as const;
    const answer = answerOf({ status: 200, headers, body: Buffer.from('{"a":1}') }, new Map());

    assert.deepEqual(answer, {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: { a: 1 },
    });
  });
});

describe('printRecording', () => {
  const asked: ControlCase = {
    id: 'a-case',
    source: { kind: 'documented', page: 'p', says: 's' },
    area: 'control-apis',
    api: 'rest',
    setup: { calls: [] },
    request: { mode: 'control', call: 'GetAccount', input: {} },
    expect: { status: 200, body: {} },
  };
  for (const [target, kind] of [
    ['aws', 'recorded'],
    ['aws at http://127.0.0.1:1', 'reported'],
  ] as const)
    it(`makes cases that can be run, of kind ${kind} if ${target} answered`, () => {
      const answers = new Map([[asked, { status: 200, body: { a: 1 } }]]);
      const text = printRecording(answers, { target, region: 'us-east-1', day: '2026-11-23' });

      const [one] = parseCases(text, 'recorded.json');
      assert.deepEqual(one?.source, {
        kind,
        case: 'a-case',
        target,
        region: 'us-east-1',
        recorded: '2026-11-23',
      });
      assert.deepEqual(one.expect, { status: 200, body: { a: 1 } });
    });
});
