/** Adds facts from the stacks and from the output of functions to the steps of events. */
import { isPythonCode } from './handler-lines.ts';
import { asFlag, asList, asText, isTrue, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { describeEventGaps, findEncodedKey } from './event-gaps.ts';
import { noteFilteredEnvelope } from './envelope-notes.ts';
import { noteFilter, pathOfNotification } from './filter-notes.ts';
import { findCallLine, noteDenied } from './denied-notes.ts';
import { noteBridge } from './bridge-notes.ts';
import { noteKey } from './key-notes.ts';
import { keyOfTable, noteMissingTable } from './table-facts.ts';
import { spellingOf } from './spelling.ts';
import { tellLoop } from './loop-notes.ts';
import { withoutProtocol } from './ledger-protocol.ts';
import { referTo, statementsFor } from './advise-by-stacks.ts';
import { findRefusal } from '../explain/denied-calls.ts';
import { findByArn, findByPhysicalId, findRule, placeOf, placeOfFirst, resourcesOf } from './find-places.ts';
import { findFunction, findInvokeConfig, noteRun } from './run-notes.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type {
  DeliveryNote,
  IntegrationCircumstances,
  NamedPlace,
  QueueFacts,
  ToldStep,
} from '../explain/circumstances.ts';
import { describeMissingBus } from './missing-bus.ts';
import type { FunctionLines } from './function-lines.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { Redactor } from './redact.ts';
import { DAYS } from '../../kernel/delivery/cron.ts';

export type DeliveriesWith = {
  readonly stacks: readonly ResolvedStack[];
  readonly lines: FunctionLines;
  readonly redactor: Redactor;
  readonly readHandler: ReadHandler;
  /** The names of the functions that the request called, which may have made the refused calls. */
  readonly callers?: readonly string[];
};

const MAPPING = 'AWS::Lambda::EventSourceMapping';

export function describeDeliveries(all: readonly StampedStep[], at: DeliveriesWith): readonly ToldStep[] {
  const steps = withoutProtocol(all, at.stacks);
  const told = steps.filter((step) => !isToldBy(step, steps));
  return told.map((step) => tellLoop(describeStep(step, at, steps), steps, at.stacks));
}

/**
 * Whether another step has the same error: a refusal by a policy, a refusal that a queue, bus or pool noted itself, or
 * the failure of a function that threw the error.
 */
function isToldBy(step: StampedStep, all: readonly StampedStep[]): boolean {
  return (
    step.kind === 'rejected' &&
    all.some(
      (one) =>
        ((one.kind === 'forbidden' || one.kind === 'denied') && one.message === step.message) ||
        (one.kind === 'ran' &&
          one.functionName === step.functionName &&
          one.errorMessage?.includes(step.message) === true),
    )
  );
}

function describeStep(step: StampedStep, at: DeliveriesWith, all: readonly StampedStep[]): ToldStep {
  const { stacks, redactor } = at;
  switch (step.kind) {
    case 'accepted':
      return {
        step,
        place: placeOfAccepted(step, stacks),
        queue: queueOf(step.at, stacks),
        ...(step.what === 'event' && step.readers === 0 && { missingBus: describeMissingBus(step.at, at) }),
        disabled: disabledOf(step.at, stacks),
        notes: [...noteTimeZone(step, stacks), ...noteWeekday(step, stacks)],
      };
    case 'duplicate':
      return { step, place: placeOfDeduplication(step.at, stacks) };
    case 'filtered':
      return {
        step: { ...step, why: redactor.text(step.why) },
        place: placeOfFilter(step, stacks),
        spelling: spellingOf(findRule(step.rule, stacks), ['EventPattern'], stacks),
        notes: [
          ...noteFilter(step, stacks),
          ...noteFilteredEnvelope(step, all, stacks),
          ...noteBridge(step, stacks),
        ],
      };
    case 'refused':
      return {
        step: { ...step, message: redactor.text(step.message) },
        place: placeOfRefused(step, stacks),
        references: referencesOf(step, stacks),
      };
    case 'denied':
      return {
        step: { ...step, message: redactor.text(step.message) },
        place: placeOfDenied(step, stacks),
        notes: noteDenied(step, all, at),
      };
    case 'forbidden':
      return {
        step: { ...step, message: redactor.text(step.message) },
        statements: statementsFor([step.message], stacks),
      };
    case 'rejected':
      return describeRejected(step, at);
    case 'challenged':
      return { step };
    case 'ran':
      return describeRun(step, at);
    case 'moved':
      return { step, place: placeOf(findByArn(stacks, step.from), 'RedrivePolicy.maxReceiveCount') };
    case 'ended':
      return {
        step,
        place: placeOfEnd(step, stacks),
        spelling: spellingOf(findByArn(stacks, step.from), ['DeadLetterConfig'], stacks),
      };
    case 'delivered':
      return { step, notes: noteKey(step, stacks) };
  }
}

