/** Finds what checks each operation that the gateway answers: tests that call it, and cases of the conformance suite. */
import { ALL_FILES, isControlCase, readCases } from '../../packages/conformance/schema/read-cases.ts';
import type { ControlCase, ControlService } from '../../packages/conformance/schema/control-case.ts';
import { listFiles, readSource } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

const SERVICES = 'test/packages/gateway/services';
const CONTROL = 'test/packages/gateway/control/api';

/** The folders with the tests of a service, and its name in the cases. */
const TESTED: Readonly<
  Record<string, { readonly folders: readonly string[]; readonly inCases: ControlService }>
> = {
  'API Gateway (REST)': {
    folders: [`${CONTROL}/rest`, CONTROL, 'test/packages/gateway/server'],
    inCases: 'apigateway',
  },
  'API Gateway (HTTP and WebSocket)': { folders: [`${CONTROL}/v2`, CONTROL], inCases: 'apigatewayv2' },
  'API Gateway (connections)': {
    folders: ['test/packages/gateway/core/websocket', 'test/packages/gateway/server/control-port'],
    inCases: 'apigatewaymanagementapi',
  },
  AppConfig: { folders: [`${SERVICES}/values`], inCases: 'appconfigdata' },
  'Cloud Map': { folders: [`${SERVICES}/servicediscovery`], inCases: 'servicediscovery' },
  CloudFormation: { folders: [`${SERVICES}/cloudformation`], inCases: 'cloudformation' },
  CloudFront: { folders: [`${SERVICES}/cloudfront`], inCases: 'cloudfront' },
  CloudWatch: { folders: [`${SERVICES}/cloudwatch`, 'test/together/cloudwatch'], inCases: 'cloudwatch' },
  'CloudWatch Logs': { folders: [`${SERVICES}/cloudwatch-logs`], inCases: 'logs' },
  Cognito: { folders: ['test/packages/gateway/cognito'], inCases: 'cognito-idp' },
  DynamoDB: { folders: ['test/packages/gateway/dynamodb', `${SERVICES}/tables`], inCases: 'dynamodb' },
  'DynamoDB Streams': { folders: ['test/packages/gateway/dynamodb'], inCases: 'dynamodbstreams' },
  EventBridge: { folders: [`${SERVICES}/eventbridge`, 'test/together/eventbridge'], inCases: 'events' },
  Kinesis: { folders: [`${SERVICES}/kinesis`, 'test/together/kinesis'], inCases: 'kinesis' },
  Lambda: {
    folders: ['test/packages/gateway/control/api/lambda', 'test/together/lambda-events'],
    inCases: 'lambda',
  },
  S3: { folders: [`${SERVICES}/s3`], inCases: 's3' },
  SNS: { folders: [`${SERVICES}/sns`, 'test/together/sns'], inCases: 'sns' },
  SQS: { folders: [`${SERVICES}/sqs`, 'test/together/sqs'], inCases: 'sqs' },
  STS: { folders: [`${SERVICES}/sts`], inCases: 'sts' },
  'Secrets Manager': { folders: [`${SERVICES}/values`], inCases: 'secretsmanager' },
  'Step Functions': { folders: [`${SERVICES}/states`], inCases: 'states' },
  'Systems Manager': { folders: [`${SERVICES}/values`], inCases: 'ssm' },
  WAFv2: { folders: [`${SERVICES}/waf`], inCases: 'wafv2' },
  'X-Ray': { folders: [`${SERVICES}/xray`], inCases: 'xray' },
};

/** Returns the first test file that names the operation, and the number of cases that ask for it; undefined for none. */
export function holdersOf(service: string, operation: string): { test?: string; cases?: number } {
  const { folders = [] } = TESTED[service] ?? {};
  const word = new RegExp(`\\b${operation}(Command)?\\b`);
  const test = folders.flatMap((folder) => filesIn(folder, '.ts')).find(({ text }) => word.test(text))?.path;
  const cases = casesOf(service).filter(({ request }) => request.call === operation).length;
  return { ...(test === undefined ? {} : { test }), ...(cases === 0 ? {} : { cases }) };
}

/** Returns the cases of the conformance suite that ask the service. */
export function casesOf(service: string): readonly ControlCase[] {
  const { inCases } = TESTED[service] ?? {};
  read ??= ALL_FILES.flatMap(readCases).filter(isControlCase);
  return read.filter(
    ({ api, request }) => (request.service ?? (api === 'rest' ? 'apigateway' : 'apigatewayv2')) === inCases,
  );
}

let read: readonly ControlCase[] | undefined;

const READ = new Map<string, readonly SourceFile[]>();

function filesIn(folder: string, suffix: string): readonly SourceFile[] {
  const known = READ.get(folder);
  if (known !== undefined) return known;
  const files = listFiles(folder)
    .filter((path) => path.endsWith(suffix))
    .map(readSource);
  READ.set(folder, files);
  return files;
}
