import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { StackSet } from '../../../../../packages/gateway/templates/stacks.ts';
import {
  parseValues,
  storedValues,
} from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import type { ResolvedResource } from '../../../../../packages/gateway/core/stack/model.ts';
import { OPTIONS } from '../stack-builders.ts';

const VALUES = `
ssm:
  /shop/host: db.local
  /shop/zones: [a, b]
  /shop/password: { type: SecureString, value: hidden }
secretsmanager:
  shop/db: { username: root, password: p4ss, port: 5432, options: { tls: true } }
  shop/token: t0ken
  shop/key: !!binary AAECAw==
`;
const DOCUMENTED = 'AWS CloudFormation user guide, dynamic references';

/** The resource `F` of a template whose environment variable `V` is `text`, and the findings. */
function resolve(
  text: string,
  others = '',
): { value: unknown; messages: readonly string[]; function: ResolvedResource } {
  const template = `Parameters:
  Stage: { Type: String, Default: shop }
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { Runtime: nodejs24.x, Handler: a.b, Code: ., Environment: { Variables: { V: ${text} } } }
${others}`;
  const faults = new Faults(false);
  const file = '/app/gatewright.values.yml';
  const values = parseValues(VALUES, file, () => Buffer.alloc(0));
  const stored = storedValues(values, file);
  const set = new StackSet(RESOURCE_TYPES, faults);
  const tree = parseSource(template, '/app/shop.yml');
  set.add(toRawStack(tree, 'shop', { ...OPTIONS, stored, tolerance: faults }));
  const [stack] = set.complete(['shop']);
  const found = stack?.resolveResources().get('F');
  assert.ok(found !== undefined);
  const environment = found.properties['Environment'] as { Variables?: { V?: unknown } } | undefined;
  return {
    value: environment?.Variables?.V,
    messages: faults.all.map(({ error }) => error.describe()),
    function: found,
  };
}

describe('a dynamic reference', () => {
  const cases: readonly [text: string, value: unknown][] = [
    ["'{{resolve:ssm:/shop/host}}'", 'db.local'],
    ["'{{resolve:ssm:/shop/host:3}}'", 'db.local'],
    ["'{{resolve:ssm:/shop/zones}}'", 'a,b'],
    ["'{{resolve:ssm-secure:/shop/password:1}}'", 'hidden'],
    [
      "'postgres://{{resolve:ssm:/shop/host}}:{{resolve:secretsmanager:shop/db:SecretString:port}}/'",
      'postgres://db.local:5432/',
    ],
    ['!Sub "{{resolve:ssm:/${Stage}/host}}"', 'db.local'],
    ["!Join ['', ['{{resolve:ssm:/', !Ref Stage, '/host}}']]", 'db.local'],
    ["'{{resolve:secretsmanager:shop/token}}'", 't0ken'],
    ["'{{resolve:secretsmanager:shop/token:SecretString}}'", 't0ken'],
    ["'{{resolve:secretsmanager:shop/db:SecretString:password::}}'", 'p4ss'],
    ["'{{resolve:secretsmanager:shop/db:SecretString:options:AWSCURRENT}}'", '{"tls":true}'],
    [
      "'{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-a1B2c3:SecretString:username}}'",
      'root',
    ],
    ["'{{nothing}}'", '{{nothing}}'],
  ];
  for (const [text, value] of cases)
    it(`${text} has the value that is written down`, () => {
      const { value: found, messages } = resolve(text);

      assert.deepEqual(messages, []);
      assert.equal(found, value, DOCUMENTED);
    });

  it('to a secret of the stack itself has what the template says', () => {
    const own = `  S:
    Type: AWS::SecretsManager::Secret
    Properties: { Name: own, SecretString: '{"user":"me"}' }`;

    assert.equal(resolve('!Sub "{{resolve:secretsmanager:${S}:SecretString:user}}"', own).value, 'me');
  });

  it('may be part of a name to which others refer', () => {
    const table =
      "  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: 'table-{{resolve:ssm:/shop/host}}' }";

    assert.equal(resolve('!Ref T', table).value, 'table-db.local');
  });

  const refused: readonly [text: string, says: RegExp][] = [
    [
      "'{{resolve:ssm:/none}}'",
      /\/app\/shop\.yml:6: F\.Environment: the parameter \/none is not on this machine: write it to \/app\/gatewright\.values\.yml as ssm: \{ \/none: … \}$/,
    ],
    [
      "'{{resolve:secretsmanager:none:SecretString:a}}'",
      /the secret none is not on this machine: write it to .*values\.yml as secretsmanager: \{ none: … \}/,
    ],
    ["'{{resolve:ssm:/shop/password}}'", /is a SecureString; use \{\{resolve:ssm-secure:/],
    ["'{{resolve:ssm-secure:/shop/host}}'", /is a String; use \{\{resolve:ssm:/],
    ["'{{resolve:ssm:/shop/host:latest}}'", /the version of a parameter must be a number/],
    ["'{{resolve:secretsmanager:shop/db:SecretString:nobody}}'", /the secret shop\/db has no "nobody"/],
    ["'{{resolve:secretsmanager:shop/token:SecretString:a}}'", /is not JSON, so it has no "a"/],
    ["'{{resolve:secretsmanager:shop/db:SecretString:password:AWSPREVIOUS}}'", /only its version AWSCURRENT/],
    ["'{{resolve:secretsmanager:shop/db:SecretBinary}}'", /only its SecretString is supported/],
    ["'{{resolve:secretsmanager:shop/key}}'", /the secret shop\/key is not on this machine/],
    ["'{{resolve:vault:x}}'", /only ssm, ssm-secure and secretsmanager/],
  ];
  for (const [text, says] of refused)
    it(`${text} makes its resource faulty, and no message contains a value`, () => {
      const { value, messages, function: made } = resolve(text);

      assert.equal(value, undefined);
      assert.match(messages[0] ?? '', says);
      assert.doesNotMatch(messages.join(), /hidden|p4ss|t0ken/);
      assert.ok(made.fault !== undefined);
    });
});
