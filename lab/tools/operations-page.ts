/**
 * Prints the page of the operations that SDKs can call on the local gateway, from the tables of the code that answers
 * the operations.
 */
import { basename } from 'node:path';
import { COGNITO_CALLS } from '../../packages/gateway/cognito/api/cognito-idp.ts';
import { STACK_READS } from '../../packages/gateway/services/cloudformation/service.ts';
import { MAP_CALLS } from '../../packages/gateway/services/servicediscovery/calls.ts';
import { WAF_CALLS } from '../../packages/gateway/services/waf/api/calls.ts';
import { EVENT_CALLS } from '../../packages/gateway/services/eventbridge/event-buses.ts';
import { STATES_CALLS } from '../../packages/gateway/services/states/service.ts';
import { LAMBDA_MODEL } from '../../packages/gateway/kernel/calls/models/lambda.ts';
import { CallModel } from '../../packages/gateway/kernel/calls/call-model.ts';
import { CLOUDWATCH_CALLS } from '../../packages/gateway/services/cloudwatch/api/calls.ts';
import { LOGS_CALLS } from '../../packages/gateway/services/cloudwatch-logs/service.ts';
import { ADMINISTRATION as STREAM_ADMINISTRATION } from '../../packages/gateway/services/kinesis/administration.ts';
import { RECORD_CALLS } from '../../packages/gateway/services/kinesis/records.ts';
import { TOPIC_CALLS } from '../../packages/gateway/services/sns/sns.ts';
import { ADMINISTRATION } from '../../packages/gateway/services/sqs/administration.ts';
import { MOVE_TASK_CALLS } from '../../packages/gateway/services/sqs/move-tasks.ts';
import { QUEUE_CALLS } from '../../packages/gateway/services/sqs/sqs.ts';
import { STS_CALLS } from '../../packages/gateway/services/sts/sts.ts';
import { SECRETS_CALLS } from '../../packages/gateway/services/values/secrets-manager.ts';
import { CONFIGURATION_CALLS } from '../../packages/gateway/services/values/app-config.ts';
import { EDGE_CALLS } from '../../packages/gateway/services/cloudfront/calls.ts';
import { S3_CALLS } from '../../packages/gateway/services/s3/recorded-s3.ts';
import { OWN_CALLS } from '../../packages/gateway/services/tables/dynamodb-calls.ts';
import { DynamoDbEngine } from '../../packages/gateway/dynamodb/engine.ts';
import { STREAM_CALLS } from '../../packages/gateway/dynamodb/stream-calls.ts';
import { MANAGEMENT_CALLS } from '../../packages/gateway/core/websocket/management.ts';
import { REST_CALLS, V2_CALLS } from './control-operations.ts';
import { SSM_CALLS } from '../../packages/gateway/services/values/ssm.ts';
import { TRACE_CALLS } from '../../packages/gateway/services/xray/calls.ts';
import { ADDED, COMPARED_WITH, REMOVED } from './operation-changes.ts';
import { USES } from './operation-uses.ts';

export const OPERATIONS_PAGE = 'docs/reference/operations.md';

/** The operations that are answered, by the name of the service. */
export const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  'API Gateway (REST)': REST_CALLS,
  'API Gateway (HTTP and WebSocket)': V2_CALLS,
  'API Gateway (connections)': Object.keys(MANAGEMENT_CALLS),
  AppConfig: Object.keys(CONFIGURATION_CALLS),
  'Cloud Map': Object.keys(MAP_CALLS),
  CloudFormation: Object.keys(STACK_READS),
  CloudFront: EDGE_CALLS,
  CloudWatch: Object.keys(CLOUDWATCH_CALLS),
  'CloudWatch Logs': Object.keys(LOGS_CALLS),
  Cognito: COGNITO_CALLS,
  DynamoDB: [...DynamoDbEngine.operations, ...OWN_CALLS.keys()],
  'DynamoDB Streams': Object.keys(STREAM_CALLS),
  EventBridge: EVENT_CALLS,
  Kinesis: [...Object.keys(STREAM_ADMINISTRATION), ...Object.keys(RECORD_CALLS)],
  Lambda: new CallModel(LAMBDA_MODEL).operations,
  S3: S3_CALLS,
  SNS: TOPIC_CALLS,
  SQS: [...ADMINISTRATION, ...MOVE_TASK_CALLS, ...Object.keys(QUEUE_CALLS)],
  STS: [...STS_CALLS.keys()],
  'Secrets Manager': SECRETS_CALLS,
  'Step Functions': STATES_CALLS,
  'Systems Manager': [...SSM_CALLS.keys()],
  WAFv2: Object.keys(WAF_CALLS),
  'X-Ray': Object.keys(TRACE_CALLS),
};

const HEAD = `# Operations at the control port

SDKs, the AWS CLI and deploy tools can call these operations at the local gateway. Each is listed because a program or tool uses it; an operation that is not listed is recorded or refused as not supported. What the operations of API Gateway support is in [the control plane](../design/control-plane.md).

Members are checked against AWS's API models, in the words of each service ([docs/aws §22](../aws/calls.md)). The last column has the first test that calls the operation, and the number of cases of the [conformance suite](../../packages/conformance/README.md) that ask for it.
`;

/** The first test that calls an operation, and the number of cases that ask for it. */
type Checks = { readonly test?: string; readonly cases?: number };
type ChecksOf = (service: string, operation: string) => Checks;

export function printOperations(checksOf: ChecksOf): string {
  const sections = Object.entries(ANSWERED).map(([service, operations]) => {
    const rows = operations
      .toSorted()
      .map((one) => `| ${one} | ${USES[service]?.[one] ?? ''} | ${printChecks(checksOf(service, one))} |`);
    return `## ${service}\n\n| operation | used by | checked by |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [HEAD, ...sections, printChanges()].join('\n');
}

function printChecks({ test, cases = 0 }: Checks): string {
  const links = test === undefined ? [] : [`[${basename(test, '.test.ts')}](../../${test})`];
  return [...links, ...(cases === 0 ? [] : [`${cases} ${cases === 1 ? 'case' : 'cases'}`])].join(', ');
}

/** Compares the operations with the operations of an earlier commit, by service. */
function printChanges(): string {
  const rows = Object.entries(ANSWERED).map(([service, { length: now }]) => {
    const added = ADDED[service] ?? [];
    const removed = Object.entries(REMOVED[service] ?? {});
    const reasons = Map.groupBy(removed, ([, reason]) => reason);
    const gone = [...reasons]
      .map(([reason, of]) => `${of.map(([name]) => name).join(', ')}: ${reason}`)
      .join('; ');
    return { service, before: now - added.length + removed.length, now, added: added.join(', '), gone };
  });
  const total = (of: 'before' | 'now'): number => rows.reduce((sum, row) => sum + row[of], 0);
  const lines = rows.map(
    (row) => `| ${row.service} | ${row.before} | ${row.now} | ${row.added} | ${row.gone} |`,
  );
  return `## Compared with commit ${COMPARED_WITH}

The tables above say what uses the added operations.

| service | before | now | added | removed |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
| all | ${total('before')} | ${total('now')} | | |
`;
}
