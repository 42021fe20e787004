/**
 * The buses and rules of EventBridge (docs/aws §18.5). An event on a bus goes to the targets of every rule that the
 * event matches.
 */
import { parseArn } from '@gatewright/aws/arn';
import type { BusEvent } from '../../kernel/event-bus.ts';
import { busArnOf, printTime } from '../../kernel/event-bus.ts';
import { describeWrongType } from '@gatewright/aws/wrong-type';
import type { InputPolicy } from '@gatewright/aws/call-input';
import { lowerFirst, MUST, validationMessage, violation } from '@gatewright/aws/violations';
import {
  asList,
  asNumber,
  asText,
  isJsonObject,
  membersOf,
  parseJsonObject,
} from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { compileEventPattern } from '../../kernel/delivery/event-pattern.ts';
import type { EventTest } from '../../kernel/delivery/event-pattern.ts';
import { PatternError } from '../../kernel/delivery/pattern-error.ts';
import { describeRefusal } from './pattern-place.ts';
import { makeInput, type TargetInput } from '../../kernel/delivery/target-input.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import type { OperationResult } from '../../kernel/calls/aws-operation.ts';
import type { DeliveryOutcome, EventPorts } from '../../kernel/event-ports.ts';
import { DroppedEvents } from '../../kernel/dropped-events.ts';
import type { EventTarget, TargetDeliveries } from '../../kernel/target-deliveries.ts';
import { OperationRefused, refuse } from '../../kernel/calls/aws-operation.ts';
import { CallModel } from '../../kernel/calls/call-model.ts';
import { EVENTS_MODEL } from '../../kernel/calls/models/events.ts';
import type { Random } from '../../core/ports.ts';

export type RuleTarget = EventTarget & {
  readonly input: TargetInput;
  readonly groupId: string | undefined;
};

export type EventRule = {
  readonly arn: string;
  readonly name: string;
  readonly busArn: string;
  readonly isEnabled: boolean;
  /** Tests whether an event matches; undefined for a rule that only has a schedule. */
  readonly test: EventTest | undefined;
  readonly targets: readonly RuleTarget[];
};

type Options = Pick<EventPorts, 'clock' | 'random' | 'report' | 'journal'> & {
  readonly deliveries: TargetDeliveries;
  readonly accountId: string;
};

/**
 * The maximum number of buses that an event may pass through. The limit is necessary because rules may send events back
 * to their own bus.
 */
const MAX_HOPS = 10;

