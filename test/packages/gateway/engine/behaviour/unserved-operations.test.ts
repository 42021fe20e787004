/** What the gateway says of each operation of AWS's SDKs that it does not serve. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import * as rest from '@aws-sdk/client-api-gateway';
import * as v2 from '@aws-sdk/client-apigatewayv2';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as monitoring from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as cognito from '@aws-sdk/client-cognito-identity-provider';
import * as events from '@aws-sdk/client-eventbridge';
import * as kinesis from '@aws-sdk/client-kinesis';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as states from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { commandsOf } from '../../../../../lab/tools/control-operations.ts';
import { ANSWERED } from '../../../../../lab/tools/operations-page.ts';
import { RECORDED } from '../../../../../packages/gateway/core/resource-types/resource-types.ts';
import { RESOURCE_TYPES } from '../../../../../packages/gateway/engine/compose/services/catalogue.ts';
import {
  DEFINED,
  describeUnserved,
  readAddresses,
  subjectOf,
  typeBehind,
} from '../../../../../packages/gateway/kernel/calls/unserved-call.ts';
import { aGateway, GATEWAY_ADMIN } from '../../../../support/a-gateway.ts';

type Sdk = Readonly<Record<string, unknown>>;
const SDKS: Readonly<Record<string, readonly [sdk: Sdk, client: string]>> = {
  'API Gateway (REST)': [rest, 'APIGatewayClient'],
  'API Gateway (HTTP and WebSocket)': [v2, 'ApiGatewayV2Client'],
  CloudFormation: [cloudformation, 'CloudFormationClient'],
  CloudWatch: [monitoring, 'CloudWatchClient'],
  'CloudWatch Logs': [logs, 'CloudWatchLogsClient'],
  Cognito: [cognito, 'CognitoIdentityProviderClient'],
  EventBridge: [events, 'EventBridgeClient'],
  Kinesis: [kinesis, 'KinesisClient'],
  Lambda: [lambda, 'LambdaClient'],
  S3: [s3, 'S3Client'],
  SNS: [sns, 'SNSClient'],
  SQS: [sqs, 'SQSClient'],
  STS: [sts, 'STSClient'],
  'Secrets Manager': [secretsmanager, 'SecretsManagerClient'],
  'Step Functions': [states, 'SFNClient'],
  'Systems Manager': [ssm, 'SSMClient'],
};

/** Operations that an SDK sends to another host than the endpoint; on AWS, this is also so of ListDirectoryBuckets. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'GetLogObject',
  'ListDirectoryBuckets',
  'StartLiveTail',
  'TestState',
  'WriteGetObjectResponse',
]);
/**
 * Operations with the address of another operation: those that it replaces, and one that only a header distinguishes.
 */
const REPLACED: Readonly<Record<string, string>> = {
  GetBucketLifecycle: 'GetBucketLifecycleConfiguration',
  GetBucketNotification: 'GetBucketNotificationConfiguration',
  PutBucketLifecycle: 'PutBucketLifecycleConfiguration',
  PutBucketNotification: 'PutBucketNotificationConfiguration',
  UploadPartCopy: 'UploadPart',
};
/** Changes of stacks, which CloudFormation refuses here in a sentence of its own. */
const OF_STACKS = 'is refused, because the gateway serves the stacks that are on disk.';

/** The smallest input with which an SDK sends a call: each part of the path, and what is required in the query. */
function inputFor(sdk: Sdk, command: string): Record<string, unknown> {
  const operation = sdk[`${command}$`] as readonly unknown[];
  const given = operation[4];
  const schema = (typeof given === 'function' ? (given as () => unknown)() : given) as readonly unknown[];
  const [names = [], types = [], required = 0] = schema.slice(4) as [string[]?, unknown[]?, number?];
  return Object.fromEntries(
    names.flatMap((name, at): [string, unknown][] => {
      const type = types[at];
      const isInPath = Array.isArray(type) && Reflect.get(Object(type[1]), 'httpLabel') !== undefined;
      if (!isInPath && at >= required) return [];
      const [kind] = Array.isArray(type) && type.length === 2 ? (type as readonly unknown[]) : [type];
      return [[name, valueOf(kind)]];
    }),
  );
}

/** The text has the form of all names, so that an SDK or the gateway does not refuse it earlier. */
function valueOf(kind: unknown): unknown {
  if (kind === 1) return 1;
  if (kind === 2) return true;
  if (kind === 0) return 'my-name';
  if (typeof kind === 'number' && kind >= 64) return ['my-name'];
  if (typeof kind === 'function') return valueOf((kind as () => unknown)());
  if (Array.isArray(kind) && kind[0] === 1) return ['my-name'];
  return undefined;
}

