import { broken, deployed, one } from './definition.ts';
import type { RefusedDefinition } from './definition.ts';

const QUEUES = `
  Queue: { Type: AWS::SQS::Queue }
  Ordered: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
  Topic: { Type: AWS::SNS::Topic }`;
const ROLE = 'arn:aws:iam::123456789012:role/any';
const rule = (...lines: readonly string[]): string =>
  `${broken('Events::Rule', 'EventPattern: { source: [shop] }', 'Targets:', ...lines.map((line) => `  ${line}`))}${QUEUES}`;
const schedule = (...lines: readonly string[]): string =>
  `${broken('Scheduler::Schedule', ...lines)}${QUEUES}`;
const WINDOW = "FlexibleTimeWindow: { Mode: 'OFF' }";
const TO_QUEUE = `Target: { Arn: !GetAtt Queue.Arn, RoleArn: '${ROLE}' }`;
const pipe = (...lines: readonly string[]): string =>
  broken('Pipes::Pipe', `RoleArn: ${ROLE}`, 'Source: arn:aws:sqs:us-east-1:123456789012:orders', ...lines);

/** Refusals of EventBridge about buses, rules, schedules and pipes. */
export const OF_BUSES: readonly RefusedDefinition[] = [
  one(
    'two targets of a rule with the same Id',
    rule('- { Id: orders, Arn: !GetAtt Queue.Arn }', '- Id: orders # here', '  Arn: !Ref Topic'),
    'events-rule-targets',
    deployed('pf-events-target-id-duplicate'),
  ),
  one(
    'a FIFO queue as the dead-letter queue of a target',
    rule(
      '- Id: orders',
      '  Arn: !GetAtt Queue.Arn',
      '  DeadLetterConfig:',
      '    Arn: !GetAtt Ordered.Arn # here',
    ),
    'events-rule-targets',
    deployed('pf-events-target-dlq'),
  ),
  one(
    'a topic as the dead-letter queue of a target',
    rule('- Id: orders', '  Arn: !GetAtt Queue.Arn', '  DeadLetterConfig:', '    Arn: !Ref Topic # here'),
    'events-rule-targets',
    deployed('pf-events-target-dlq'),
  ),
  one(
    'parameters of a stream for a queue',
    rule(
      '- Id: orders',
      '  Arn: !GetAtt Queue.Arn',
      "  KinesisParameters: { PartitionKeyPath: '$.id' } # here",
    ),
    'events-rule-targets',
    deployed('pf-events-target-parameters-mismatch'),
  ),
  one(
    'a topic as the dead-letter queue of a bus',
    `${broken('Events::EventBus', 'Name: shop', 'DeadLetterConfig:', '  Arn: !Ref Topic # here')}${QUEUES}`,
    'events-eventbus-deadletterconfig',
    deployed('pf-events-bus-dlq-arn-type'),
  ),
  one(
    'a bus whose name has a slash',
    broken('Events::EventBus', 'Name: shop/orders # here'),
    'events-eventbus-name',
    deployed('pf-events-bus-name'),
  ),
  one(
    'an API destination without TLS',
    broken(
      'Events::ApiDestination',
      'ConnectionArn: arn:aws:events:us-east-1:123456789012:connection/shop/11111111-2222-3333-4444-555555555555',
      'HttpMethod: POST',
      'InvocationEndpoint: http://example.com/hook # here',
    ),
    'events-apidestination-invocationendpoint',
    deployed('pf-events-apidestination-endpoint'),
  ),
  one(
    'a connection whose parameters are of another type of authorization',
    broken(
      'Events::Connection',
      'AuthorizationType: BASIC',
      'AuthParameters: # here',
      '  ApiKeyAuthParameters: { ApiKeyName: key, ApiKeyValue: value }',
    ),
    'events-connection-authparameters',
    deployed('pf-events-connection-auth-parameters'),
  ),
  one(
    'a token endpoint without TLS',
    broken(
      'Events::Connection',
      'AuthorizationType: OAUTH_CLIENT_CREDENTIALS',
      'AuthParameters:',
      '  OAuthParameters:',
      '    HttpMethod: POST',
      '    AuthorizationEndpoint: http://example.com/token # here',
      '    ClientParameters: { ClientID: shop, ClientSecret: secret }',
    ),
    'events-connection-authparameters',
    deployed('pf-events-connection-auth-parameters'),
  ),
  one(
    'an archive of a queue',
    broken('Events::Archive', 'SourceArn: arn:aws:sqs:us-east-1:123456789012:orders # here'),
    'events-archive-sourcearn',
    'EventBridge API reference, CreateArchive, EventSourceArn: "The ARN of the event bus that sends events to the archive"',
  ),
  one(
    'an unknown time zone of a schedule',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      'ScheduleExpressionTimezone: Europe/Berln # here',
      TO_QUEUE,
    ),
    'scheduler-schedule-scheduleexpressiontimezone',
    'EventBridge Scheduler user guide, "Schedule types": time zones of the IANA database',
  ),
  one(
    'a schedule that ends before it begins',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      "StartDate: '2030-01-02T00:00:00.000Z'",
      "EndDate: '2030-01-01T00:00:00.000Z' # here",
      TO_QUEUE,
    ),
    'scheduler-schedule-enddate',
    deployed('pf-scheduler-start-end-order'),
  ),
  one(
    'a StartDate without milliseconds',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      "StartDate: '2030-01-02T00:00:00Z' # here",
      TO_QUEUE,
    ),
    'scheduler-schedule-startdate',
    deployed('pf-scheduler-date-format'),
  ),
  one(
    'a rate of 0',
    schedule(WINDOW, 'ScheduleExpression: rate(0 hours) # here', TO_QUEUE),
    'scheduler-schedule-scheduleexpression',
    deployed('pf-scheduler-rate-positive'),
  ),
  one(
    'the length of a window that is off',
    schedule(
      'FlexibleTimeWindow:',
      "  Mode: 'OFF'",
      '  MaximumWindowInMinutes: 5 # here',
      'ScheduleExpression: rate(1 hour)',
      TO_QUEUE,
    ),
    'scheduler-schedule-flexibletimewindow',
    deployed('pf-scheduler-flexible-time-window'),
  ),
  one(
    'a FIFO queue of a schedule without a message group',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      'Target:',
      '  Arn: !GetAtt Ordered.Arn # here',
      `  RoleArn: ${ROLE}`,
    ),
    'scheduler-schedule-target',
    deployed('pf-scheduler-target-parameters'),
  ),
  one(
    'an input of a function that is no JSON',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      'Target:',
      '  Arn: arn:aws:lambda:us-east-1:123456789012:function:report',
      `  RoleArn: ${ROLE}`,
      '  Input: hello # here',
    ),
    'scheduler-schedule-target',
    deployed('pf-scheduler-target-input-json'),
  ),
  one(
    'a schedule that calls an action that only reads',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      'Target:',
      '  Arn: arn:aws:scheduler:::aws-sdk:dynamodb:getItem # here',
      `  RoleArn: ${ROLE}`,
      "  Input: '{}'",
    ),
    'scheduler-schedule-target',
    deployed('pf-scheduler-universal-target'),
  ),
  one(
    'a call of a schedule without Input',
    schedule(
      WINDOW,
      'ScheduleExpression: rate(1 hour)',
      'Target:',
      '  Arn: arn:aws:scheduler:::aws-sdk:ec2:stopInstances # here',
      `  RoleArn: ${ROLE}`,
    ),
    'scheduler-schedule-target',
    deployed('pf-scheduler-universal-target'),
  ),
  one(
    'a group of schedules named default',
    broken('Scheduler::ScheduleGroup', 'Name: default # here'),
    'scheduler-schedulegroup-name',
    deployed('pf-scheduler-group-name-default'),
  ),
  one(
    'an enrichment of a pipe by a queue',
    pipe(
      'Target: arn:aws:sqs:us-east-1:123456789012:billing',
      'Enrichment: arn:aws:sqs:us-east-1:123456789012:extra # here',
    ),
    'pipes-pipe-enrichment',
    deployed('pf-pipes-enrichment-type'),
  ),
  one(
    'a FIFO topic as the target of a pipe',
    pipe('Target: arn:aws:sns:us-east-1:123456789012:orders.fifo # here'),
    'pipes-pipe-target',
    deployed('pf-pipes-target-sns-fifo'),
  ),
];
