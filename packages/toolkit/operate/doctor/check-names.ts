/** CloudFormation fails to create a named resource that exists and belongs to others. */
import type { Finding } from './finding.ts';
import type { NamedResource, StackResource, Views } from './views.ts';

type Kind = { readonly called: string; readonly fix: (name: string) => string };

const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::DynamoDB::Table': {
    called: 'table',
    fix: (name) =>
      `import it into the stack (node_modules/gatewright/docs/guides/operate/operating.md, "A stack that was deleted"), or, if its items are not needed: aws dynamodb delete-table --table-name ${name}`,
  },
  'AWS::Logs::LogGroup': {
    called: 'log group',
    fix: (name) => `aws logs delete-log-group --log-group-name ${name}`,
  },
  'AWS::Lambda::Function': {
    called: 'function',
    fix: (name) => `aws lambda delete-function --function-name ${name}`,
  },
  'AWS::SQS::Queue': {
    called: 'queue',
    fix: (name) =>
      `check that it is empty, then: aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name ${name} --query QueueUrl --output text)"`,
  },
  'AWS::SNS::Topic': {
    called: 'topic',
    fix: (name) => `check its subscribers, then: aws sns delete-topic --topic-arn with the ARN of ${name}`,
  },
  'AWS::Events::EventBus': {
    called: 'event bus',
    fix: (name) => `delete its rules, then: aws events delete-event-bus --name ${name}`,
  },
  'AWS::CloudWatch::Dashboard': {
    called: 'dashboard',
    fix: (name) => `aws cloudwatch delete-dashboards --dashboard-names ${name}`,
  },
};

export const NAMED_TYPES: readonly string[] = Object.keys(KINDS);

export function checkNames({ stack, account }: Views): readonly Finding[] {
  const { resources = [], taken } = account;
  return taken
    .filter((one) => !resources.some((own) => isSame(own, one)))
    .map(({ type, logicalId, name }) => {
      const kind = KINDS[type];
      return {
        id: 'name-taken',
        level: 'obstacle',
        where: `${logicalId} (${type})`,
        what: `${kind?.called ?? type} ${name} exists, and does not belong to stack ${stack.stackName}`,
        why: 'CloudFormation fails with "already exists" and rolls back the whole deployment',
        fix: kind?.fix(name) ?? 'delete it, or use another name',
      };
    });
}

/** Physical ids are names, ARNs (topics) or URLs (queues). */
function isSame({ type, physicalId }: StackResource, named: NamedResource): boolean {
  const { name } = named;
  return type === named.type && (physicalId === name || /[/:]$/.test(beforeEnd(physicalId, name)));
}

function beforeEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, text.length - end.length) : '';
}
