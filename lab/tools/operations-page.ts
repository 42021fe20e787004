/** Prints the page of the operations that SDKs can call at the local gateway, from the tables that answer them. */
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
import { QUEUE_CALLS } from '../../packages/gateway/services/sqs/sqs.ts';
import { STS_CALLS } from '../../packages/gateway/services/sts/sts.ts';
import { SECRETS_CALLS } from '../../packages/gateway/services/values/secrets-manager.ts';
import { SSM_CALLS } from '../../packages/gateway/services/values/ssm.ts';
import { USES } from './operation-uses.ts';

export const OPERATIONS_PAGE = 'docs/reference/operations.md';

/** The operations that are answered, by the name of the service. */
export const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  CloudWatch: Object.keys(CLOUDWATCH_CALLS),
  'CloudWatch Logs': Object.keys(LOGS_CALLS),
  EventBridge: EVENT_CALLS,
  Kinesis: [...Object.keys(STREAM_ADMINISTRATION), ...Object.keys(RECORD_CALLS)],
  Lambda: new CallModel(LAMBDA_MODEL).operations,
  SNS: TOPIC_CALLS,
  SQS: [...ADMINISTRATION, ...Object.keys(QUEUE_CALLS)],
  STS: [...STS_CALLS.keys()],
  'Secrets Manager': SECRETS_CALLS,
  'Step Functions': STATES_CALLS,
  'Systems Manager': [...SSM_CALLS.keys()],
};

const HEAD = `# Operations at the control port

SDKs, the AWS CLI and deploy tools can call these operations at the local gateway. Each is here because something uses it; an operation that is not listed is recorded or refused as not supported. The operations of API Gateway itself are in [the control plane](../design/control-plane.md).

Members are checked against AWS's API models, in the words of each service ([docs/aws §22](../aws/calls.md)).
`;

export function printOperations(): string {
  const sections = Object.entries(ANSWERED).map(([service, operations]) => {
    const rows = operations
      .toSorted()
      .map((operation) => `| ${operation} | ${USES[service]?.[operation] ?? ''} |`);
    return `## ${service}\n\n| operation | used by |\n| --- | --- |\n${rows.join('\n')}\n`;
  });
  return [HEAD, ...sections].join('\n');
}