function describeRejected(
  step: Extract<StampedStep, { kind: 'rejected' }>,
  { stacks, redactor, readHandler }: DeliveriesWith,
): ToldStep {
  return {
    step: {
      ...step,
      target: step.target === undefined ? undefined : redactor.text(step.target),
      message: redactor.text(step.message),
    },
    place: findCallLine(step.operation, readHandler(step.functionName)),
    tableKey: step.service === 'dynamodb' ? keyOfTable(step.target, stacks) : undefined,
    notes: noteMissingTable(step, stacks),
  };
}

function placeOfRefused(
  { rule = '', to }: Extract<StampedStep, { kind: 'refused' }>,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const subscription = findByPhysicalId(stacks, 'AWS::SNS::Subscription', rule);
  return placeOf(subscription, 'Endpoint') ?? placeOf(findByArn(stacks, to));
}

/**
 * Returns the place of the setting of the app client, the user pool or the queue that decided; if the setting is
 * absent, the place of the resource.
 */
function placeOfDenied(
  step: Extract<StampedStep, { kind: 'denied' }>,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const { of, property } = findRefusal(step) ?? {};
  const resource =
    of === 'client'
      ? findByPhysicalId(stacks, 'AWS::Cognito::UserPoolClient', step.clientId ?? '')
      : findByArn(stacks, step.at);
  // If a setting of FIFO queues is absent, FifoQueue decided, because it makes the queue a FIFO queue.
  return placeOfFirst(resource, [...(property === undefined ? [] : [property]), 'FifoQueue']);
}

/**
 * Returns the place of the settings that ended the retries: the settings of asynchronous invocations, or the sender
 * itself.
 */
