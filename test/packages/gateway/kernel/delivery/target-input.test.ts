import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compileInput,
  compilePath,
  compileTransformer,
  makeInput,
} from '../../../../../packages/gateway/kernel/delivery/target-input.ts';
import { refusalOf } from '../../../../../packages/gateway/kernel/delivery/pattern-error.ts';

const EVENT = {
  source: 'shop',
  detail: { id: 'a"b', count: 2, list: [{ n: 1 }, { n: 2 }], 'odd name': true, '0': 'zero', none: null },
};
const RULE = { arn: 'arn:aws:events:eu-west-1:1:rule/r', name: 'r', ingestedAt: '2026-11-20T10:00:00Z' };

describe('compilePath', () => {
  for (const [path, expected] of [
    ['$', EVENT],
    ['$.source', 'shop'],
    ['$.detail.list[1].n', 2],
    ["$.detail['odd name']", true],
    ['$.detail[0]', 'zero'],
    ['$.detail.none', null],
    ['$.detail.list.length', undefined],
    ['$.detail.list[2]', undefined],
    ['$.source.length', undefined],
    ['$.detail.toString', undefined],
  ] as const)
    it(`reads ${path} as ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(compilePath(path)(EVENT), expected);
    });

  for (const path of ['detail', 'detail$', '$.detail.list[*]', '$..id', '$.list[?(@.n)]', ''])
    it(`refuses "${path}"`, () => {
      assert.throws(() => compilePath(path), { code: 'EVENT_PATTERN' });
    });
});

const DELIVERED = {
  id: 'i-1',
  'detail-type': 'order',
  source: 'shop',
  account: '111111111111',
  time: '2024-06-11T08:33:00Z',
  region: 'us-east-1',
  resources: [],
  version: '0',
  detail: {
    payload: { acc_id: '0a787ecb-4015', sf_id: 'baz' },
    one: ['HIGH'],
    many: ['ACTIVE', 'INACTIVE'],
    valid: true,
    count: 2,
    quote: 'a"b',
    line: 'a\nb',
  },
};
const PATHS = {
  userId: '$.detail.payload.acc_id',
  payload: '$.detail.payload',
  gone: '$.detail.gone',
  one: '$.detail.one',
  many: '$.detail.many',
  valid: '$.detail.valid',
  count: '$.detail.count',
  quote: '$.detail.quote',
  line: '$.detail.line',
};

// Source: LocalStack, test_events_inputs, recorded in 2024 and 2025; the last rows: EventBridge user guide, "Amazon
// EventBridge input transformation", "Common issues with transforming input".
const filled: readonly (readonly [template: string, input: string | undefined])[] = [
  [
    '{"path": "users/<userId>", "bod": <payload>}',
    '{"path": "users/0a787ecb-4015", "bod": {"acc_id":"0a787ecb-4015","sf_id":"baz"}}',
  ],
  [
    '"Payload of <payload> with path users/<userId> and <userId>"',
    '"Payload of {acc_id:0a787ecb-4015,sf_id:baz} with path users/0a787ecb-4015 and 0a787ecb-4015"',
  ],
  ['{"id" : <userId>}', '{"id" : "0a787ecb-4015"}'],
  ['{"id" : "<userId>"}', '{"id" : "0a787ecb-4015"}'],
  ['{"bod": [<userId>, "hardcoded"]}', '{"bod": ["0a787ecb-4015", "hardcoded"]}'],
  ['"<one> single list item"', '"[HIGH] single list item"'],
  ['"<many> multiple list items"', '"[ACTIVE,INACTIVE] multiple list items"'],
  ['{"singlelistitem": <one>}', '{"singlelistitem": ["HIGH"]}'],
  [
    '"<one> item"\n"<gone> account"\n"<payload> payload"',
    '"[HIGH] item"\n" account"\n"{acc_id:0a787ecb-4015,sf_id:baz} payload"',
  ],
  ['"Command is <valid>!"', '"Command is true!"'],
  ['"{[/Check of <userId> type"', '"{[/Check of 0a787ecb-4015 type"'],
  ['{"command": <gone>}', '{"command": ""}'],
  ['{"not_valid": "users/<payload>", "bod": <payload>}', undefined],
  ['{"payload": "<payload>"}', undefined],
  ['{"singlelistitem": "<one>"}', undefined],
  [
    '{"e": <aws.events.event>}',
    '{"e": {"id":"i-1","account":"111111111111","detailType":"order","time":"2024-06-11T08:33:00Z","source":"shop","region":"us-east-1","resources":[],"version":"0"}}',
  ],
  ['<aws.events.event.json>', JSON.stringify(DELIVERED)],
  [
    '"rule <aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"',
    `"rule ${RULE.arn} r ${RULE.ingestedAt}"`,
  ],
  ['{"e": "<aws.events.event.json>"}', undefined],
  ['{"a":"<count>","b":<count>,"c":<valid>}', '{"a":"2","b":2,"c":true}'],
  ['{"said": "<quote>"}', undefined],
  ['{"said": <quote>}', undefined],
  ['{"said": "<line>"}', undefined],
  ['"said <quote>"', '"said a"b"'],
  ['{"a": "\\"<userId>\\""}', '{"a": "\\"0a787ecb-4015\\""}'],
];

describe('makeInput', () => {
  for (const [template, input] of filled)
    it(`makes ${input === undefined ? 'nothing of' : 'an input of'} ${template}`, () => {
      assert.equal(makeInput(compileTransformer(PATHS, template), DELIVERED, RULE), input);
    });

  it('is the event, a part of it or a fixed text', () => {
    assert.equal(makeInput({ kind: 'event' }, EVENT, RULE), JSON.stringify(EVENT));
    assert.equal(makeInput({ kind: 'fixed', text: '{"a": 1}' }, EVENT, RULE), '{"a": 1}');
    const part = (path: string) => makeInput({ kind: 'part', read: compilePath(path) }, EVENT, RULE);
    assert.deepEqual([part('$.detail.count'), part('$.nothing')], ['2', 'null']);
  });
});

// Source: LocalStack, test_events_inputs, recorded March 2025; for `Input`,
// awsdocs/aws-cloudformation-user-guide#1010.
describe('compileInput', () => {
  const transformer = { InputPathsMap: { id: '$.id' }, InputTemplate: '"<id>"' };
  for (const [target, refusal] of [
    [{ Id: 't', InputTransformer: transformer }, undefined],
    [{ Id: 't', Input: '{"a":1}' }, undefined],
    [{ Id: 't', InputPath: '$.detail' }, undefined],
    [{ Id: 't' }, undefined],
    [
      { Id: 't', InputTransformer: transformer, InputPath: '$.detail' },
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    [
      { Id: 't', InputTransformer: { ...transformer, InputTemplate: '"<id> <other>"' } },
      'InputTemplate for target t contains invalid placeholder other.',
    ],
    [{ Id: 't', Input: 'cusId = 1' }, 'Input for target t is not a valid JSON text.'],
    [{ Id: 't', InputTransformer: { InputPathsMap: { id: 1 } } }, 'InputPathsMap.id must be a path'],
  ] as const)
    it(`${refusal === undefined ? 'takes' : 'refuses'} ${JSON.stringify(target)}`, () => {
      assert.equal(
        refusalOf(() => compileInput(target)),
        refusal,
      );
    });
});