export class EventBuses {
  readonly #options: Options;
  #rules = new Map<string, EventRule[]>();
  readonly #dropped: DroppedEvents;
  /**
   * The number of buses that the current event has passed through. One counter is enough, because the event's
   * deliveries begin in the same turn of the event loop.
   */
  #hops = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#dropped = new DroppedEvents(options);
  }

  replace(rules: readonly EventRule[]): void {
    this.#dropped.clear();
    this.#rules = Map.groupBy(rules, ({ busArn }) => busArn);
  }

  get rules(): readonly EventRule[] {
    return [...this.#rules.values()].flat();
  }

  get arns(): readonly string[] {
    return [...this.#rules]
      .filter(([, rules]) => rules.some(({ test }) => test !== undefined))
      .map(([arn]) => arn);
  }

  /** Handles `PutEvents` and `TestEventPattern`; undefined for other operations. */
  answer(operation: AwsOperation, region: string): OperationResult | undefined {
    if (operation.protocol !== 'json') return undefined;
    const result = answerEvents(operation, region, this.#options.random);
    const answers = result?.kind === 'result' ? result.fields['Entries'] : undefined;
    const entries = operation.input?.['Entries'];
    if (Array.isArray(answers) && Array.isArray(entries))
      answers.forEach((answer: unknown, index) => {
        const { EventId: id, ErrorCode: code, ErrorMessage: message } = membersOf(answer);
        const entry: unknown = entries[index];
        if (typeof id === 'string' && isJsonObject(entry)) this.#put(entry, id, region);
        else this.#noteRefusal(entry, region, { code: String(code), message: String(message) });
      });
    return result;
  }

  #noteRefusal(
    entry: unknown,
    region: string,
    error: { readonly code: string; readonly message: string },
  ): void {
    const { journal, random, accountId } = this.#options;
    const at = busArnOf(membersOf(entry)['EventBusName'], region, accountId);
    const operation = 'PutEvents';
    const cause = journal.accept({ kind: 'accepted', at, id: random.uuid(), what: 'call', name: operation });
    journal.note({ kind: 'denied', at, operation, ...error, toldIn: 'FailedEntryCount' }, cause);
  }

  #put(entry: UnknownMembers, id: string, region: string): void {
    const { Source, DetailType, Detail, Time, Resources, EventBusName } = entry;
    const { clock, accountId } = this.#options;
    const seconds = typeof Time === 'number' ? Time * 1000 : Date.parse(String(Time));
    const busArn = busArnOf(EventBusName, region, accountId);
    const event: BusEvent = {
      version: '0',
      id,
      account: accountId,
      region,
      source: String(Source),
      'detail-type': String(DetailType),
      time: printTime(Number.isFinite(seconds) ? seconds : clock.nowEpochMs()),
      resources: Array.isArray(Resources) ? Resources.map(String) : [],
      detail: JSON.parse(String(Detail)) as unknown,
    };
    const isMatched = this.publish(busArn, event);
    if (!isMatched && this.#patternsOf(busArn).length > 0)
      this.#dropped.note(() => this.#describeUnmatched(busArn, event));
  }

  /** Describes an event that no rule of its bus matches, with the nearest rules. */
  #describeUnmatched(busArn: string, event: BusEvent): string {
    const near = this.#patternsOf(busArn).map(({ name, test, isEnabled }) =>
      !isEnabled && test?.(event) === true
        ? `the rule ${name} would match, but its State is DISABLED`
        : `for the rule ${name}, ${test?.explain?.(event) ?? 'its pattern is invalid'}`,
    );
    // The nearest rule has the shortest reason.
    const shown = near.toSorted((one, other) => one.length - other.length).slice(0, 3);
    return `the event ${event['detail-type']} of ${event.source} matches no rule of ${busArn.split('/').at(-1) ?? ''}, so no target gets it: ${shown.join('; ')}`;
  }

  /** Returns the rules of a bus that have a pattern. A bus without such rules may have rules that are not loaded. */
  #patternsOf(busArn: string): readonly EventRule[] {
    return (this.#rules.get(busArn) ?? []).filter(({ test }) => test !== undefined);
  }

  /**
   * Runs the rules that match.
   * @returns whether a rule matched
   */
  publish(busArn: string, event: BusEvent): boolean {
    if (this.#hops >= MAX_HOPS) return false;
    const { journal } = this.#options;
    const cause = journal.accept({
      kind: 'accepted',
      at: busArn,
      id: event.id,
      what: 'event',
      name: `${event['detail-type']} of ${event.source}`,
      readers: this.#patternsOf(busArn).length,
    });
    return journal.within(cause, () => this.#runRules(busArn, event, cause));
  }

  #runRules(busArn: string, event: BusEvent, cause: string): boolean {
    let isMatched = false;
    for (const rule of this.#rules.get(busArn) ?? [])
      if (rule.isEnabled && rule.test?.(event) === true) {
        isMatched = true;
        this.run(rule, event);
      } else this.#noteUnmatched(rule, event, cause);
    return isMatched;
  }

  #noteUnmatched(
    { name, arn, busArn, test, isEnabled, targets }: EventRule,
    event: BusEvent,
    cause: string,
  ): void {
    if (test === undefined) return;
    const isOff = !isEnabled && test(event);
    const why = isOff ? 'its State is DISABLED' : (test.explain?.(event) ?? 'its pattern is invalid');
    const by = isOff ? 'State' : 'EventPattern';
    const to = targets.map((target) => target.arn).join(', ');
    this.#options.journal.note(
      { kind: 'filtered', from: busArn, to, by, rule: name === '' ? arn : name, why },
      cause,
    );
  }

  run(rule: EventRule, event: BusEvent): void {
    const { clock, deliveries, report, journal } = this.#options;
    const facts = { arn: rule.arn, name: rule.name, ingestedAt: printTime(clock.nowEpochMs()) };
    this.#hops += 1;
    try {
      for (const target of rule.targets) {
        const body = makeInput(target.input, event, facts);
        if (body === undefined) {
          journal.note(
            {
              kind: 'filtered',
              from: rule.busArn,
              to: target.arn,
              by: 'InputTemplate',
              rule: rule.name,
              why: 'the input template turned the event into invalid JSON',
            },
            journal.causeOf(event.id) ?? journal.begin(),
          );
          report(
            `${rule.arn} delivered nothing to ${target.arn}, because the input template turned the event ${event.id} into invalid JSON; remove quotes around variables, and quotes and line breaks inside strings`,
          );
          continue;
        }
        const { source, 'detail-type': detailType, resources } = event;
        const groupId = target.groupId;
        // A bus as target gets the event itself, with its original source.
        const sent = target.arn.includes(':event-bus/') ? JSON.stringify(event.detail) : body;
        deliveries.deliver(target, sent, { groupId, source, detailType, resources }, rule.arn);
      }
    } finally {
      this.#hops -= 1;
    }
  }

  /** Delivers an event to a bus. Destinations of functions, schedules and other rules use this. */
  target(
    arn: string,
    body: string,
    delivery: {
      readonly source?: string;
      readonly detailType?: string;
      readonly resources?: readonly string[];
    },
  ): DeliveryOutcome | undefined {
    if (!this.#rules.has(arn)) return undefined;
    const { clock, random, accountId } = this.#options;
    this.publish(arn, {
      version: '0',
      id: random.uuid(),
      account: accountId,
      region: arn.split(':')[3] ?? '',
      source: delivery.source ?? 'gatewright',
      'detail-type': delivery.detailType ?? 'Event',
      time: printTime(clock.nowEpochMs()),
      resources: delivery.resources ?? [],
      detail: JSON.parse(body) as unknown,
    });
    return { kind: 'delivered' };
  }
}

