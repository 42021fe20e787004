/**
 * The access that SAM grants for each pair of types that a connector can connect. The pairs, the actions and their
 * order were taken from aws-sam-translator 1.115.0.
 * @see SAM developer guide, "AWS SAM connector reference"
 */
import type { Json } from '@gatewright/aws/json-object';

type Access = 'Read' | 'Write';
export type EndName = 'Source' | 'Destination';

/** The values of one of the two resources that a connector connects. */
export type End = {
  readonly id?: string;
  readonly type: string;
  readonly arn?: Json | undefined;
  readonly name?: Json | undefined;
  readonly queueUrl?: Json | undefined;
  readonly resourceId?: Json | undefined;
  readonly qualifier?: Json | undefined;
  readonly roleName?: Json | undefined;
};

type Grant = { readonly actions: readonly string[]; readonly on: (used: End) => readonly Json[] };

/**
 * The policy or permission that lets a source use a destination. The kinds without `grants` support only the access
 * `Write`.
 */
export type Profile =
  /** A policy for the role of `holder`, which grants access to the other resource. */
  | {
      readonly makes: 'policy';
      readonly holder: EndName;
      /** The permitted kinds of access, in the order in which SAM's error messages list them. */
      readonly grants: Partial<Readonly<Record<Access, readonly Grant[]>>>;
      /** The accepted values of `Permissions`. If absent, any combination of the keys of `grants` is accepted. */
      readonly together?: readonly (readonly Access[])[];
    }
  | {
      readonly makes: 'permission';
      readonly principal: string;
      readonly from: (source: End) => Json;
      readonly hasAccount?: true;
    }
  | { readonly makes: 'queue policy' | 'topic policy'; readonly service: string };

const itself = ({ arn }: End): readonly Json[] => [arn ?? null];
const itselfAnd =
  (suffix: string) =>
  ({ arn }: End): readonly Json[] => [arn ?? null, { 'Fn::Sub': [`\${Arn}${suffix}`, { Arn: arn ?? null }] }];
const streams = ({ arn }: End): readonly Json[] => [{ 'Fn::Sub': ['${Arn}/stream/*', { Arn: arn ?? null }] }];
const executions = ({ name }: End): readonly Json[] => [
  {
    'Fn::Sub': [
      'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${Name}:*',
      { Name: name ?? null },
    ],
  },
];
/** Returns the ARN of the EventBridge rule with which Step Functions waits for an execution that it has started. */
const waitingRule = (): readonly Json[] => [
  {
    'Fn::Sub':
      'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
  },
];

function grant(service: string, actions: string, on: Grant['on'] = itself): Grant {
  return { actions: actions.split(' ').map((action) => `${service}:${action}`), on };
}

const INVOKE = { Write: [grant('lambda', 'InvokeAsync InvokeFunction')] };
const PUBLISH = { Write: [grant('sns', 'Publish')] };
const PUT_EVENTS = { Write: [grant('events', 'PutEvents')] };
const OBJECTS = {
  Read: [
    grant(
      's3',
      'GetObject GetObjectAcl GetObjectLegalHold GetObjectRetention GetObjectTorrent GetObjectVersion GetObjectVersionAcl GetObjectVersionForReplication GetObjectVersionTorrent ListBucket ListBucketMultipartUploads ListBucketVersions ListMultipartUploadParts',
      itselfAnd('/*'),
    ),
  ],
  Write: [
    grant(
      's3',
      'AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject PutObjectLegalHold PutObjectRetention RestoreObject',
      itselfAnd('/*'),
    ),
  ],
};
const ITEMS = {
  Read: [
    grant(
      'dynamodb',
      'GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect',
      itselfAnd('/index/*'),
    ),
  ],
  Write: [
    grant(
      'dynamodb',
      'PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete PartiQLInsert PartiQLUpdate',
      itselfAnd('/index/*'),
    ),
  ],
};

const ofSource = (grants: Partial<Record<Access, readonly Grant[]>>): Profile => ({
  makes: 'policy',
  holder: 'Source',
  grants,
});
const permissionOf = (service: string, members: { readonly hasAccount?: true } = {}): Profile => ({
  makes: 'permission',
  principal: `${service}.amazonaws.com`,
  from: ({ arn }) => arn ?? null,
  ...members,
});
const API_PERMISSION: Profile = {
  makes: 'permission',
  principal: 'apigateway.amazonaws.com',
  from: ({ resourceId, qualifier }) => ({
    'Fn::Sub': [
      'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Id}/${Qualifier}',
      { Id: resourceId ?? null, Qualifier: qualifier ?? null },
    ],
  }),
};

export const FUNCTION = 'AWS::Lambda::Function';
export const MACHINE = 'AWS::StepFunctions::StateMachine';
export const TABLE = 'AWS::DynamoDB::Table';
const BUS = 'AWS::Events::EventBus';

