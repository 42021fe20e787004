/** The API models of the services that the gateway answers, in an installed botocore (Apache-2.0). */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

/** The folder of each service in botocore and its signing name, by the name of the service in the reference. */
export const SERVICE_NAMES: Readonly<Record<string, readonly [folder: string, signingName: string]>> = {
  'API Gateway (REST)': ['apigateway', 'apigateway'],
  'API Gateway (HTTP and WebSocket)': ['apigatewayv2', 'apigateway'],
  'API Gateway (connections)': ['apigatewaymanagementapi', 'execute-api'],
  AppConfig: ['appconfigdata', 'appconfig'],
  'Cloud Map': ['servicediscovery', 'servicediscovery'],
  CloudFormation: ['cloudformation', 'cloudformation'],
  CloudFront: ['cloudfront', 'cloudfront'],
  CloudWatch: ['cloudwatch', 'monitoring'],
  'CloudWatch Logs': ['logs', 'logs'],
  Cognito: ['cognito-idp', 'cognito-idp'],
  DynamoDB: ['dynamodb', 'dynamodb'],
  'DynamoDB Streams': ['dynamodbstreams', 'dynamodb'],
  EventBridge: ['events', 'events'],
  Kinesis: ['kinesis', 'kinesis'],
  Lambda: ['lambda', 'lambda'],
  S3: ['s3', 's3'],
  SNS: ['sns', 'sns'],
  SQS: ['sqs', 'sqs'],
  STS: ['sts', 'sts'],
  'Secrets Manager': ['secretsmanager', 'secretsmanager'],
  'Step Functions': ['stepfunctions', 'states'],
  'Systems Manager': ['ssm', 'ssm'],
  WAFv2: ['wafv2', 'wafv2'],
  'X-Ray': ['xray', 'xray'],
};

/** Returns the folder of an installed botocore that the arguments of the command name. */
export function readBotocoreOption(): string {
  const { botocore } = parseArgs({ options: { botocore: { type: 'string' } } }).values;
  if (botocore === undefined) throw new Error('Pass --botocore with the folder of an installed botocore.');
  return botocore;
}

/** Returns the version of an installed botocore. */
export function readVersion(botocore: string): string {
  const text = readFileSync(join(botocore, '__init__.py'), 'utf8');
  return /version__ = '([\d.]+)'/.exec(text)?.[1] ?? '?';
}

/**
 * Reads the newest model of a service.
 * @param folder the folder of the service in botocore
 */
export function readModel(botocore: string, folder: string): unknown {
  const file = globSync(join(botocore, 'data', folder, '*', 'service-2.json.gz'))
    .toSorted()
    .at(-1);
  if (file === undefined) throw new Error(`botocore has no model of ${folder}.`);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
}
