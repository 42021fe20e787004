import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import { parseValues } from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';

function someValues() {
  const lines: string[] = [];
  const report = (line: string): void => {
    lines.push(line);
  };
  const values = new LocalValues({
    clock: new VirtualClock(),
    generated: new GeneratedSecrets(() => 0),
    file: 'v.yml',
    report,
  });
  const write = (text: string): void => {
    const written = parseValues(text, 'v.yml', () => Buffer.alloc(0));
    values.replace(written, [
      aStack({
        Own: { type: 'AWS::SSM::Parameter', id: 'own', properties: { Type: 'String', Value: 'stack' } },
        Db: {
          type: 'AWS::SecretsManager::Secret',
          properties: { Name: 'db', SecretString: 'stack' },
          id: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-abc123',
        },
      }),
    ]);
  };
  return { values, lines, write };
}

describe('LocalValues', () => {
  it('counts a new version with every change, and none without', () => {
    const { values, write } = someValues();
    const versions = ['ssm: { /a: 1 }', 'ssm: { /a: 1, /b: 2 }', 'ssm: { /a: 2 }'].map((text) => {
      write(text);
      return values.parameter('/a')?.version;
    });

    assert.deepEqual(versions, [1, 1, 2]);
  });

  it('finds a parameter by its ARN, with and without a slash', () => {
    const { values, write } = someValues();
    write('ssm: { /a/b: 1 }');

    const arn = 'arn:aws:ssm:eu-west-1:123456789012:parameter/';
    assert.deepEqual(
      [values.parameter(`${arn}a/b`)?.value, values.parameter(`${arn}own`)?.value],
      ['1', 'stack'],
    );
  });

  it("prefers what the file says, under the stack's ARN", () => {
    const { values, write } = someValues();
    write('secretsmanager: { db: file }');

    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:db-abc123';
    const found = [values.secret('db'), values.secret(arn), values.secret(arn.slice(0, -7))];
    assert.deepEqual(
      found.map((secret) => [secret?.content?.bytes.toString(), secret?.arn]),
      [...['', '', ''].map(() => ['file', arn])],
    );
  });

  it('reports a missing value once until the next load', () => {
    const { values, lines, write } = someValues();
    write('');
    for (let call = 0; call < 3; call += 1) values.parameter('/gone');
    write('');
    values.parameter('/gone');

    const line = 'ssm: /gone was requested but has no value; add a value to v.yml';
    assert.deepEqual(lines, [line, line]);
  });
});
