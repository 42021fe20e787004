import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importFault } from '../../../../../packages/gateway/control/edits/import-fault.ts';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';

const fault = (property: string | undefined, message = 'of the part'): DefinitionError =>
  new DefinitionError({ file: 'api.json', property }, message);

describe('importFault', () => {
  const rows: readonly (readonly [property: string, part: string, source: string])[] = [
    ['Body.definitions.Pet.type', "Unable to create model for 'Pet'", 'edx/api-manager#259'],
    ['Body.components.schemas.Pet', "Unable to create model for 'Pet'", 'edx/api-manager#259'],
    [
      'Body.paths./pets/{id}.get.x-amazon-apigateway-integration.uri',
      "Unable to put integration on 'GET' for resource at path '/pets/{id}'",
      'ustayready/fireprox#37',
    ],
    [
      'Body.paths./.x-amazon-apigateway-any-method.x-amazon-apigateway-integration',
      "Unable to put integration on 'ANY' for resource at path '/'",
      'ustayready/fireprox#37',
    ],
    [
      'Body.paths./pets.post.parameters.0',
      "Unable to put method 'POST' on resource at path '/pets'",
      'aws/aws-sam-cli#2410',
    ],
    [
      'Body.paths./pets.post',
      "Unable to put method 'POST' on resource at path '/pets'",
      'aws/aws-sam-cli#2410',
    ],
  ];
  for (const [property, part, source] of rows)
    it(`names the part at ${property} (${source})`, () => {
      const error = importFault(fault(property), []);
      assert.ok(error instanceof DefinitionError);
      assert.equal(error.message, `Errors found during import:\n\t${part}: of the part`);
      assert.equal(error.place.property, property);
    });

  it('lists every part once, and no fault of another kind', () => {
    const model = fault('Body.definitions.Pet');
    const all = [fault(undefined), model, fault('Name'), fault('Body.paths./pets.get', 'two')];
    const error = importFault(model, all) as DefinitionError;
    assert.deepEqual(error.message.split('\n\t'), [
      'Errors found during import:',
      "Unable to create model for 'Pet': of the part",
      "Unable to put method 'GET' on resource at path '/pets': two",
    ]);
  });

  // From the CREATE_FAILED event of docs/aws/calls.md about the schema WorkZoneFeed
  it('tells references to a model that cannot be created as warnings', () => {
    const model = fault('Body.components.schemas.Feed');
    const method = fault('Body.paths./feed.get.responses.200', 'Invalid model identifier specified: Feed');
    const other = fault('Body.paths./a.get.responses.200', 'Invalid model identifier specified: Gone');
    assert.equal(
      (importFault(model, [model, method, other]) as DefinitionError).message,
      [
        'Errors found during import:',
        "\tUnable to create model for 'Feed': of the part",
        "\tUnable to put method 'GET' on resource at path '/a': Invalid model identifier specified: Gone",
        'Additionally, these warnings were found:',
        "\tReference to model 'Feed' not found. Ignoring.",
      ].join('\n'),
    );
  });

  for (const [what, error] of [
    ['the document itself', fault('Body.openapi')],
    ['no property', fault(undefined)],
    ['a program', new TypeError('of a program')],
  ] as const)
    it(`leaves a fault of ${what} as it is`, () => {
      assert.equal(importFault(error, [fault('Body.definitions.Pet')]), error);
    });
});
