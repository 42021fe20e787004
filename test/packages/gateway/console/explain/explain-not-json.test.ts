import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainNotJson } from '../../../../../packages/gateway/console/explain/explain-not-json.ts';
import type { IntegrationCircumstances } from '../../../../../packages/gateway/console/explain/circumstances.ts';
import type { Definition } from '../../../../../packages/gateway/console/surprises/template-text.ts';

const INTEGRATION = {
  kind: 'service',
  target: 'states in us-east-1',
  eventFault: { place: { line: 1, column: 2 }, near: '', isOfTemplate: true, isApostrophe: true },
} as unknown as IntegrationCircumstances;

const changeFor = (definition: Partial<Definition>): string =>
  explainNotJson(INTEGRATION, 'POST /feedback', {
    file: 'template.yaml',
    form: 'sam',
    logicalId: 'Api',
    ...definition,
  }).changes.join('\n');

describe('an apostrophe in the input of an execution', () => {
  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineapi.html
  it('needs a property of the event if SAM writes the request template', () => {
    assert.match(changeFor({}), /^Set UnescapeMappingTemplate: true in the event of the state machine/);
  });

  for (const own of [{ form: 'cloudformation' }, { isDocument: true }] as const)
    it(`needs another request template if the author writes it: ${JSON.stringify(own)}`, () => {
      assert.match(changeFor(own), /^In the request template of POST \/feedback, print the value/);
    });
});
