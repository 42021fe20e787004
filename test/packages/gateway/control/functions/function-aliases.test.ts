import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  executedVersion,
  noteAliases,
} from '../../../../../packages/gateway/control/functions/function-aliases.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { aStack, functionArn } from '../../../../support/a-stack.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../../../../packages/gateway/core/stack/model.ts';

const ARN = functionArn('greet');

function stackWith(weights: readonly JsonObject[], FunctionVersion = '1'): readonly ResolvedStack[] {
  const RoutingConfig = { AdditionalVersionWeights: weights };
  const properties = { FunctionName: 'greet', Name: 'live', FunctionVersion };
  return [
    aStack({
      One: { type: 'AWS::Lambda::Version', id: `${ARN}:1`, properties: { FunctionName: 'greet' } },
      Two: { type: 'AWS::Lambda::Version', id: `${ARN}:2`, properties: { FunctionName: 'greet' } },
      Live: {
        type: 'AWS::Lambda::Alias',
        id: `${ARN}:live`,
        properties: weights.length === 0 ? properties : { ...properties, RoutingConfig },
      },
    }),
  ];
}

const to = (FunctionVersion: string, FunctionWeight: number): JsonObject => ({
  FunctionVersion,
  FunctionWeight,
});

// Source: Lambda developer guide, "Implement Lambda canary deployments using a weighted alias"
describe('executedVersion', () => {
  const rows: readonly (readonly [qualifier: string, drawn: number, version: string | undefined])[] = [
    ['live', 0, '2'],
    ['live', 0.249, '2'],
    ['live', 0.25, '1'],
    ['live', 0.999, '1'],
    ['1', 0, '1'],
    ['2', 0.9, '2'],
    ['3', 0, undefined],
    ['beta', 0, undefined],
  ];
  for (const [qualifier, drawn, version] of rows)
    it(`is ${String(version)} for "${qualifier}" if ${drawn} is drawn`, () => {
      const found = executedVersion(stackWith([to('2', 0.25)]), 'greet', qualifier, () => drawn);
      const expected = version === undefined ? undefined : { arn: `${ARN}:${qualifier}`, version };
      assert.deepEqual(found, expected);
    });

  it('draws no number if the alias refers to one version', () => {
    const draw = (): number => assert.fail('it was drawn');
    assert.equal(executedVersion(stackWith([]), 'greet', 'live', draw)?.version, '1');
  });

  it('gives each version its share', () => {
    let seed = 1;
    const draw = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const stacks = stackWith([to('2', 0.1)]);
    const drawn = Array.from({ length: 2_000 }, () => executedVersion(stacks, 'greet', 'live', draw));
    const share = drawn.filter((invoked) => invoked?.version === '2').length;
    assert.ok(share > 150 && share < 250, `${share} of 2,000`);
  });
});

// Source: Lambda API reference, "CreateAlias"
describe('noteAliases', () => {
  const rows: readonly (readonly [string, readonly ResolvedStack[], RegExp | undefined])[] = [
    ['weights of two versions', stackWith([to('2', 0.1)]), undefined],
    ['no weights', stackWith([]), undefined],
    ['three versions', stackWith([to('2', 0.1), to('3', 0.1)]), /at most two versions/],
    ['its own version', stackWith([to('1', 0.1)]), /already included in routing configuration/],
    ['a weight above 1', stackWith([to('2', 10)]), /from 0 to 1/],
    ['$LATEST', stackWith([to('2', 0.1)], '$LATEST'), /not to \$LATEST/],
    [
      'a version of an earlier deployment',
      stackWith([to('7', 0.1)]),
      /version 7 belongs to an earlier deployment/,
    ],
  ];
  for (const [name, stacks, expected] of rows)
    it(`${expected === undefined ? 'accepts' : 'reports'} ${name}`, () => {
      const faults = new Faults(false);
      noteAliases(stacks, faults);
      const said = faults.all.map(({ error }) => error.message).join('\n');
      if (expected === undefined) assert.equal(said, '');
      else assert.match(said, expected);
    });
});
