import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  expandPolicyTemplate,
  isPolicyTemplate,
  parametersOf,
} from '../../../../../packages/gateway/templates/sam/sam-policy-templates.ts';
import type { Json } from '@gatewright/aws/json-object';

type Statement = { readonly actions: readonly string[]; readonly resources: readonly string[] };
type Template = { readonly parameters: readonly string[]; readonly statements: readonly Statement[] };

/** SAM's own list, as its translator reads it; the file names its commit. */
const { templates } = JSON.parse(
  readFileSync(new URL('../../../../fixtures/sam/policy-templates.json', import.meta.url), 'utf8'),
) as { readonly templates: Readonly<Record<string, Template>> };

const statementsOf = (name: string, parameters: Json): readonly Statement[] => {
  const { Statement: statements = [] } = expandPolicyTemplate(name, parameters) ?? {};
  return (statements as readonly { Effect: string; Action: readonly string[]; Resource: Json }[]).map(
    ({ Effect, Action, Resource }) => {
      assert.equal(Effect, 'Allow');
      return { actions: Action, resources: [Resource].flat().map((one) => readResource(one)) };
    },
  );
};

/** @returns the text of `Fn::Sub` with its own variables replaced, as the recorded list has it */
function readResource(resource: Json): string {
  if (typeof resource === 'string') return resource;
  const { 'Fn::Sub': sub } = resource as { 'Fn::Sub': string | [string, Record<string, string>] };
  if (typeof sub === 'string') return sub;
  const [text, variables] = sub;
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? `missing ${name}`);
}

describe("SAM's policy templates", () => {
  for (const [name, template] of Object.entries(templates)) {
    const { parameters, statements } = template;
    it(`include ${name}`, () => assert.equal(isPolicyTemplate(name), true));

    it(`expand ${name} to SAM's statements`, () => {
      const given = Object.fromEntries(parameters.map((one) => [one, `{${one}}`]));
      assert.deepEqual(parametersOf(name).toSorted(), parameters);
      assert.deepEqual(statementsOf(name, given), statements);
    });
  }

  it('leave a parameter empty that the template does not set', () => {
    const [statement] = statementsOf('SQSSendMessagePolicy', {});
    assert.deepEqual(statement?.resources, ['arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:']);
  });

  for (const name of ['NobodyKnowsPolicy', 'EC2InventedPolicy', 'toString'])
    it(`do not include ${name}`, () => {
      assert.equal(isPolicyTemplate(name), false);
      assert.equal(expandPolicyTemplate(name, {}), undefined);
      assert.deepEqual(parametersOf(name), []);
    });
});