/** The detail of an event must be a JSON object; other JSON is malformed [obs]. */
function isDetail(value: unknown): boolean {
  return typeof value === 'string' && parseJsonObject(value) !== undefined;
}

/** The operations that this service handles. */
export const EVENT_CALLS: readonly string[] = ['PutEvents', 'TestEventPattern'];

const MODEL = new CallModel(EVENTS_MODEL);
const POLICY: InputPolicy = {
  names: 'all',
  refuse: (message) => new OperationRefused('ValidationException', message),
  wrongType: (_message, value, wanted) =>
    new OperationRefused('SerializationException', describeWrongType(value, wanted)),
};

const MAX_ENTRIES = 10;
/** The maximum size of a request, which was 256 KB until 2026. */
const MAX_BYTES = 1_048_576;
const TIME_BYTES = 14;
/** The maximum length of DetailType (segmentio/action-destinations#2828). */
const MAX_DETAIL_TYPE = 128;
/** The prefix of the sources whose events only AWS services can send. */
const RESERVED_SOURCE = 'aws.';

/** Handles `PutEvents` and `TestEventPattern`. An invalid entry fails alone, as on AWS. */
function answerEvents(operation: AwsOperation, region: string, random: Random): OperationResult | undefined {
  if (operation.protocol !== 'json') return undefined;
  const { action, input } = operation;
  if (input === undefined) return refuse('SerializationException', '');
  if (!EVENT_CALLS.includes(action)) return undefined;
  try {
    checkMembers(action, input);
  } catch (error) {
    if (error instanceof OperationRefused) return error.toResult();
    throw error;
  }
  if (action !== 'PutEvents') return testPattern(input);
  const entries = asList(input['Entries']);
  return entries.some((entry) => isOfOtherRegion(entry, region))
    ? refuse('ValidationException', 'Cross-region API call is not allowed.')
    : putEvents(entries, random);
}

/**
 * Returns whether an entry names a bus of another region. AWS's refusal is recorded for rules and targets
 * (aws-samples/amazon-eventbridge-resource-policy-samples#10, hashicorp/terraform-provider-aws#31444). For events, the
 * same refusal is assumed.
 */
