import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError, Faults, StartError } from '../../../../../../packages/gateway/core/errors.ts';
import { refuseNotEnforced } from '../../../../../../packages/gateway/engine/compose/loading/refuse-faults.ts';
import type { UnsupportedItem } from '../../../../../../packages/gateway/core/stack/model.ts';
import type { Reading } from '../../../../../../packages/gateway/engine/compose/loading/reading.ts';
import { aStack } from '../../../../../support/a-stack.ts';

const ITEM = {
  stackName: 'shop',
  logicalId: 'Api',
  type: 'AWS::ApiGateway::RestApi',
  consequence: 'it is not enforced',
};

/** The lines of a start with `--strict`; undefined = it continues. */
function refusal(notEnforced: readonly UnsupportedItem[], faults = new Faults(false)): string | undefined {
  const stacks = [aStack({ Api: { type: ITEM.type, properties: {} } }, 'shop')];
  try {
    refuseNotEnforced({ faults, stacks, notEnforced } as unknown as Reading);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof StartError);
    assert.equal(error.code, 'UNSUPPORTED');
    return error.message;
  }
}

describe('a start with --strict', () => {
  it('continues if everything is enforced', () => {
    assert.equal(refusal([]), undefined);
  });

  for (const { name, item, line } of [
    { name: 'a resource', item: {}, line: 'shop: Api (AWS::ApiGateway::RestApi): it is not enforced' },
    {
      name: 'a property',
      item: { property: 'Policy' },
      line: 'shop: Api.Policy (AWS::ApiGateway::RestApi): it is not enforced',
    },
    {
      name: 'a place in a file',
      item: { property: 'Policy', file: 'template.yml', line: 7 },
      line: 'template.yml:7: Api.Policy (AWS::ApiGateway::RestApi): it is not enforced',
    },
    {
      name: 'a file without a line',
      item: { file: 'template.yml' },
      line: 'template.yml: Api (AWS::ApiGateway::RestApi): it is not enforced',
    },
    {
      name: 'what is reported about it',
      item: { property: 'Policy', message: 'is no policy' },
      line: 'shop: Api.Policy: is no policy (it is not enforced)',
    },
    {
      name: 'what is reported about a stack',
      item: { logicalId: '', message: 'is empty' },
      line: 'shop: is empty (it is not enforced)',
    },
    {
      name: 'what is reported about a section of a stack',
      item: { logicalId: '', property: 'Parameters', message: 'is no object' },
      line: 'shop: Parameters: is no object (it is not enforced)',
    },
    {
      name: 'a property without a name',
      item: { property: '' },
      line: 'shop: Api (AWS::ApiGateway::RestApi): it is not enforced',
    },
  ])
    it(`ends with ${name}`, () => {
      assert.equal(
        refusal([{ ...ITEM, ...item }]),
        `--strict: these parts of the stacks cannot be enforced (1)\n  ${line}`,
      );
    });

  it('ends with faults as well, which come first', () => {
    const faults = new Faults(false);
    faults.note(
      new DefinitionError({ file: 'template.json', line: 3, logicalId: 'Api' }, 'is broken'),
      'no API',
    );

    assert.equal(
      refusal([ITEM], faults),
      [
        '--strict: these parts of the stacks cannot be enforced (2)',
        '  template.json:3: Api: is broken (no API)',
        '  shop: Api (AWS::ApiGateway::RestApi): it is not enforced',
      ].join('\n'),
    );
  });
});
