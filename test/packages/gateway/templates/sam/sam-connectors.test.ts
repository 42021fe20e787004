import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { membersOf } from '@gatewright/aws/json-object';
import { PROFILES } from '../../../../../packages/gateway/templates/sam/sam-connector-profiles.ts';
import { refusal } from '../stack-builders.ts';
import { samEvents } from '../sam-event-builders.ts';

// Sources: SAM developer guide, "AWS SAM connector reference"; aws-sam-translator 1.115.0 (PyPI). The drawn templates
// of test/properties/sam-templates compare everything that connectors make with that translator.

const FUNCTION = {
  Type: 'AWS::Serverless::Function',
  Properties: { Runtime: 'nodejs24.x', Handler: 'a.b' },
};
const GIVEN: JsonObject = {
  G: FUNCTION,
  Rest: {
    Type: 'AWS::Serverless::Api',
    Properties: { StageName: 'live', DefinitionBody: { openapi: '3.0.1', paths: {} } },
  },
  Topic: { Type: 'AWS::SNS::Topic' },
  Queue: { Type: 'AWS::SQS::Queue' },
  Table: { Type: 'AWS::Serverless::SimpleTable' },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Targets: [
        { Id: 'bus', Arn: { 'Fn::GetAtt': 'Bus.Arn' }, RoleArn: { 'Fn::GetAtt': ['Runner', 'Arn'] } },
      ],
    },
  },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders' } },
  Runner: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
};

const link = (
  source: JsonObject,
  destination: Json,
  permissions: readonly Json[],
  more: JsonObject = {},
): JsonObject => ({
  Link: {
    Type: 'AWS::Serverless::Connector',
    ...more,
    Properties: { Source: source, Destination: destination, Permissions: permissions },
  },
});

const made = (rest: JsonObject): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(samEvents({}, {}, { ...GIVEN, ...rest }).resources).filter(([id]) =>
      /Link|One|Two/.test(id),
    ),
  );

