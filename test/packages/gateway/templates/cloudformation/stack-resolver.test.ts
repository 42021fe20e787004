import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Faults } from '../../../../../packages/gateway/core/errors.ts';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { toRawStack } from '../../../../../packages/gateway/templates/cloudformation/template-stack.ts';
import { StackSet } from '../../../../../packages/gateway/templates/stacks.ts';
import { aStack, evaluate, OPTIONS, refusal, someStacks } from '../stack-builders.ts';

describe('StackResolver', () => {
  it('resolves properties, names and order of resources', () => {
    const resources = aStack(`
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: worker }
  Worker:
    Type: AWS::Lambda::Function
    DependsOn: Role
    Properties:
      FunctionName: !Sub "\${AWS::StackName}-worker"
      Role: !GetAtt Role.Arn
      Description: !Ref AWS::NoValue
`).resolveResources();

    assert.deepEqual([...resources.keys()], ['Role', 'Worker']);
    const worker = resources.get('Worker')!;
    assert.equal(worker.physicalId, 'shop-worker');
    assert.deepEqual(worker.dependsOn, ['Role']);
    assert.deepEqual(worker.properties, {
      FunctionName: 'shop-worker',
      Role: 'arn:aws:iam::123456789012:role/worker',
    });
    assert.deepEqual(worker.place('Role'), {
      file: '/app/shop.yml',
      line: 11,
      logicalId: 'Worker',
      property: 'Role',
    });
  });

  it('omits resources and outputs whose condition is false, but waits for them', () => {
    const stack = aStack(`
Conditions: { Never: !Equals [a, b] }
Resources:
  Ghost: { Type: AWS::SNS::Topic, Condition: Never }
  Topic: { Type: AWS::SNS::Topic, DependsOn: [Ghost] }
Outputs:
  Ghost: { Condition: Never, Value: !Ref Ghost }
  Name: { Value: !GetAtt Topic.TopicName }
`);

    assert.deepEqual(
      [...stack.resolveResources().values()].map(({ logicalId, dependsOn }) => [logicalId, dependsOn]),
      [['Topic', []]],
    );
    assert.deepEqual([...stack.resolveOutputs().keys()], ['Name']);
  });

  const refusals = [
    {
      name: 'two resources that need each other',
      text: 'Resources:\n  A: {Type: X::Y::Z, Properties: {P: !Ref B}}\n  B: {Type: X::Y::Z, Properties: {P: !GetAtt A.Arn}}',
      says: /Circular dependency between resources: \[A, B\]/,
    },
    {
      name: 'a cycle through DependsOn',
      text: 'Resources:\n  A: {Type: X::Y::Z, DependsOn: B}\n  B: {Type: X::Y::Z, DependsOn: C}\n  C: {Type: X::Y::Z, DependsOn: A}',
      says: /Circular dependency between resources: \[A, B, C\]/,
    },
    {
      name: 'a name made of itself',
      text: 'Resources:\n  A: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Ref A}}',
      says: /Circular dependency between resources: \[A\]/,
    },
    {
      name: 'a resource that needs one whose condition is false',
      text: 'Conditions: {N: !Equals [a, b]}\nResources:\n  A: {Type: X::Y::Z, Condition: N}\n  B: {Type: X::Y::Z, Properties: {P: !Ref A}}',
      says: /B\.P: Template format error: Unresolved resource dependencies \[A\] in the Resources block of the template; its Condition is false/,
    },
    {
      name: 'a DependsOn of nothing',
      text: 'Resources:\n  B: {Type: X::Y::Z, DependsOn: A}',
      says: /B\.DependsOn: Template format error: Unresolved resource dependencies \[A\]/,
    },
    {
      name: 'a null property',
      text: 'Resources:\n  B:\n    Type: X::Y::Z\n    Properties:\n      P: null',
      says: /^\/app\/shop\.yml:5: B\.P: Template format error: 'null' values are not allowed/,
    },
  ];
  for (const { name, text, says } of refusals) {
    it(`refuses ${name}`, () => {
      assert.match(
        refusal(() => aStack(text).resolveResources()),
        says,
      );
    });
  }

  it('makes up and reports what a type outside its table would give', () => {
    const stack = aStack(
      'Resources:\n  Bus: {Type: AWS::Foo::Bus}\n  T: {Type: AWS::SNS::Topic, Properties: {A: !GetAtt Bus.BusArn}}',
    );
    const arn = stack.resolveResources().get('T')?.properties['A'];

    assert.match(arn as string, /^arn:aws:foo:eu-west-1:123456789012:shop-Bus-[A-Z0-9]{12}$/);
    assert.deepEqual(
      stack.placeholders.map(({ logicalId, type }) => [logicalId, type]),
      [['Bus', 'AWS::Foo::Bus']],
    );
    assert.match(stack.placeholders[0]!.consequence, /attribute BusArn is unknown for this type/);
  });

  it('does not report a name that nothing uses', () => {
    const stack = aStack('Resources:\n  Bus: {Type: AWS::Foo::Bus}');
    stack.resolveResources();

    assert.deepEqual(stack.placeholders, []);
  });

  const shapes = [
    { text: 'Resources: {}', says: /At least one Resources member must be defined/ },
    { text: 'Foo: 1\nResources: {A: {Type: X}}', says: /Invalid template property or properties \[Foo\]/ },
    {
      text: 'Resources: {A: {}}',
      says: /\[\/Resources\/A\] Every Resources object must contain a Type member/,
    },
    {
      text: `Resources: {${Array.from({ length: 5001 }, (_, index) => `A${index}: {Type: X}`).join(', ')}}`,
      says: /the template has 5001 resources, but AWS allows 500 per stack, and the gateway reads at most 5000/,
    },
    { text: 'Resources: {A-b: {Type: X}}', says: /Resource name A-b is non alphanumeric/ },
    { text: 'Resources: {A: {Type: X, Foo: 1}}', says: /Invalid template resource property 'Foo'/ },
    { text: 'Resources: {A: {Type: X, Properties: [1]}}', says: /Properties must be a mapping/ },
    { text: 'Transform: MyMacro\nResources: {A: {Type: X}}', says: /Transform MyMacro runs a macro/ },
    { text: 'Outputs: 3\nResources: {A: {Type: X}}', says: /Outputs must be a mapping/ },
  ];
  for (const { text, says } of shapes) {
    it(`refuses the outline ${text.replaceAll('\n', ' ')}`, () => {
      assert.match(
        refusal(() => aStack(text)),
        says,
      );
    });
  }

  const attributes: { name: string; resource: string; expression: string; value: RegExp }[] = [
    {
      name: 'a REST API id of ten characters',
      resource: 'AWS::ApiGateway::RestApi',
      expression: '!Ref R',
      value: /^[a-z][a-z0-9]{9}$/,
    },
    {
      name: 'a root resource id',
      resource: 'AWS::ApiGateway::RestApi',
      expression: '!GetAtt R.RootResourceId',
      value: /^[a-z0-9]{10}$/,
    },
    {
      name: 'a REST resource id of six',
      resource: 'AWS::ApiGateway::Resource',
      expression: '!Ref R',
      value: /^[a-z][a-z0-9]{5}$/,
    },
    {
      name: 'an HTTP API endpoint',
      resource: 'AWS::ApiGatewayV2::Api',
      expression: '!GetAtt R.ApiEndpoint',
      value: /^https:\/\/[a-z0-9]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/,
    },
    {
      name: 'a function name',
      resource: 'AWS::Lambda::Function',
      expression: '!Ref R',
      value: /^shop-R-[A-Z0-9]{12}$/,
    },
    {
      name: 'a function ARN',
      resource: 'AWS::Lambda::Function',
      expression: '!GetAtt R.Arn',
      value: /^arn:aws:lambda:eu-west-1:123456789012:function:shop-R-/,
    },
    {
      name: 'a layer version ARN',
      resource: 'AWS::Lambda::LayerVersion',
      expression: '!Ref R',
      value: /^arn:aws:lambda:eu-west-1:123456789012:layer:shop-R-[A-Z0-9]{12}:1$/,
    },
    {
      name: 'a stream ARN',
      resource: 'AWS::DynamoDB::Table',
      expression: '!GetAtt R.StreamArn',
      value: /^arn:aws:dynamodb:eu-west-1:123456789012:table\/shop-R-[A-Z0-9]+\/stream\//,
    },
    {
      name: 'a queue URL',
      resource: 'AWS::SQS::Queue',
      expression: '!Ref R',
      value: /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/shop-R-/,
    },
    {
      name: 'a topic ARN',
      resource: 'AWS::SNS::Topic',
      expression: '!Ref R',
      value: /^arn:aws:sns:eu-west-1:123456789012:shop-R-/,
    },
    {
      name: 'a bucket name in lower case',
      resource: 'AWS::S3::Bucket',
      expression: '!Ref R',
      value: /^shop-r-[a-z0-9]{12}$/,
    },
    {
      name: 'a user pool URL',
      resource: 'AWS::Cognito::UserPool',
      expression: '!GetAtt R.ProviderURL',
      value: /^https:\/\/cognito-idp\.eu-west-1\.amazonaws\.com\/eu-west-1_[a-z0-9]{9}$/,
    },
  ];
  it('cannot use a resource whose properties are unknown, and serves the rest', () => {
    const text =
      'Resources: { F: { Type: AWS::Lambda::Function, Properties: { MemorySize: !Ref Nope, Description: !Ref Gone } } }';
    const faults = new Faults(false);
    const set = new StackSet(RESOURCE_TYPES, faults);
    set.add(toRawStack(parseSource(text, '/app/shop.yml'), 'shop', { ...OPTIONS, tolerance: faults }));
    const [stack] = set.complete(['shop']);

    const found = stack?.resolveResources().get('F');

    assert.match(found?.fault?.message ?? '', /Nope/);
    assert.deepEqual(
      faults.all.map(({ consequences }) => consequences.includes('F may behave differently than on AWS')),
      [true, false],
    );
  });

  it('is still being resolved while another stack imports one of its values', () => {
    const exported = (name: string, value: string) =>
      `Resources: { T: { Type: AWS::SNS::Topic } }\nOutputs: { O: { Value: ${value}, Export: { Name: ${name} } } }`;
    const [one] = someStacks({
      one: exported('first', '!ImportValue second'),
      two: exported('second', '!ImportValue first'),
    });

    assert.match(
      refusal(() => one?.resolveOutputs()),
      /one.*two.*one/,
    );
  });

  for (const { name, resource, expression, value } of attributes) {
    it(`gives ${name}, the same at every start`, () => {
      const sections = `Resources: { R: { Type: "${resource}" } }`;
      const found = evaluate(expression, sections) as string;

      assert.match(found, value, 'CloudFormation template reference, return values');
      assert.equal(evaluate(expression, sections), found);
    });
  }
});
