/** Values that stacks of one start make for each other, without a file of values. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { GeneratedSecrets } from '../../../../../packages/gateway/core/stack/generated-secret.ts';
import { LocalValues } from '../../../../../packages/gateway/services/values/local-values.ts';
import {
  parseValues,
  storedValues,
} from '../../../../../packages/gateway/services/values/value-definitions.ts';
import { loadStacks } from '../../../../../packages/gateway/templates/load.ts';
import { StackSet } from '../../../../../packages/gateway/templates/stacks.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { VirtualClock } from '../../../../support/virtual-ports.ts';
import { OPTIONS, refusal, someStacks } from '../stack-builders.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-made-'));
after(() => rmSync(folder, { recursive: true }));

const aTopic = (text: string): string =>
  `Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: ${text} } } }`;
const shownBy = (stack: ReturnType<typeof someStacks>[number] | undefined): unknown =>
  stack?.resolveResources().get('T')?.properties['DisplayName'];
const MAKER = `
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  P: { Type: AWS::SSM::Parameter, Properties: { Name: !Sub '/\${AWS::StackName}/table', Type: String, Value: !Ref Table } }
  L: { Type: AWS::SSM::Parameter, Properties: { Name: /zones, Type: StringList, Value: 'a,b' } }
  S: { Type: AWS::SecretsManager::Secret, Properties: { Name: shop/db, SecretString: '{"user":"me"}' } }
Outputs: { S: { Value: !Ref S, Export: { Name: secret } } }`;

describe('a value that another stack of the start makes', () => {
  const rows: readonly (readonly [name: string, text: string, value: unknown])[] = [
    ['{{resolve:ssm:…}}', `'{{resolve:ssm:/base/table}}'`, 'orders'],
    ['{{resolve:ssm:…}} with a version', `'{{resolve:ssm:/base/table:1}}'`, 'orders'],
    ['{{resolve:secretsmanager:…}} by name', `'{{resolve:secretsmanager:shop/db:SecretString:user}}'`, 'me'],
    [
      '{{resolve:secretsmanager:…}} by an imported ARN',
      `!Join ['', ['{{resolve:secretsmanager:', !ImportValue secret, ':SecretString:user::}}']]`,
      'me',
    ],
  ];
  for (const [name, text, value] of rows)
    it(`is known for ${name}, in any order of the stacks`, () => {
      for (const names of [
        ['shop', 'base'],
        ['base', 'shop'],
      ]) {
        const texts: Readonly<Record<string, string>> = { shop: aTopic(text), base: MAKER };
        const stacks = someStacks(Object.fromEntries(names.map((each) => [each, texts[each] ?? ''])));

        assert.equal(shownBy(stacks.find(({ raw }) => raw.stackName === 'shop')), value);
      }
    });

  it('is known for parameters of type AWS::SSM::Parameter::Value, including lists', () => {
    const typed = (type: string, name: string, use: string): string =>
      `Parameters: { N: { Type: 'AWS::SSM::Parameter::Value<${type}>', Default: ${name} } }\n${aTopic(use)}`;
    const [one, list] = someStacks({
      one: typed('String', '/base/table', '!Ref N'),
      list: typed('List<String>', '/zones', "!Join ['-', !Ref N]"),
      base: MAKER,
    });

    assert.equal(shownBy(one), 'orders');
    assert.equal(shownBy(list), 'a-b');
  });

  it('is not taken from another region or account', () => {
    const set = new StackSet(RESOURCE_TYPES);
    const add = (name: string, text: string, place: object): void =>
      set.add(toRawStack(parseSource(text, `/app/${name}.yml`), name, { ...OPTIONS, ...place }));
    add('base', MAKER, {});
    add('far', aTopic("'{{resolve:ssm:/base/table}}'"), { region: 'us-east-1' });
    add('foreign', aTopic("'{{resolve:ssm:/base/table}}'"), { accountId: '210987654321' });
    const [, far, foreign] = set.complete(['base', 'far', 'foreign']);

    assert.match(
      refusal(() => shownBy(far)),
      /the parameter \/base\/table is not on this machine/,
    );
    assert.match(
      refusal(() => shownBy(foreign)),
      /the parameter \/base\/table is not on this machine/,
    );
  });

  it('that needs itself is refused, naming the circle', () => {
    const own = (name: string, value: string): string =>
      `Resources: { T: { Type: AWS::SSM::Parameter, Properties: { Name: ${name}, Type: String, Value: '${value}' } } }`;
    const [a] = someStacks({ a: own('a', '{{resolve:ssm:b}}'), b: own('b', '{{resolve:ssm:a}}') });

    assert.match(
      refusal(() => a!.resolveResources()),
      /values are defined in terms of each other: eu-west-1 parameter b, eu-west-1 parameter a/,
    );
  });

  it('of a file wins over it', () => {
    const written = parseValues('ssm: { /base/table: mine }', 'v.yml', () => Buffer.alloc(0));
    const set = new StackSet(RESOURCE_TYPES);
    for (const [name, text] of [
      ['base', MAKER],
      ['shop', aTopic("'{{resolve:ssm:/base/table}}'")],
    ] as const)
      set.add(
        toRawStack(parseSource(text, `/app/${name}.yml`), name, {
          ...OPTIONS,
          stored: storedValues(written, 'v.yml'),
        }),
      );

    assert.equal(shownBy(set.complete(['base', 'shop'])[1]), 'mine');
  });
});

it('a generated secret has the same value when a template is read as functions get later', async () => {
  const secret = {
    Type: 'AWS::SecretsManager::Secret',
    Properties: {
      GenerateSecretString: { SecretStringTemplate: '{"user":"me"}', GenerateStringKey: 'password' },
    },
  };
  const use = { 'Fn::Sub': '{{resolve:secretsmanager:${S}:SecretString:password}}' };
  const file = join(folder, 'generated.json');
  writeFileSync(
    file,
    JSON.stringify({
      Resources: { S: secret, T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: use } } },
    }),
  );
  const generated = new GeneratedSecrets((bound) => bound - 1);
  const none = parseValues('', '', () => Buffer.alloc(0));
  const stored = {
    ...storedValues(none, 'v.yml'),
    generatedSecret: (owner: string, spec: Parameters<GeneratedSecrets['textOf']>[1]) =>
      generated.textOf(owner, spec),
  };

  const stacks = await loadStacks([file], { ...OPTIONS, stored });

  const values = new LocalValues({
    clock: new VirtualClock(),
    generated,
    file: 'v.yml',
    report: () => undefined,
  });
  values.replace(none, stacks);
  const text = values.secret(stacks[0]?.resources.get('S')?.physicalId ?? '')?.content?.bytes.toString();
  const given = (JSON.parse(text ?? '') as { password: string }).password;
  assert.equal(stacks[0]?.resources.get('T')?.properties['DisplayName'], given);
});

describe('nested stacks of one parent', () => {
  it('have access to the SSM parameters of their siblings, whichever is opened first', async () => {
    const reader = `Parameters: { N: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /app/table } }\n${aTopic('!Ref N')}`;
    const maker = `Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }
  P: { Type: AWS::SSM::Parameter, Properties: { Name: /app/table, Type: String, Value: !Ref Table } }`;
    writeFileSync(join(folder, 'reader.yml'), reader);
    writeFileSync(join(folder, 'maker.yml'), maker);
    const parent = (names: readonly string[]): string =>
      `Resources:\n${names.map((name) => `  ${name}: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ${name}.yml } }`).join('\n')}`;
    for (const names of [
      ['reader', 'maker'],
      ['maker', 'reader'],
    ]) {
      const file = join(folder, 'parent.yml');
      writeFileSync(file, parent(names));

      const stacks = await loadStacks([file], OPTIONS);

      const found = stacks.find(({ resources }) => resources.has('T'));
      assert.equal(found?.resources.get('T')?.properties['DisplayName'], 'orders');
    }
  });
});

describe("CDK's cross-region references", () => {
  const writer = (region: string): string => `
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: news } }
  Writer:
    Type: Custom::CrossRegionExportWriter
    Properties:
      ServiceToken: x
      WriterProps: { region: ${region}, exports: { /cdk/exports/far/name: !GetAtt Topic.TopicName } }`;
  const reader = `
Resources:
  Reader:
    Type: Custom::CrossRegionExportReader
    Properties:
      ServiceToken: x
      ReaderProps: { region: us-east-1, imports: { /cdk/exports/far/name: '{{resolve:ssm:/cdk/exports/far/name}}' } }
  T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt [Reader, /cdk/exports/far/name] } }`;
  const stacksWith = (region: string) => {
    const set = new StackSet(RESOURCE_TYPES);
    set.add(toRawStack(parseSource(reader, '/app/far.yml'), 'far', { ...OPTIONS, region: 'us-east-1' }));
    set.add(toRawStack(parseSource(writer(region), '/app/near.yml'), 'near', OPTIONS));
    return set.complete(['far', 'near']);
  };

  it('are read if they are written, in the region that they are written for', () => {
    assert.equal(shownBy(stacksWith('us-east-1')[0]), 'news');
    assert.match(
      refusal(() => stacksWith('eu-north-1')[0]?.resolveResources()),
      /the parameter \/cdk\/exports\/far\/name is not on this machine/,
    );
  });
});
