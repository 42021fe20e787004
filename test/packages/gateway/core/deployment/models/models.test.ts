import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileModels } from '../../../../../../packages/gateway/core/deployment/models/models.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import type { Models } from '../../../../../../packages/gateway/core/deployment/models/models.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { PropertyBag } from '../../../../../../packages/gateway/core/deployment/properties.ts';

const SOURCE = 'localstack test_apigateway_api.snapshot.json, TestApigatewayModels (April 2024)';
const INVALID = 'Invalid model specified: Validation Result: warnings : [], errors : ';

function aModel(properties: JsonObject, id = 'Model'): PropertyBag {
  return {
    id,
    logicalId: id,
    properties,
    place: (property) => ({ file: 't.yml', logicalId: id, property }),
  };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DefinitionError) return error.describe();
    throw error;
  }
  return 'taken';
}

const compile = (...models: readonly PropertyBag[]): Models => compileModels('abc', models);

describe('compileModels', () => {
  const rows: { name: string; models: readonly PropertyBag[]; says: string }[] = [
    {
      name: 'a name with a dash',
      models: [aModel({ Name: 'a-b', Schema: {} })],
      says: 't.yml: Model.Name: Model name must be alphanumeric: a-b',
    },
    {
      name: 'an empty name',
      models: [aModel({ Name: '', Schema: {} })],
      says: 't.yml: Model.Name: Model name must be non-empty',
    },
    {
      name: 'a name twice',
      models: [aModel({ Name: 'A', Schema: {} }), aModel({ Name: 'A', Schema: {} }, 'B')],
      says: 't.yml: B.Name: Model name already exists for this REST API',
    },
    {
      name: 'no schema',
      models: [aModel({ Name: 'A', Schema: '' })],
      says: 't.yml: Model.Schema: Model schema must have at least 1 property or array items defined',
    },
    {
      name: 'a schema that is not JSON',
      models: [aModel({ Name: 'A', Schema: '{' })],
      says: `t.yml: Model.Schema: ${INVALID}[Invalid model schema specified]`,
    },
    {
      name: 'a schema that is not of draft 4',
      models: [aModel({ Name: 'A', Schema: {} }), aModel({ Name: 'B', Schema: { required: [] } }, 'B')],
      says: `t.yml: B.Schema.required: ${INVALID}[Invalid model schema specified]`,
    },
    {
      name: 'a schema over 400 KB',
      models: [aModel({ Name: 'A', Schema: { title: 'ü'.repeat(205_000) } })],
      says: 't.yml: Model.Schema: The schema of a model can have at most 409600 bytes, not 410012',
    },
  ];
  for (const { name, models, says } of rows)
    it(`refuses ${name}`, () => {
      assert.equal(
        refusal(() => compile(...models)),
        says,
        SOURCE,
      );
    });

  it('finds the models that every API has', () => {
    const models = compile();

    assert.equal(models.nameOf('Empty'), 'Empty');
    assert.equal(models.nameOf('Pet'), undefined);
    assert.equal(models.check('Error')({ message: 1 }, 10).isValid, false);
  });

  it('finds a model by its name and by its id', () => {
    const models = compile(aModel({ Name: 'Pet', Schema: '{"type":"object"}' }, 'model1'));

    assert.equal(models.nameOf('model1'), 'Pet');
    assert.equal(models.check('Pet')([], 2).isValid, false);
  });

  it('names the model whose local reference has no target', () => {
    const models = compile(aModel({ Name: 'Pet', Schema: { items: { $ref: '#/definitions/x' } } }));

    assert.match(
      refusal(() => models.check('Pet')),
      /^t\.yml: Model\.Schema: .*can't resolve reference/,
    );
  });
});
