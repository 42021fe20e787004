import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileResourcePolicy } from '../../../../../../packages/gateway/core/deployment/authorization/compile-resource-policy.ts';
import { DefinitionError } from '../../../../../../packages/gateway/core/errors.ts';
import type { PolicySurroundings } from '../../../../../../packages/gateway/core/deployment/authorization/compile-resource-policy.ts';
import type { ResourcePolicy } from '../../../../../../packages/gateway/core/deployment/model.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:abc123';
const STATEMENT = {
  Effect: 'Allow',
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/dev/*',
};

function compile(
  properties: Readonly<Record<string, unknown>>,
  around?: PolicySurroundings,
): ResourcePolicy | undefined {
  const place = (property?: string) => ({ file: 'template.json', logicalId: 'Api', property });
  return compileResourcePolicy({ id: 'abc123', logicalId: 'Api', properties, place }, ARN, around);
}

describe('compileResourcePolicy', () => {
  it('keeps a public API without a policy open, and one that osls writes as an empty text', () => {
    assert.equal(compile({}), undefined);
    assert.equal(compile({ Policy: '', EndpointConfiguration: { Types: ['REGIONAL'] } }), undefined);
  });

  it('closes a private API without a policy (docs/aws §1.2)', () => {
    assert.deepEqual(compile({ EndpointConfiguration: { Types: ['PRIVATE'] } }), { kind: 'closed' });
  });

  for (const Policy of [{ Statement: STATEMENT }, JSON.stringify({ Statement: [STATEMENT] })])
    it(`reads a policy as ${typeof Policy}, and execute-api:/ as this API (docs/aws §4.4)`, () => {
      const compiled = compile({ Policy });

      assert.ok(compiled?.kind === 'policy');
      const decide = (resource: string) =>
        compiled.policy.decide({ action: 'execute-api:Invoke', resource, conditions: new Map() });
      assert.deepEqual(
        [decide(`${ARN}/dev/GET/pets`), decide(`${ARN}/prod/GET/pets`)],
        ['allow', 'implicit-deny'],
      );
    });

  const refused: [name: string, properties: Record<string, unknown>, message: RegExp][] = [
    [
      'a statement for nobody',
      { Policy: { Statement: { ...STATEMENT, Principal: undefined } } },
      /^Invalid policy document\. Please check the policy syntax/,
    ],
    ['text that is not JSON', { Policy: 'allow' }, /not JSON/],
    [
      'an unknown condition operator',
      { Policy: { Statement: { ...STATEMENT, Condition: { Roughly: { a: 'b' } } } } },
      /unknown condition operator/,
    ],
    [
      'a policy of more than 8,192 characters',
      { Policy: { Statement: Array.from({ length: 100 }, () => STATEMENT) } },
      /8192/,
    ],
    [
      'an endpoint type that does not exist',
      { EndpointConfiguration: { Types: ['LOCAL'] } },
      /^Invalid endpoint type "LOCAL"/,
    ],
  ];
  for (const [name, properties, message] of refused)
    it(`refuses ${name}`, () => {
      assert.throws(
        () => compile(properties),
        (error) => error instanceof DefinitionError && message.test(error.message),
      );
    });

  it('takes a longer one if AWS has raised the quota (docs/aws §13)', () => {
    const Policy = { Statement: Array.from({ length: 100 }, () => STATEMENT) };
    const { length } = JSON.stringify(Policy);

    assert.equal(compile({ Policy }, { policyCharacters: length })?.kind, 'policy');
    assert.throws(() => compile({ Policy }, { policyCharacters: length - 1 }), new RegExp(`${length - 1}$`));
  });
});