/** The profile of each pair of types, by the type of the source and then of the destination. */
export const PROFILES: Readonly<Record<string, Readonly<Record<string, Profile>>>> = {
  [TABLE]: {
    [FUNCTION]: {
      makes: 'policy',
      holder: 'Destination',
      grants: {
        Read: [grant('dynamodb', 'DescribeStream GetRecords GetShardIterator ListStreams', streams)],
      },
    },
  },
  'AWS::Events::Rule': {
    'AWS::SNS::Topic': { makes: 'topic policy', service: 'events.amazonaws.com' },
    [BUS]: ofSource(PUT_EVENTS),
    [MACHINE]: ofSource({ Write: [grant('states', 'StartExecution')] }),
    [FUNCTION]: permissionOf('events'),
    'AWS::SQS::Queue': { makes: 'queue policy', service: 'events.amazonaws.com' },
  },
  [FUNCTION]: {
    [FUNCTION]: ofSource(INVOKE),
    'AWS::S3::Bucket': ofSource(OBJECTS),
    [TABLE]: ofSource(ITEMS),
    'AWS::SQS::Queue': ofSource({
      Read: [grant('sqs', 'ReceiveMessage GetQueueAttributes')],
      Write: [grant('sqs', 'DeleteMessage SendMessage ChangeMessageVisibility PurgeQueue')],
    }),
    'AWS::SNS::Topic': ofSource(PUBLISH),
    [MACHINE]: ofSource({
      Write: [
        grant('states', 'StartExecution StartSyncExecution'),
        grant('states', 'StopExecution', executions),
      ],
      Read: [
        grant('states', 'DescribeStateMachine ListExecutions'),
        grant('states', 'DescribeExecution DescribeStateMachineForExecution GetExecutionHistory', executions),
      ],
    }),
    [BUS]: ofSource(PUT_EVENTS),
    'AWS::Location::PlaceIndex': ofSource({
      Read: [
        grant(
          'geo',
          'DescribePlaceIndex GetPlace SearchPlaceIndexForPosition SearchPlaceIndexForSuggestions SearchPlaceIndexForText',
        ),
      ],
    }),
  },
  'AWS::ApiGatewayV2::Api': { [FUNCTION]: API_PERMISSION },
  'AWS::ApiGateway::RestApi': { [FUNCTION]: API_PERMISSION },
  'AWS::SNS::Topic': {
    'AWS::SQS::Queue': { makes: 'queue policy', service: 'sns.amazonaws.com' },
    [FUNCTION]: permissionOf('sns'),
  },
  'AWS::SQS::Queue': {
    [FUNCTION]: {
      makes: 'policy',
      holder: 'Destination',
      grants: {
        Write: [grant('sqs', 'DeleteMessage')],
        Read: [grant('sqs', 'ReceiveMessage GetQueueAttributes')],
      },
      together: [['Read', 'Write']],
    },
  },
  'AWS::S3::Bucket': { [FUNCTION]: permissionOf('s3', { hasAccount: true }) },
  [MACHINE]: {
    [FUNCTION]: ofSource(INVOKE),
    'AWS::SNS::Topic': ofSource(PUBLISH),
    'AWS::SQS::Queue': ofSource({ Write: [grant('sqs', 'SendMessage')] }),
    'AWS::S3::Bucket': ofSource(OBJECTS),
    [TABLE]: ofSource(ITEMS),
    [MACHINE]: {
      makes: 'policy',
      holder: 'Source',
      grants: {
        Read: [
          grant('states', 'DescribeExecution', executions),
          grant('events', 'DescribeRule', waitingRule),
        ],
        Write: [
          grant('states', 'StartExecution'),
          grant('states', 'StopExecution', executions),
          grant('events', 'PutTargets PutRule', waitingRule),
        ],
      },
      together: [['Read'], ['Read', 'Write']],
    },
    [BUS]: ofSource(PUT_EVENTS),
  },
  'AWS::AppSync::DataSource': {
    [TABLE]: ofSource(ITEMS),
    [FUNCTION]: ofSource({ Write: [grant('lambda', 'InvokeAsync InvokeFunction', itselfAnd(':*'))] }),
    [BUS]: ofSource(PUT_EVENTS),
  },
  'AWS::AppSync::GraphQLApi': {
    [FUNCTION]: {
      makes: 'permission',
      principal: 'appsync.amazonaws.com',
      from: ({ resourceId }) => ({
        'Fn::Sub': [
          'arn:${AWS::Partition}:appsync:${AWS::Region}:${AWS::AccountId}:apis/${Id}',
          { Id: resourceId ?? null },
        ],
      }),
    },
  },
};
