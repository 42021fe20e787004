/** References of Terraform's language: https://developer.hashicorp.com/terraform/language/expressions/references */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  fullReferences,
  isExpression,
  parseReference,
} from '../../../../../packages/gateway/templates/terraform/terraform-references.ts';
import type { Reference } from '../../../../../packages/gateway/templates/terraform/terraform-references.ts';

const resource = (over: Partial<Extract<Reference, { kind: 'resource' }>>): Reference => ({
  kind: 'resource',
  isData: false,
  type: 'aws_sqs_queue',
  name: 'jobs',
  key: undefined,
  attribute: undefined,
  ...over,
});

describe('parseReference', () => {
  const rows: readonly (readonly [text: string, expected: Reference])[] = [
    ['var.stage', { kind: 'variable', name: 'stage' }],
    ['var.tags["a"]', { kind: 'variable', name: 'tags' }],
    ['var.settings.name', { kind: 'variable', name: 'settings' }],
    ['count.index', { kind: 'plain' }],
    ['path.module', { kind: 'plain' }],
    ['terraform.workspace', { kind: 'plain' }],
    ['each.key', { kind: 'plain' }],
    ['each.value', { kind: 'each', attribute: undefined }],
    ['each.value.arn', { kind: 'each', attribute: 'arn' }],
    ['local.name', { kind: 'lost', text: 'local.name' }],
    ['self.arn', { kind: 'lost', text: 'self.arn' }],
    ['module.api.url', { kind: 'output', module: 'api', key: undefined, name: 'url' }],
    ['module.api["eu"].url', { kind: 'output', module: 'api', key: 'eu', name: 'url' }],
    ['module.api[0].url', { kind: 'output', module: 'api', key: '0', name: 'url' }],
    ['module.api', { kind: 'output', module: 'api', key: undefined, name: '' }],
    ['aws_sqs_queue.jobs', resource({})],
    ['aws_sqs_queue.jobs.arn', resource({ attribute: 'arn' })],
    ['aws_sqs_queue.jobs[0].arn', resource({ key: '0', attribute: 'arn' })],
    ['aws_sqs_queue.jobs["a.b"].arn', resource({ key: 'a.b', attribute: 'arn' })],
    ['aws_sqs_queue.jobs["a\\"b"].arn', resource({ key: 'a"b', attribute: 'arn' })],
    [
      'data.aws_region.here.name',
      resource({ isData: true, type: 'aws_region', name: 'here', attribute: 'name' }),
    ],
    ['42', { kind: 'lost', text: '42' }],
  ];
  for (const [text, expected] of rows)
    it(`reads ${text}`, () => {
      assert.deepEqual(parseReference(text), expected);
    });
});

describe('fullReferences', () => {
  it('leaves out the shorter forms that follow a reference, and no other', () => {
    const references = [
      'aws_sqs_queue.jobs["a"].arn',
      'aws_sqs_queue.jobs["a"]',
      'aws_sqs_queue.jobs',
      'aws_sqs_queue.job',
      'var.stage',
    ];
    assert.deepEqual(fullReferences({ references }), [
      'aws_sqs_queue.jobs["a"].arn',
      'aws_sqs_queue.job',
      'var.stage',
    ]);
    assert.deepEqual([fullReferences(undefined), fullReferences([]), fullReferences({})], [[], [], []]);
  });
});

describe('isExpression', () => {
  for (const [value, expected] of [
    [{ references: [] }, true],
    [{ constant_value: 1 }, true],
    [{}, true],
    [{ name: { references: [] } }, false],
    [[{ references: [] }], false],
    [undefined, false],
  ] as const)
    it(`is ${expected} for ${JSON.stringify(value)}`, () => {
      assert.equal(isExpression(value as never), expected);
    });
});