function isOfOtherRegion(entry: unknown, region: string): boolean {
  const bus = parseArn(asText(membersOf(entry)['EventBusName']) ?? '');
  return bus !== undefined && bus.region !== region;
}

/** @throws OperationRefused for members that EventBridge's validator refuses */
function checkMembers(action: string, input: UnknownMembers): void {
  const entries = asList(input['Entries']);
  if (entries.length > MAX_ENTRIES) {
    const printed = `[${entries.map(printEntry).join(', ')}]`;
    throw POLICY.refuse(validationMessage(violation(printed, 'entries', MUST.haveLengthTo(MAX_ENTRIES))));
  }
  MODEL.check(action, input, POLICY);
}

function putEvents(entries: readonly unknown[], random: Random): OperationResult {
  if (sizeOf(entries) > MAX_BYTES)
    return refuse('ValidationException', 'Total size of the entries in the request is over the limit.');
  const results = entries.map((entry) => {
    const given = membersOf(entry);
    // Whether the detail is JSON is checked before the other members (baselime/lambda-node-opentelemetry#1).
    if (isPresent(given['Detail']) && !isDetail(given['Detail']))
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const missing = ['Source', 'DetailType', 'Detail'].find((name) => !isPresent(given[name]));
    if (missing !== undefined) {
      const message = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage: message };
    }
    if ((asText(given['DetailType']) ?? '').length > MAX_DETAIL_TYPE)
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter DetailType is not valid. Reason: DetailType must have length less than or equal to ${MAX_DETAIL_TYPE}.`,
      };
    if (asText(given['Source'])?.startsWith(RESERVED_SOURCE) === true)
      return {
        ErrorCode: 'NotAuthorizedForSourceException',
        ErrorMessage: 'Not authorized for the source.',
      };
    return { EventId: random.uuid() };
  });
  const failed = results.filter((result) => 'ErrorCode' in result).length;
  return { kind: 'result', fields: { FailedEntryCount: failed, Entries: results } };
}

/** The members without which an event cannot be tested [obs: events, test_invalid_event_payload]. */
const OF_EVENT = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

function testPattern(input: UnknownMembers): OperationResult {
  const [EventPattern, Event] = [asText(input['EventPattern']) ?? '', asText(input['Event']) ?? ''];
  const event = parseJsonObject(Event);
  if (event === undefined || OF_EVENT.some((name) => event[name] === undefined))
    return refuse('ValidationException', 'Parameter Event is not valid.');
  try {
    return { kind: 'result', fields: { Result: compileEventPattern(EventPattern)(event) } };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return refuse('InvalidEventPatternException', describeRefusal(EventPattern, error));
  }
}

const PRINTED =
  'Time Source Resources DetailType Detail EventBusName TraceHeader KmsKeyIdentifier InternalMetadata'.split(
    ' ',
  );

/** Formats an entry as EventBridge does in a violation [obs: events, test_put_events_exceed_limit_ten_entries]. */
function printEntry(entry: unknown): string {
  const given = membersOf(entry);
  const printed = PRINTED.map((name) => {
    const value = given[name];
    const text = Array.isArray(value)
      ? `[${value.join(', ')}]`
      : (asText(value) ?? asNumber(value) ?? 'null');
    return `${lowerFirst(name)}=${text}`;
  });
  return `PutEventsRequestEntry(${printed.join(', ')})`;
}

/**
 * Computes the size of entries as in "Calculating Amazon EventBridge PutEvents event entry size" (EventBridge user
 * guide).
 */
function sizeOf(entries: readonly unknown[]): number {
  return entries.map(membersOf).reduce((sum, { Time, Source, DetailType, Detail, Resources }) => {
    const texts = [Source, DetailType, Detail, ...asList(Resources)].filter(
      (text) => typeof text === 'string',
    );
    const bytes = texts.reduce((all, text) => all + Buffer.byteLength(text), 0);
    return sum + bytes + (Time === undefined ? 0 : TIME_BYTES);
  }, 0);
}

function isPresent(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
