/** Describes, in words and with an example, the ARN that a pattern in CloudFormation's schemas requires. */

type Row = {
  /** The parts that the pattern has, in order. */
  readonly parts: readonly string[];
  readonly words: string;
  readonly example: string;
};

const ACCOUNT = '123456789012';
const row = (parts: string, words: string, example: string): Row => ({
  parts: parts.split(' '),
  words,
  example,
});

/** The first row whose parts all occur in the pattern applies, so more specific rows come before general ones. */
const ROWS: readonly Row[] = [
  row('policy', 'the ARN of a managed policy', `arn:aws:iam::${ACCOUNT}:policy/NAME`),
  row('iam:: role user group', 'the ARN of a role', `arn:aws:iam::${ACCOUNT}:role/NAME`),
  row('iam:: role', 'the ARN of a role', `arn:aws:iam::${ACCOUNT}:role/NAME`),
  row(':acm:', 'the ARN of a certificate', `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/ID`),
  row(
    'api-destination',
    'the ARN of an API destination',
    `arn:aws:events:eu-west-1:${ACCOUNT}:api-destination/NAME/0a1b2c3d`,
  ),
  row(
    ':events: connection',
    'the ARN of a connection',
    `arn:aws:events:eu-west-1:${ACCOUNT}:connection/NAME/0a1b2c3d`,
  ),
  row(
    'event-bus',
    'the name or the ARN of an event bus',
    `arn:aws:events:eu-west-1:${ACCOUNT}:event-bus/NAME`,
  ),
  row(
    'secretsmanager',
    'the ARN of a secret',
    `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:NAME-a1b2c3`,
  ),
  row(
    'elasticfilesystem access-point',
    'the ARN of an EFS access point',
    `arn:aws:elasticfilesystem:eu-west-1:${ACCOUNT}:access-point/fsap-0123456789abcdef0`,
  ),
  row(':layer: [0-9]+', 'the ARN of a layer version', `arn:aws:lambda:eu-west-1:${ACCOUNT}:layer:NAME:1`),
  row(
    'code-signing-config',
    'the ARN of a code signing configuration',
    `arn:aws:lambda:eu-west-1:${ACCOUNT}:code-signing-config:csc-0123456789abcdef0`,
  ),
  row(
    'capacity-provider',
    'the ARN of a capacity provider',
    `arn:aws:lambda:eu-west-1:${ACCOUNT}:capacity-provider:NAME`,
  ),
  row('function:', 'the name or the ARN of a function', `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:NAME`),
  row('(sqs|sns)', 'the ARN of a queue or topic', `arn:aws:sqs:eu-west-1:${ACCOUNT}:NAME`),
  row(':sqs:', 'the ARN of a queue', `arn:aws:sqs:eu-west-1:${ACCOUNT}:NAME`),
  row(':kinesis: stream', 'the ARN of a Kinesis stream', `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/NAME`),
  row(
    ':firehose: deliverystream',
    'the ARN of a Firehose stream',
    `arn:aws:firehose:eu-west-1:${ACCOUNT}:deliverystream/NAME`,
  ),
  row(':logs: log-group', 'the ARN of a log group', `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:NAME`),
  row(':route53::: healthcheck', 'the ARN of a health check', 'arn:aws:route53:::healthcheck/0a1b2c3d'),
  row(':kms: alias', 'the ARN of a key or of an alias', `arn:aws:kms:eu-west-1:${ACCOUNT}:alias/NAME`),
  row(':kms:', 'the ARN of a key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/ID`),
  row(
    '[a-z0-9-.]+:.*)',
    'the ARN of a key',
    `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
  ),
  row('(kinesis|kafka|dynamodb)', 'the ARN of a stream', `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/NAME`),
  row('execute-api', 'the ARN of an API', `arn:aws:execute-api:eu-west-1:${ACCOUNT}:a1b2c3d4e5/*`),
  row('endpoint', 'the ARN of a global endpoint', `arn:aws:events:eu-west-1:${ACCOUNT}:endpoint/NAME`),
  row(
    'event-source-mapping',
    'the ARN of an event source mapping',
    `arn:aws:lambda:eu-west-1:${ACCOUNT}:event-source-mapping:0a1b2c3d-1111-2222-3333-444455556666`,
  ),
  row(
    ':runtime:',
    'the ARN of a runtime version',
    'arn:aws:lambda:eu-west-1::runtime:0123456789abcdef0123456789abcdef',
  ),
  row(
    'servicenetworkresourceassociation',
    'the ARN of a service network resource association',
    `arn:aws:vpc-lattice:eu-west-1:${ACCOUNT}:servicenetworkresourceassociation/snra-0123456789abcdef0`,
  ),
  row(
    'resourceconfiguration',
    'the ARN of a resource configuration',
    `arn:aws:vpc-lattice:eu-west-1:${ACCOUNT}:resourceconfiguration/rcfg-0123456789abcdef0`,
  ),
  row(
    'schedule-group',
    'the ARN of a schedule group',
    `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule-group/NAME`,
  ),
  row('schedule', 'the ARN of a schedule', `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule/GROUP/NAME`),
  row(':ssm: parameter', 'the ARN of a parameter', `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/NAME`),
  row(
    'servicediscovery namespace',
    'the ARN of a namespace',
    `arn:aws:servicediscovery:eu-west-1:${ACCOUNT}:namespace/ns-0123456789abcdef`,
  ),
  row(
    'servicediscovery service',
    'the ARN of a Cloud Map service',
    `arn:aws:servicediscovery:eu-west-1:${ACCOUNT}:service/srv-0123456789abcdef`,
  ),
  row(
    ':events: api-destination',
    'the ARN of an API destination',
    `arn:aws:events:eu-west-1:${ACCOUNT}:api-destination/NAME`,
  ),
  row(
    ':events: connection',
    'the ARN of a connection',
    `arn:aws:events:eu-west-1:${ACCOUNT}:connection/NAME`,
  ),
  row(
    ':events: /',
    'the ARN of an event bus, a rule or an archive',
    `arn:aws:events:eu-west-1:${ACCOUNT}:archive/NAME`,
  ),
  row('arn:', 'an ARN', `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:NAME`),
];

const PATH_IN_EVENT = String.raw`|(\$(\.`;

/**
 * Describes the values that match the pattern: `the ARN of a role, such as arn:aws:iam::…`. Returns undefined for a
 * pattern that does not ask for an ARN, or that does not match the example.
 */
export function arnOfPattern(pattern: string): string | undefined {
  if (!pattern.includes('arn:') || pattern.includes('(?!arn:')) return undefined;
  const found = ROWS.find(({ parts, example }) => isInOrder(parts, pattern) && isMatch(pattern, example));
  if (found === undefined) return undefined;
  const orPath = pattern.includes(PATH_IN_EVENT) ? ', or a path in the event, such as $.detail.id' : '';
  return `${found.words}, such as ${found.example}${orPath}`;
}

function isInOrder(parts: readonly string[], pattern: string): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = pattern.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

function isMatch(pattern: string, example: string): boolean {
  try {
    return new RegExp(pattern.replaceAll(/\\[Zz]/g, '$')).test(example);
  } catch {
    return false;
  }
}