describe('expandConnectors', () => {
  it('gives the role of a function exactly the actions of the connector', () => {
    const { LinkPolicy } = made(link({ Id: 'G' }, { Id: 'Table' }, ['Read']));

    const arn = { 'Fn::GetAtt': ['Table', 'Arn'] };
    assert.deepEqual(LinkPolicy, {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['GetItem', 'Query', 'Scan', 'BatchGetItem', 'ConditionCheckItem', 'PartiQLSelect'].map(
                (action) => `dynamodb:${action}`,
              ),
              Resource: [arn, { 'Fn::Sub': ['${Arn}/index/*', { Arn: arn }] }],
            },
          ],
        },
        Roles: [{ Ref: 'GRole' }],
      },
    });
  });

  for (const { name, source, destination, id, type } of [
    {
      name: 'an API may call',
      source: 'Rest',
      destination: 'G',
      id: 'LinkWriteLambdaPermission',
      type: 'AWS::Lambda::Permission',
    },
    {
      name: 'a topic may send to',
      source: 'Topic',
      destination: 'Queue',
      id: 'LinkQueuePolicy',
      type: 'AWS::SQS::QueuePolicy',
    },
    {
      name: 'a rule may publish to',
      source: 'Rule',
      destination: 'Topic',
      id: 'LinkTopicPolicy',
      type: 'AWS::SNS::TopicPolicy',
    },
    {
      name: 'the role of a target may send to',
      source: 'Rule',
      destination: 'Bus',
      id: 'LinkPolicy',
      type: 'AWS::IAM::ManagedPolicy',
    },
  ])
    it(`makes ${type} if ${name} the destination`, () => {
      const resources = made(link({ Id: source }, { Id: destination }, ['Write']));

      assert.deepEqual(
        Object.entries(resources).map(([made, resource]) => [made, membersOf(resource)['Type']]),
        [[id, type]],
      );
    });

  it('numbers the resources of a list of destinations, and lets dependents wait for them', () => {
    const resources = samEvents(
      {},
      {},
      {
        ...GIVEN,
        ...link({ Id: 'Topic' }, [{ Id: 'Queue' }, { Id: 'G' }], ['Write']),
        Late: { Type: 'AWS::SQS::Queue', DependsOn: ['Topic', 'Link'] },
      },
    ).resources;

    const ids = ['LinkQueuePolicyDestination0', 'LinkWriteLambdaPermissionDestination1'];
    assert.deepEqual(
      Object.keys(resources).filter((id) => id.startsWith('Link')),
      ids,
    );
    assert.deepEqual(membersOf(resources['Late'])['DependsOn'], ['Topic', ...ids]);
  });

  it('reads connectors inside their source, whose condition they do not inherit', () => {
    const properties = { Destination: { Id: 'G' }, Permissions: ['Write'] };
    const resources = made({
      Topic: {
        Type: 'AWS::SNS::Topic',
        Condition: 'No',
        Connectors: { One: { Properties: properties }, Two: { Condition: 'No', Properties: properties } },
      },
    });

    const conditions = Object.entries(resources).map(([id, made]) => [id, membersOf(made)['Condition']]);
    assert.deepEqual(conditions, [
      ['TopicOneWriteLambdaPermission', undefined],
      ['TopicTwoWriteLambdaPermission', 'No'],
    ]);
  });

  it('limits an API to the qualifier of its reference', () => {
    const body = membersOf(GIVEN['Rest']);
    const resources = made({
      Rest: {
        ...body,
        Connectors: {
          One: {
            Properties: {
              SourceReference: { Qualifier: 'live/GET/x' },
              Destination: { Id: 'G' },
              Permissions: ['Write'],
            },
          },
        },
      },
    });

    assert.match(JSON.stringify(resources['RestOneWriteLambdaPermission']), /"Qualifier":"live\/GET\/x"/);
  });

  it('removes connectors from the resource that contains them, and nothing else', () => {
    const topic = { Type: 'AWS::SNS::Topic', Condition: 'No', Properties: { TopicName: 't' } };
    const { resources } = samEvents({}, {}, { T: { ...topic, Connectors: {} }, U: topic });

    assert.deepEqual([resources['T'], resources['U']], [topic, topic]);
  });

  for (const { refused, properties } of [
    {
      refused:
        /: Unable to create connector from AWS::SNS::Topic to AWS::DynamoDB::Table; it's not supported/,
      properties: link({ Id: 'Topic' }, { Id: 'Table' }, ['Write']),
    },
    {
      refused: /: Unable to find resource with logical ID 'Nothing'\.$/,
      properties: link({ Id: 'G' }, { Id: 'Nothing' }, ['Write']),
    },
    {
      refused: /: 'Id' is missing or not a string\.$/,
      properties: link({ Id: 'G' }, { Id: { Ref: 'Table' } }, ['Write']),
    },
    {
      refused: /: Must provide 'Id' \(with optional 'Qualifier'\) or a supported combination/,
      properties: link({ Id: 'G' }, { Id: 'Table', Arn: 'a' }, ['Write']),
    },
    {
      refused: /: 'Type' is missing or not a string\.$/,
      properties: link({ Id: 'G' }, { Arn: 'a' }, ['Write']),
    },
    {
      refused: /: Destination\.Arn is missing\.$/,
      properties: link({ Id: 'G' }, { Type: 'AWS::SNS::Topic' }, ['Write']),
    },
    {
      refused: /: 'Permissions' cannot be empty; valid values are: Read, Write\.$/,
      properties: link({ Id: 'G' }, { Id: 'Table' }, []),
    },
    {
      refused:
        /: Unsupported 'Permissions' provided for connector from AWS::ApiGateway::RestApi to AWS::Lambda::Function; valid values are: Write\.$/,
      properties: link({ Id: 'Rest' }, { Id: 'G' }, ['Read']),
    },
    {
      refused: /valid combinations are: Read \+ Write\.$/,
      properties: link({ Id: 'Queue' }, { Id: 'G' }, ['Read']),
    },
    {
      refused: /: Unable to get IAM role name from 'Source' resource\.$/,
      properties: link({ Id: 'Rule' }, { Type: 'AWS::Events::EventBus', Arn: 'a' }, ['Write']),
    },
    {
      refused: /: Unable to get SQS queue URL from 'Destination' resource\.$/,
      properties: link({ Id: 'Topic' }, { Type: 'AWS::SQS::Queue', Arn: 'a' }, ['Write']),
    },
    { refused: /: 'Destination' is an empty list$/, properties: link({ Id: 'Topic' }, [], ['Write']) },
    {
      refused: /: 'Id' shouldn't be defined in 'SourceReference'\.$/,
      properties: {
        Topic: {
          Type: 'AWS::SNS::Topic',
          Connectors: {
            One: {
              Properties: { SourceReference: { Id: 'x' }, Destination: { Id: 'G' }, Permissions: ['Write'] },
            },
          },
        },
      },
    },
  ])
    it(`refuses with SAM's words ${refused.source}`, () => {
      assert.match(
        refusal(() => samEvents({}, {}, { ...GIVEN, ...properties })),
        refused,
      );
    });

  it('knows every pair of the reference', () => {
    const pairs = Object.entries(PROFILES).map(([source, to]) => [source, Object.keys(to).length]);
    assert.deepEqual(Object.fromEntries(pairs), {
      'AWS::DynamoDB::Table': 1,
      'AWS::Events::Rule': 5,
      'AWS::Lambda::Function': 8,
      'AWS::ApiGatewayV2::Api': 1,
      'AWS::ApiGateway::RestApi': 1,
      'AWS::SNS::Topic': 2,
      'AWS::SQS::Queue': 1,
      'AWS::S3::Bucket': 1,
      'AWS::StepFunctions::StateMachine': 7,
      'AWS::AppSync::DataSource': 3,
      'AWS::AppSync::GraphQLApi': 1,
    });
  });
});