function placeOfEnd(
  { from }: Extract<StampedStep, { kind: 'ended' }>,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const own = findByArn(stacks, from);
  const config = own?.type === 'AWS::Lambda::Function' ? findInvokeConfig(own.physicalId, stacks) : undefined;
  return placeOfFirst(config ?? own, ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds']);
}

function placeOfAccepted(
  { what, at }: Extract<StampedStep, { kind: 'accepted' }>,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const resource = findByArn(stacks, at);
  return what === 'run' ? placeOf(resource, 'ScheduleExpression') : placeOf(resource);
}

/**
 * A cron expression of a rule is in UTC; only a schedule of EventBridge Scheduler has a time zone.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
function noteTimeZone(
  { what, at, name = '' }: Extract<StampedStep, { kind: 'accepted' }>,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  if (what !== 'run' || !name.trim().startsWith('cron(')) return [];
  const resource = findByArn(stacks, at);
  if (resource === undefined || resource.properties['ScheduleExpressionTimezone'] !== undefined) return [];
  const place = placeOf(resource, 'ScheduleExpression') ?? '';
  const isRule = resource.type === 'AWS::Events::Rule';
  return [
    {
      because: isRule
        ? `The times of ${name} (${place}) are in UTC, like the times of every rule.`
        : `The times of ${name} (${place}) are in UTC, because the schedule has no ScheduleExpressionTimezone.`,
      change: isRule
        ? `If another time zone was meant, write the hours of ${place} in UTC, or use an AWS::Scheduler::Schedule (in SAM: ScheduleV2) with ScheduleExpressionTimezone, which also follows daylight saving time.`
        : `If another time zone was meant, set ScheduleExpressionTimezone of the schedule (${place}).`,
    },
  ];
}

/**
 * EventBridge numbers weekdays from 1 for Sunday, and Unix cron numbers them from 0.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
function noteWeekday(
  { what, at, name = '' }: Extract<StampedStep, { kind: 'accepted' }>,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  const [, weekdays] = /^cron\(\s*(?:\S+\s+){4}([1-7](?:[-,][1-7])*)\s+\S+\s*\)$/.exec(name.trim()) ?? [];
  if (what !== 'run' || weekdays === undefined) return [];
  const place = placeOf(findByArn(stacks, at), 'ScheduleExpression') ?? '';
  const inWords = (shift: number): string =>
    weekdays.replaceAll(/\d/g, (digit) => DAYS[(Number(digit) + shift) % DAYS.length] ?? digit);
  return [
    {
      because: `The weekday ${weekdays} of ${name} (${place}) is ${inWords(-1)}: AWS counts from 1 for Sunday to 7 for Saturday. In Unix cron it would be ${inWords(0)}.`,
      change: `If ${inWords(0)} was meant, write ${inWords(0)} in place of ${weekdays} (${place}).`,
    },
  ];
}

function placeOfDeduplication(arn: string, stacks: readonly ResolvedStack[]): string | undefined {
  const queue = findByArn(stacks, arn);
  const isByContent = isTrue(queue?.properties['ContentBasedDeduplication']);
  return isByContent ? placeOf(queue, 'ContentBasedDeduplication') : undefined;
}

function placeOfFilter(
  step: Extract<StampedStep, { kind: 'filtered' }>,
  stacks: readonly ResolvedStack[],
): string | undefined {
  const { by, rule, from } = step;
  switch (by) {
    case 'EventPattern':
    case 'State':
      return placeOf(findRule(rule, stacks), by);
    case 'InputTemplate':
      return placeOf(findRule(rule, stacks), 'Targets.0.InputTransformer.InputTemplate');
    case 'FilterPolicy': {
      const own = findByPhysicalId(stacks, 'AWS::SNS::Subscription', rule);
      return own === undefined ? placeOf(findByArn(stacks, from), 'Subscription') : placeOf(own, by);
    }
    case 'FilterCriteria':
      return placeOf(findByPhysicalId(stacks, MAPPING, rule), `${by}.Filters.0.Pattern`);
    case 'EventBridgeConfiguration':
      return placeOfFirst(findByArn(stacks, from), [`NotificationConfiguration.${by}`]);
    case 'Filter':
    case 'Event':
      return placeOf(findByArn(stacks, from), pathOfNotification(step, stacks));
    case 'LambdaConfig':
      return placeOf(findByArn(stacks, from), `${by}.${rule}`);
  }
}

function queueOf(arn: string, stacks: readonly ResolvedStack[]): QueueFacts | undefined {
  const queue = findByArn(stacks, arn);
  if (queue?.type !== 'AWS::SQS::Queue') return undefined;
  const readers = resourcesOf(stacks, MAPPING)
    .filter(
      ({ properties }) => properties['EventSourceArn'] === arn && asFlag(properties['Enabled']) !== false,
    )
    .map(({ properties }) => readFunctionName(asText(properties['FunctionName']) ?? '').functionName);
  const deadOf = resourcesOf(stacks, 'AWS::SQS::Queue')
    .filter(({ properties }) => redriveOf(properties['RedrivePolicy'])['deadLetterTargetArn'] === arn)
    .map(({ physicalId }) => lastPartOf(physicalId));
  return { place: placeOf(queue) ?? '', readers, deadOf };
}

/** Returns the places of the disabled event source mappings of a source, each with its function. */
function disabledOf(arn: string, stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  return resourcesOf(stacks, MAPPING)
    .filter(
      ({ properties }) => properties['EventSourceArn'] === arn && asFlag(properties['Enabled']) === false,
    )
    .map((mapping) => ({
      what: readFunctionName(asText(mapping.properties['FunctionName']) ?? '').functionName,
      place: placeOf(mapping, 'Enabled') ?? '',
    }));
}

function redriveOf(given: unknown): Readonly<Record<string, unknown>> {
  return typeof given === 'string' ? (parseJsonObject(given) ?? {}) : membersOf(given);
}

function describeRun(step: Extract<StampedStep, { kind: 'ran' }>, at: DeliveriesWith): ToldStep {
  const { stacks, redactor, lines } = at;
  const { mapping: id, from, invocationId, errorMessage } = step;
  const found = id === undefined ? undefined : findByPhysicalId(stacks, MAPPING, id);
  const printed = invocationId === undefined ? [] : lines.ofInvocation(invocationId);
  const isFailed = step.outcome !== 'returned' || step.next !== undefined;
  return {
    step: {
      ...step,
      payload: undefined,
      ...(errorMessage !== undefined && { errorMessage: redactor.text(errorMessage) }),
    },
    ...(step.outcome === 'failed' && {
      statements: statementsFor([errorMessage ?? '', ...printed.map(({ message }) => message)], stacks),
    }),
    queue: from === undefined ? undefined : queueOf(from, stacks),
    spelling: spellingOf(findFunction(step.functionName, stacks), ['DeadLetterConfig'], stacks),
    mapping: found && {
      place: placeOfFirst(found, ['FunctionResponseTypes']) ?? '',
      reportsItems: asList(found.properties['FunctionResponseTypes']).includes('ReportBatchItemFailures'),
    },
    notes: [
      ...noteEnvelope(step, at),
      ...(isFailed ? noteDeadLetters(step, stacks) : []),
      ...noteRun(step, at),
    ],
    failure:
      step.outcome === 'failed'
        ? describeFailure(
            step,
            printed.map(({ message }) => redactor.text(message)),
            at,
          )
        : undefined,
  };
}

/**
 * Notes code that reads the body as the message itself, although the body is an envelope around the message.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
 */
function noteEnvelope(
  { envelope, functionName, from = '' }: Extract<StampedStep, { kind: 'ran' }>,
  { stacks, readHandler }: DeliveriesWith,
): readonly DeliveryNote[] {
  const source = readHandler(functionName);
  if (envelope === undefined || source === undefined) return [];
  const member = envelope.of === 'topic' ? 'Message' : 'detail';
  if (readsMember(source.text, member)) return [];
  const isPython = isPythonCode(source) || /\bdef \w+\(/.test(source.text);
  if (envelope.of === 'rule')
    return [
      {
        because: `The body of each record is the whole EventBridge event. Its member detail contains what was sent, but ${source.file} does not read this member.`,
        change: `In ${source.file}, read the member detail of the parsed body (${isPython ? "json.loads(record['body'])['detail']" : 'JSON.parse(record.body).detail'}). Or set InputPath: $.detail for the target of the rule, so that the body is only the detail.`,
      },
    ];
  const subscription = resourcesOf(stacks, 'AWS::SNS::Subscription').find(
    ({ properties }) => properties['TopicArn'] === envelope.topicArn && properties['Endpoint'] === from,
  );
  const place = placeOf(subscription) ?? placeOf(findByArn(stacks, envelope.topicArn), 'Subscription');
  const where = place === undefined ? '' : ` (${place})`;
  return [
    {
      because: `The body of each record is the JSON envelope of SNS, with the published message as a string in Message, because the subscription${where} has no RawMessageDelivery: true. ${source.file} never reads Message, so it does not get the published values.`,
      change: `Set RawMessageDelivery: true on the subscription${where}, or parse twice in ${source.file}: ${isPython ? "json.loads(json.loads(record['body'])['Message'])" : 'JSON.parse(JSON.parse(record.body).Message)'}.`,
    },
  ];
}

/** Code that writes the member, such as `Message:` in a call to SNS, does not read it. */
function readsMember(text: string, member: string): boolean {
  return new RegExp(
    String.raw`(?:\.|\[\s*['"\x60]|\.get\(\s*['"])${member}\b(?!\s*=[^=])|\{[^{}]*\b${member}\b[^{}]*\}\s*(?:=|of\b)`,
  ).test(text);
}

/**
 * Settings of a function for failed events, which do not apply to the records of a mapping.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function noteDeadLetters(
  { functionName, from }: Extract<StampedStep, { kind: 'ran' }>,
  stacks: readonly ResolvedStack[],
): readonly DeliveryNote[] {
  if (from === undefined || parseArn(from)?.service === 'cognito-idp') return [];
  const own = findFunction(functionName, stacks);
  const arn = asText(membersOf(own?.properties['DeadLetterConfig'])['TargetArn']);
  if (own === undefined || arn === undefined) return [];
  const place = placeOf(own, 'DeadLetterConfig') ?? '';
  const source = findByArn(stacks, from);
  const isQueue = source?.type === 'AWS::SQS::Queue';
  if (isQueue && redriveOf(source.properties['RedrivePolicy'])['deadLetterTargetArn'] !== undefined)
    return [];
  return [
    {
      because: `The DeadLetterConfig of the function (${place}) names ${lastPartOf(arn)}, but a DeadLetterConfig applies only to asynchronous invocations: records of ${isQueue ? 'a queue' : 'a stream'} never go to ${lastPartOf(arn)}.`,
      change: isQueue
        ? `Write ${lastPartOf(arn)} into the RedrivePolicy of the queue ${lastPartOf(from)} (${placeOf(source) ?? ''}) instead: {"deadLetterTargetArn": its ARN, "maxReceiveCount": 3}.`
        : `Give the event source mapping a DestinationConfig with OnFailure instead.`,
    },
  ];
}

function describeFailure(
  { functionName, errorType = '', errorMessage = '', payload }: Extract<StampedStep, { kind: 'ran' }>,
  lines: readonly string[],
  { redactor }: DeliveriesWith,
): IntegrationCircumstances {
  return {
    kind: 'function',
    target: functionName,
    timeoutMs: undefined,
    outcome: 'failed',
    errorType,
    errorMessage: redactor.text(errorMessage),
    lines,
    tookMs: undefined,
    eventGaps: describeEventGaps(payload, { errorType, errorMessage }).map((text) => redactor.text(text)),
    encodedKey: findEncodedKey(payload, { errorType, errorMessage }),
  };
}

/** On AWS, the resources of a delivery have other names than on this machine. */
function referencesOf(
  { message, to }: StampedStep & { readonly kind: 'refused' },
  stacks: readonly ResolvedStack[],
): ToldStep['references'] {
  const [, sender] = / SourceArn (arn:\S+)/.exec(message) ?? [];
  if (sender === undefined || parseArn(to)?.service !== 'lambda') return undefined;
  const [target, from] = [referTo(stacks, to), referTo(stacks, to, sender)];
  return target === undefined || from === undefined ? undefined : { target, sender: from };
}
