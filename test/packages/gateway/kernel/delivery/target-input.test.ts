import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compilePath,
  compileTransformer,
  makeInput,
} from '../../../../../packages/gateway/kernel/delivery/target-input.ts';

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

// Source: EventBridge user guide, "Amazon EventBridge input transformation", docs/aws §18.5
describe('makeInput', () => {
  const made = (template: string): string =>
    makeInput(
      compileTransformer(
        { id: '$.detail.id', count: '$.detail.count', list: '$.detail.list', gone: '$.detail.gone' },
        template,
      ),
      EVENT,
      RULE,
    );
  for (const [template, expected] of [
    ['{"id":<id>,"n":<count>}', '{"id":"a\\"b","n":2}'],
    ['"order <id>, <count> times"', '"order a\\"b, 2 times"'],
    ['"<list>"', '"[{\\"n\\":1},{\\"n\\":2}]"'],
    ['"a \\" <id>"', '"a \\" a\\"b"'],
    ['{"a":"<count>","b":<count>}', '{"a":"2","b":2}'],
    ['[<gone>,<unknown>]', '["",""]'],
    ['"<count><id>"', '"2a\\"b"'],
    ['<aws.events.rule-arn>', `"${RULE.arn}"`],
    ['"<aws.events.rule-name>"', '"r"'],
    ['<aws.events.event.ingestion-time>', `"${RULE.ingestedAt}"`],
    ['<aws.events.event.json>', JSON.stringify(EVENT)],
    ['<aws.events.event>', JSON.stringify(EVENT)],
  ] as const)
    it(`fills ${template}`, () => {
      assert.equal(made(template), expected);
    });

  it('is the event, a part of it or a fixed text', () => {
    assert.equal(makeInput({ kind: 'event' }, EVENT, RULE), JSON.stringify(EVENT));
    assert.equal(makeInput({ kind: 'fixed', text: '{"a": 1}' }, EVENT, RULE), '{"a": 1}');
    const part = (path: string): string => makeInput({ kind: 'part', read: compilePath(path) }, EVENT, RULE);
    assert.deepEqual([part('$.detail.count'), part('$.nothing')], ['2', 'null']);
  });

  it('refuses a path that is no text, by its name', () => {
    assert.throws(() => compileTransformer({ id: 1 }, '<id>'), /InputPathsMap\.id must be a path/);
  });
});
