import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeNames } from '../../../../../packages/gateway/core/deployability/judge-names.ts';
import { aStack } from '../../../../support/a-stack.ts';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';

const TYPE = 'AWS::Logs::LogGroup';
const TABLE = { [TYPE]: { schema: {}, named: ['LogGroupName'] } };

/**
 * A stack with two log groups of one name; the paths of those in `generated` are of the function that they belong to.
 */
function twoOfOneName(generated: readonly string[]): ResolvedStack {
  const resource = { type: TYPE, properties: { LogGroupName: '/aws/lambda/fetch' } };
  const written = { Type: TYPE, Properties: resource.properties };
  const template = { Resources: { FetchLogGroup: written, OwnLogs: written } };
  const pathOf = (path: readonly string[]): readonly string[] =>
    generated.includes(path[1] ?? '') ? ['functions', 'fetch'] : ['resources', ...path];
  const stack = aStack({ FetchLogGroup: resource, OwnLogs: resource });
  return { ...stack, source: { ...stack.source, template, pathOf } as never };
}

describe('two log groups with one name', () => {
  const remediesOf = (generated: readonly string[]): readonly string[] =>
    judgeNames(twoOfOneName(generated), TABLE).map(({ remedy }) => remedy);

  // serverless/serverless#3168
  it('are told to remove the own one, if the other one is generated for a function', () => {
    const [remedy = '', ...others] = remediesOf(['FetchLogGroup']);

    assert.match(remedy, /^remove OwnLogs, and refer to FetchLogGroup instead, .* logRetentionInDays/);
    assert.deepEqual(others, []);
  });

  it('are told to rename one, if both are written by the author', () => {
    assert.deepEqual(remediesOf([]), ['give one of them another name, or leave the name out']);
  });
});