function isClaimTrue(message: string): boolean {
  const types = [...message.matchAll(/AWS::\w+::\w+/g)].map(([type]) => type);
  return types.every(
    (type) =>
      RESOURCE_TYPES.classOf(type) !== undefined ||
      RESOURCE_TYPES.isWithoutEffect(type) ||
      RESOURCE_TYPES.consequenceOf(type) === RECORDED ||
      /^StartSyncExecution runs an express state machine/.test(RESOURCE_TYPES.consequenceOf(type)),
  );
}

describe('an operation that the gateway does not serve', async () => {
  const gateway = await aGateway({ Queue: { Type: 'AWS::SQS::Queue' } });
  after(() => gateway.close());
  const { control: endpoint } = gateway.listening;

  for (const [service, [sdk, name]] of Object.entries(SDKS)) {
    const unserved = commandsOf(sdk).filter(
      (command) => ANSWERED[service]?.includes(command) !== true && !LEFT_OUT.has(command),
    );
    const Client = sdk[name] as new (settings: object) => { send(command: unknown): Promise<unknown> };
    it(`of ${service} is named with its subject, and nothing untrue is advised (${unserved.length})`, async () => {
      const client = new Client({
        region: 'eu-west-1',
        endpoint,
        credentials: GATEWAY_ADMIN,
        maxAttempts: 1,
        forcePathStyle: true,
      });
      const wrong: string[] = [];
      for (const command of unserved) {
        const Command = sdk[`${command}Command`] as new (input: object) => unknown;
        const error = await client.send(new Command(inputFor(sdk, command))).then(
          () => new Error('answered'),
          (failed: unknown) => failed as Error,
        );
        const named = REPLACED[command] ?? command;
        const isSaid =
          error.message.startsWith(`${command} ${OF_STACKS}`) ||
          (error.message.startsWith(`${named} of `) && error.message.includes(`(${subjectOf(named)})`));
        if (!isSaid || !isClaimTrue(error.message)) wrong.push(`${command}: ${error.name} ${error.message}`);
      }
      assert.deepEqual(wrong, []);
    });
  }

  for (const [service, , , command] of readAddresses().filter(([of]) => of === 'cloudfront' || of === 'xray'))
    it(`of ${service}, ${command}, is described without anything untrue`, () => {
      assert.ok(isClaimTrue(describeUnserved(service, command)));
    });

  for (const [operation, service, subject, type] of [
    [
      'PutFunctionEventInvokeConfig',
      'lambda',
      'function event invoke config',
      'AWS::Lambda::EventInvokeConfig',
    ],
    ['CreateFunctionUrlConfig', 'lambda', 'function URL config', 'AWS::Lambda::Url'],
    ['CreateFunction', 'lambda', 'function', 'AWS::Lambda::Function'],
    ['GetFunctionConcurrency', 'lambda', 'function concurrency', undefined],
    ['CreateIPSet', 'wafv2', 'IP set', 'AWS::WAFv2::IPSet'],
    ['AssociateWebACL', 'wafv2', 'web ACL', 'AWS::WAFv2::WebACLAssociation'],
    ['ListWebACLs', 'wafv2', 'web ACLs', undefined],
    ['ListSecretVersionIds', 'secretsmanager', 'secret version IDs', undefined],
    ['CreateDistributionTenant', 'cloudfront', 'distribution tenant', undefined],
    ['PutBucketVersioning', 's3', 'bucket versioning', 'AWS::S3::Bucket'],
    ['RegisterStreamConsumer', 'kinesis', 'stream consumer', undefined],
    ['Subscribe', 'sns', 'subscription', 'AWS::SNS::Subscription'],
    ['UntagResource', 'sns', 'tags', undefined],
    ['StartSyncExecution', 'states', 'sync execution', undefined],
    ['CreateStateMachine', 'states', 'state machine', 'AWS::StepFunctions::StateMachine'],
    ['CreateRole', 'iam', 'role', 'AWS::IAM::Role'],
    ['AttachRolePolicy', 'iam', 'role policy', 'AWS::IAM::Role'],
    ['CreatePolicy', 'iam', 'policy', 'AWS::IAM::ManagedPolicy'],
    ['GetRole', 'iam', 'role', undefined],
  ] as const)
    it(`${operation} concerns ${subject}, and ${type ?? 'no resource of a template'}`, () => {
      assert.deepEqual([subjectOf(operation), typeBehind(service, operation)], [subject, type]);
    });

  it('is sent to a resource type only if the gateway reads the type', () => {
    const types = Object.values(DEFINED).flatMap(({ prefix, types: own, parts = {} }) =>
      [...own, ...Object.values(parts)].map((type) => `${prefix}::${type}`),
    );

    assert.deepEqual(
      types.filter((type) => !isClaimTrue(type)),
      [],
    );
  });
});
