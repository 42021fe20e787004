/** Finds what checks each operation that the gateway answers: tests that call it, and cases of the conformance suite. */
import { listFiles, readSource } from './source-files.ts';
import type { SourceFile } from './source-files.ts';

const CASES = 'packages/conformance/cases';
const SERVICES = 'test/packages/gateway/services';
const CONTROL = 'test/packages/gateway/control/api';

/** The folders with the tests of a service, and its name in the cases. */
const TESTED: Readonly<Record<string, { readonly folders: readonly string[]; readonly inCases?: string }>> = {
  'API Gateway (REST)': { folders: [`${CONTROL}/rest`, CONTROL, 'test/packages/gateway/server'] },
  'API Gateway (HTTP and WebSocket)': { folders: [`${CONTROL}/v2`, CONTROL] },
  'API Gateway (connections)': {
    folders: ['test/packages/gateway/core/websocket', 'test/packages/gateway/server/control-port'],
  },
  AppConfig: { folders: [`${SERVICES}/values`] },
  'Cloud Map': { folders: [`${SERVICES}/servicediscovery`] },
  CloudFormation: { folders: [`${SERVICES}/cloudformation`] },
  CloudFront: { folders: [`${SERVICES}/cloudfront`] },
  CloudWatch: { folders: [`${SERVICES}/cloudwatch`, 'test/together/cloudwatch'], inCases: 'cloudwatch' },
  'CloudWatch Logs': { folders: [`${SERVICES}/cloudwatch-logs`] },
  Cognito: { folders: ['test/packages/gateway/cognito'] },
  DynamoDB: { folders: ['test/packages/gateway/dynamodb', `${SERVICES}/tables`] },
  'DynamoDB Streams': { folders: ['test/packages/gateway/dynamodb'] },
  EventBridge: { folders: [`${SERVICES}/eventbridge`, 'test/together/eventbridge'] },
  Kinesis: { folders: [`${SERVICES}/kinesis`, 'test/together/kinesis'] },
  Lambda: {
    folders: ['test/packages/gateway/control/api/lambda', 'test/together/lambda-events'],
    inCases: 'lambda',
  },
  S3: { folders: [`${SERVICES}/s3`] },
  SNS: { folders: [`${SERVICES}/sns`, 'test/together/sns'] },
  SQS: { folders: [`${SERVICES}/sqs`, 'test/together/sqs'], inCases: 'sqs' },
  STS: { folders: [`${SERVICES}/sts`], inCases: 'sts' },
  'Secrets Manager': { folders: [`${SERVICES}/values`] },
  'Step Functions': { folders: [`${SERVICES}/states`] },
  'Systems Manager': { folders: [`${SERVICES}/values`] },
  WAFv2: { folders: [`${SERVICES}/waf`] },
  'X-Ray': { folders: [`${SERVICES}/xray`] },
};

/** Returns the first test file that names the operation, and the first case that calls it; undefined for none. */
export function holdersOf(service: string, operation: string): { test?: string; case?: string } {
  const { folders = [], inCases } = TESTED[service] ?? {};
  const word = new RegExp(`\\b${operation}(Command)?\\b`);
  const test = folders.flatMap((folder) => filesIn(folder, '.ts')).find(({ text }) => word.test(text))?.path;
  const found = inCases === undefined ? undefined : caseOf(inCases, operation);
  return { ...(test === undefined ? {} : { test }), ...(found === undefined ? {} : { case: found }) };
}

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

type Case = { readonly id: string; readonly request?: { readonly service?: string; readonly call?: string } };

function caseOf(service: string, operation: string): string | undefined {
  const cases = filesIn(CASES, '.json').flatMap(({ text }) => JSON.parse(text) as readonly Case[]);
  return cases.find(({ request }) => request?.service === service && request.call === operation)?.id;
}
