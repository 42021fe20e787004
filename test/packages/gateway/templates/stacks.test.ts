import { RESOURCE_TYPES } from '../../../../packages/gateway/engine/compose/services/catalogue.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StackSet } from '../../../../packages/gateway/templates/stacks.ts';
import { parseSource } from '../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { OPTIONS, refusal, someStacks } from './stack-builders.ts';

const exporting = (name: string, value = 'hello'): string =>
  `Resources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {Out: {Value: ${value}, Export: {Name: ${name}}}}`;
const importing = (name: string): string =>
  `Resources: {T: {Type: AWS::SNS::Topic, Properties: {P: {"Fn::ImportValue": ${name}}}}}`;

function setOf(texts: Readonly<Record<string, string>>): StackSet {
  const set = new StackSet(RESOURCE_TYPES);
  for (const [name, text] of Object.entries(texts)) {
    set.add(toRawStack(parseSource(text, `/app/${name}.yml`), name, OPTIONS));
  }
  return set;
}

describe('StackSet', () => {
  it('gives an imported value, in any order of the stacks', () => {
    const [shop] = someStacks({
      shop: importing('!Sub "${AWS::Region}-x"'),
      base: exporting('!Sub "${AWS::Region}-x"', '!GetAtt T.TopicName'),
    });

    assert.match(shop!.resolveResources().get('T')?.properties['P'] as string, /^base-T-/);
  });

  it('puts exporting stacks before importing ones and keeps the order otherwise', () => {
    const set = setOf({ c: importing('b'), a: exporting('a'), b: exporting('b', '!ImportValue a') });
    const stacks = set.complete(['c', 'a', 'b']);
    for (const stack of stacks) {
      stack.resolveResources();
      stack.resolveOutputs();
    }

    const ordered = set.inImportOrder(['c', 'a', 'b'].map((stackName) => ({ stackName })));

    assert.deepEqual(
      ordered.map(({ stackName }) => stackName),
      ['a', 'b', 'c'],
    );
  });

  it('names both stacks and the place when an export is missing', () => {
    const [shop] = someStacks({ shop: importing('nope'), base: exporting('yes') });

    assert.match(
      refusal(() => shop!.resolveResources()),
      /^\/app\/shop\.yml:1: T\.P: No export named nope found. Stack shop imports it; searched: base/,
    );
  });

  it('suggests a similar export, and mentions another stack only if no export is similar', () => {
    const remedyOf = (wanted: string): string => {
      const [shop] = someStacks({
        shop: importing(wanted),
        base: exporting('base-dev-RequestAuthorizerArn'),
      });
      try {
        shop!.resolveResources();
      } catch (error) {
        return String(error);
      }
      return '';
    };

    assert.match(
      remedyOf('base-dev-HttpAuthorizerArn'),
      /Import an export that exists \(base-dev-RequestAuthorizerArn of base\), or also start the stack that exports base-dev-HttpAuthorizerArn\.$/,
    );
    assert.match(remedyOf('network-VpcId'), /Also start the stack that exports it\.$/);
  });

  it('says which parameter names the other stack, if the name of the export contains that of its stack', () => {
    const names = [`!Sub '\${AWS::StackName}-PoolId'`, `!Join ['-', [!Ref 'AWS::StackName', PoolId]]`];
    const ofParameter = `Parameters: { Auth: { Type: String, Default: pets-auth } }\n${importing("!Sub '${Auth}-PoolId'")}`;
    for (const exported of names) {
      const load = (parameters: Readonly<Record<string, string>>) =>
        someStacks({ api: ofParameter, 'cognito-auth': exporting(exported) }, parameters)[0];

      assert.match(
        refusal(() => load({})!.resolveResources()),
        /No export named pets-auth-PoolId found\. .* The name of the export contains the name of its stack, so in this gateway the export is called cognito-auth-PoolId of cognito-auth\. Start with --param Auth=cognito-auth\.$/,
      );
      const imported = load({ Auth: 'cognito-auth' })!.resolveResources().get('T');
      assert.equal(imported?.properties['P'], 'hello');
    }
  });

  // A public project: with --param, a second import of the same template found its export no more.
  it('does not say to change a parameter whose value another import needs', () => {
    const stacks = {
      api: `Parameters: { Auth: { Type: String, Default: pets-auth } }\n${importing("!Sub '${Auth}-PoolId'")}`,
      'cognito-auth': exporting(`!Sub '\${AWS::StackName}-PoolId'`),
      rules: exporting('pets-auth-Rules'),
    };

    assert.match(
      refusal(() => someStacks(stacks, {})[0]!.resolveResources()),
      /The import expects the stack pets-auth: give the stack that name/,
    );
  });

  it('says how the other stack has to be named, if the import contains its name as text', () => {
    const exported = `!Sub '\${AWS::StackName}-PoolId'`;
    const [api] = someStacks({ api: importing('pets-auth-PoolId'), 'cognito-auth': exporting(exported) });
    const [served] = someStacks({ api: importing('pets-auth-PoolId'), 'pets-auth': exporting(exported) });

    assert.match(
      refusal(() => api!.resolveResources()),
      /The import expects the stack pets-auth: give the stack that name by renaming cognito-auth\.yml to pets-auth\.yml\.$/,
    );
    assert.equal(served!.resolveResources().get('T')?.properties['P'], 'hello');
  });

  it('names each stack whose export could be meant', () => {
    const exported = `!Sub '\${AWS::StackName}-Id'`;
    const [api] = someStacks({ api: importing('pets-Id'), a: exporting(exported), b: exporting(exported) });

    assert.match(
      refusal(() => api!.resolveResources()),
      /so in this gateway the export is called a-Id of a or b-Id of b\. The import expects the stack pets: give the stack that name\.$/,
    );
  });

  it('imports within one region and account, as CloudFormation does, and says where the export is', () => {
    const set = new StackSet(RESOURCE_TYPES);
    const add = (name: string, text: string, place: object) =>
      set.add(toRawStack(parseSource(text, `/app/${name}.yml`), name, { ...OPTIONS, ...place }));
    add('base', exporting('x'), { region: 'us-east-1' });
    add('twin', exporting('x', 'near'), { region: 'eu-central-1' });
    add('far', importing('x'), { region: 'ap-south-1' });
    add('near', importing('x'), { region: 'eu-central-1' });
    add('foreign', importing('x'), { region: 'us-east-1', accountId: '210987654321' });

    const [far, near, foreign] = set.complete(['base', 'twin', 'far', 'near', 'foreign']).slice(2);

    assert.equal(near!.resolveResources().get('T')?.properties['P'], 'near');
    assert.match(
      refusal(() => far!.resolveResources()),
      /^\/app\/far\.yml:1: T\.P: No export named x found in ap-south-1: stack base exports it in us-east-1\./,
    );
    assert.match(
      refusal(() => foreign!.resolveResources()),
      /found in account 210987654321: stack base exports it in account 123456789012\./,
    );
  });

  it('refuses stacks that import from each other, and names them', () => {
    const set = setOf({
      a: `${importing('b')}\nOutputs: {O: {Value: 1, Export: {Name: a}}}`,
      b: `${importing('a')}\nOutputs: {O: {Value: 1, Export: {Name: b}}}`,
    });
    for (const stack of set.complete(['a', 'b'])) stack.resolveResources();

    assert.match(
      refusal(() => set.inImportOrder([{ stackName: 'a' }, { stackName: 'b' }])),
      /import from each other in a circle: a → b → a/,
    );
  });

  it('refuses exports that are made from each other', () => {
    const [a] = someStacks({ a: exporting('a', '!ImportValue b'), b: exporting('b', '!ImportValue a') });

    assert.match(
      refusal(() => a!.resolveOutputs()),
      /in a circle/,
    );
  });

  it('refuses an export that two stacks declare', () => {
    assert.match(
      refusal(() => someStacks({ a: exporting('x'), b: exporting('x') })),
      /Export with name x is already exported by stack a/,
    );
  });

  it('refuses two sources with one stack name', () => {
    const set = setOf({ a: exporting('x') });

    assert.match(
      refusal(() => set.add(toRawStack(parseSource(exporting('y'), '/other/a.yml'), 'a', OPTIONS))),
      /two sources define the stack a: this file and \/app\/a\.yml/,
    );
  });

  it('keeps outputs pending until the stack they import from is there', () => {
    const set = setOf({ b: exporting('b', '!ImportValue a') });
    assert.equal(set.outputsOf('a'), 'pending');
    assert.equal(set.outputsOf('b'), 'pending');

    set.add(toRawStack(parseSource(exporting('a', '42'), '/app/a.yml'), 'a', OPTIONS));

    assert.deepEqual(set.outputsOf('b'), { Out: '42' });
  });

  it('keeps outputs pending until the stack that makes their parameter of SSM is there', () => {
    const named = 'Resources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: "{{resolve:ssm:/a}}"}}}';
    const set = setOf({ b: `${named}\nOutputs: {Out: {Value: !GetAtt T.TopicName}}` });
    assert.equal(set.outputsOf('b'), 'pending');

    const maker =
      'Resources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /a, Type: String, Value: made}}}';
    set.add(toRawStack(parseSource(maker, '/app/a.yml'), 'a', OPTIONS));

    assert.deepEqual(set.outputsOf('b'), { Out: 'made' });
  });
});
