import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateModelCommand, GetModelTemplateCommand } from '@aws-sdk/client-api-gateway';
import { modelTemplate } from '../../../../../../packages/gateway/control/api/v2/model-template.ts';
import { anEditedApi, restApiId } from '../../../../../support/an-edited-api.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const HEAD = "#set($inputRoot = $input.path('$'))\n";

describe('The sample template of a model', () => {
  let control: TestRestControl;
  before(async () => {
    control = await anEditedApi();
  });
  after(() => control.close());

  const rows: readonly (readonly [name: string, schema: JsonObject, sample: string])[] = [
    ['a text', { type: 'string' }, '"foo"'],
    ['a list of numbers', { type: 'array', items: { type: 'number' } }, '[ 42 ]'],
    [
      'an object in an object',
      { properties: { a: { properties: { b: { type: 'boolean' } } } } },
      '{\n  "a" : {\n    "b" : true\n  }\n}',
    ],
    ['a reference, which is not followed', { properties: { a: { $ref: '#/x' } } }, '{\n  "a" : { }\n}'],
  ];
  for (const [name, schema, sample] of rows)
    it(`has the structure of ${name}`, () => {
      assert.equal(modelTemplate(schema), `${HEAD}${sample}`);
    });

  it('is the same in REST’s control plane', async () => {
    const schema = JSON.stringify({ type: 'object', properties: { id: { type: 'integer' } } });
    const modelName = 'Sampled';
    await control.sdk.send(
      new CreateModelCommand({ restApiId, name: modelName, schema, contentType: 'application/json' }),
    );
    const { value } = await control.sdk.send(new GetModelTemplateCommand({ restApiId, modelName }));
    assert.equal(value, `${HEAD}{\n  "id" : 42\n}`);
  });
});
