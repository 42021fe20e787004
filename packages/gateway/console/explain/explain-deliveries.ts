/**
 * Explains the deliveries of events: who sent them, what matched, what failed, what follows, and where they
 * ended.
 */
import { parseArn } from '@gatewright/aws/arn';
import { lastPartOf } from '../../kernel/event-rows.ts';
import { at, capital, counted, nameOf, receives } from './event-names.ts';
import { describeNext, explainRun } from './explain-event-run.ts';
import { explainChallenge, explainDenied, explainSkipped } from './explain-denied.ts';
import { explainRejected, UNKNOWN } from './explain-rejected.ts';
import type { Outcome } from './explain-rejected.ts';
import { findMissingRights } from './missing-right.ts';
import { formatDuration, sentence, withStop } from './reason.ts';
import type { Told } from './event-names.ts';
import type { MissingBus, ToldStep } from './circumstances.ts';
import type { StampedStep } from '../../kernel/event-step.ts';
import type { Reason } from './reason.ts';

/** The maximum number of sentences about events. */
const MAX_SENTENCES = 24;

type OutcomeOf = (step: Told<'rejected'>['step']) => Outcome;

/** @param outcomeOf what became of the request or event for which a function made a refused call */
export function explainDeliveries(steps: readonly ToldStep[], outcomeOf: OutcomeOf = () => UNKNOWN): Reason {
  const merged = mergeRuns(inOrder(steps));
  const reasons = merged.map((told) => explainStep(told, steps, outcomeOf));
  const because = reasons.flatMap((reason) => reason.because);
  const shown =
    because.length <= MAX_SENTENCES
      ? because
      : [
          ...because.slice(0, MAX_SENTENCES / 2),
          `… (${because.length - MAX_SENTENCES} more steps)`,
          ...because.slice(-MAX_SENTENCES / 2),
        ];
  return { because: shown, changes: [...new Set(reasons.flatMap((reason) => reason.changes))] };
}

/**
 * Puts each delivery before what its target did with the event, because a target may handle the event before its
 * sender knows that it was delivered.
 */
function inOrder(steps: readonly ToldStep[]): readonly AnyStep[] {
  const ordered: AnyStep[] = [];
  for (const told of steps) {
    const { step } = told;
    const at =
      step.kind === 'delivered'
        ? ordered.findIndex(
            (one) => one.isTold !== true && one.step.kind === 'accepted' && isSame(one.step.at, step.to),
          )
        : -1;
    const target = ordered[at];
    if (target === undefined) ordered.push(told);
    else ordered.splice(at, 1, told, { ...target, isTold: true });
  }
  return ordered;
}

/** Returns whether both ARNs name the same target. The ARN of a function may end with a qualifier. */
function isSame(one: string, other: string): boolean {
  return one === other || other.startsWith(`${one}:`);
}

/**
 * `times` is how often the step was repeated. `isTold` means that the previous sentence already names the
 * step.
 */
type AnyStep = ToldStep & { readonly times?: number; readonly isTold?: boolean };

/** Combines the failures of one function with the same error into one step, which is the last of them. */
function mergeRuns(steps: readonly AnyStep[]): readonly AnyStep[] {
  const times = new Map<string, number>();
  for (const { step } of steps) {
    const key = keyOf(step);
    if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1);
  }
  const merged: AnyStep[] = [];
  for (const told of steps.toReversed()) {
    const key = keyOf(told.step);
    const count = key === undefined ? 1 : times.get(key);
    if (count === undefined) continue;
    if (key !== undefined) times.delete(key);
    merged.unshift({ ...told, times: count });
  }
  return merged;
}

function keyOf(step: StampedStep): string | undefined {
  if (step.kind === 'rejected')
    return `rejected ${step.functionName} ${step.operation} ${step.target ?? ''} ${step.code} ${step.message}`;
  if (step.kind === 'refused') return `refused ${step.from} ${step.to} ${step.message}`;
  if (step.kind !== 'ran' || (step.outcome === 'returned' && step.next === undefined)) return undefined;
  const { from = '', functionName, outcome, errorType = '', errorMessage = '' } = step;
  return `ran ${from} ${functionName} ${outcome} ${errorType} ${errorMessage}`;
}

function explainStep(told: AnyStep, all: readonly ToldStep[], outcomeOf: OutcomeOf): Reason {
  const { because, changes } = explainWith(told, all, outcomeOf);
  const spell = (text: string): string =>
    Object.entries(told.spelling ?? {}).reduce(
      (spelt, [name, written]) => spelt.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), written),
      text,
    );
  return { because: because.map(spell), changes: changes.map(spell) };
}

function explainWith(told: AnyStep, all: readonly ToldStep[], outcomeOf: OutcomeOf): Reason {
  const { step, times = 1 } = told;
  const own =
    step.kind === 'rejected'
      ? explainRejected(step, told, times, outcomeOf(step))
      : explainOne(step, told, times, all);
  const { notes = [], isBlock } = told;
  return {
    because: [
      ...(isBlock === true
        ? [
            'The event waits, because an earlier batch of the same shard or queue has failed and is tried again first:',
          ]
        : []),
      ...own.because,
      ...notes.map(({ because }) => because),
    ],
    changes: [
      ...notes.filter(({ isCause }) => isCause === true).map(({ change }) => change),
      ...own.changes,
      ...notes.filter(({ isCause }) => isCause !== true).map(({ change }) => change),
    ],
  };
}

function explainOne(
  step: Exclude<StampedStep, { kind: 'rejected' }>,
  told: AnyStep,
  times: number,
  all: readonly ToldStep[],
): Reason {
  switch (step.kind) {
    case 'accepted':
      return explainAccepted(step, told, all);
    case 'duplicate':
      return explainDuplicate(step, told);
    case 'filtered':
      return explainFiltered(step, told, all);
    case 'delivered':
      return {
        because: [
          step.isRecorded === true
            ? `${nameOf(step.from)} sent the event to ${nameOf(step.to)}, which no loaded stack has, so the call was only recorded.`
            : `${capital(nameOf(step.from))} delivered it to ${nameOf(step.to)}.`,
        ],
        changes: [],
      };
    case 'refused':
      return {
        because: [
          sentence(
            `${nameOf(step.from)} could not deliver the event to ${nameOf(step.to)}${at(told.place)}${counted(times)}: ${withStop(step.message)}${describeNext(step.next)}`,
          ),
        ],
        changes: [adviseDelivery(step, told.references)],
      };
    case 'denied':
      return explainDenied(step, told, all);
    case 'forbidden':
      return findMissingRights([step.message], told.statements);
    case 'challenged':
      return explainChallenge(step);
    case 'ran':
      return explainRun(step, told, times);
    case 'moved':
      return step.isLost
        ? {
            because: [
              `${capital(nameOf(step.from))} gave the message up after ${receives(step.receiveCount)}${at(told.place)}, and the message is lost, because the dead-letter queue ${step.to} does not exist.`,
            ],
            changes: [`Name an existing queue in deadLetterTargetArn${at(told.place)}.`],
          }
        : {
            because: [
              `After ${receives(step.receiveCount)} (maxReceiveCount${told.place === undefined ? '' : `, ${told.place}`}), the message moved to the dead-letter queue ${lastPartOf(step.to)}.`,
            ],
            changes: [],
          };
    case 'ended':
      return explainEnd(step, told);
  }
}

function explainAccepted(
  { at: arn, id, what, name, readers, delayMs }: Told<'accepted'>['step'],
  { queue, place, isTold = false, disabled = [], missingBus }: Omit<AnyStep, 'step'>,
  all: readonly ToldStep[],
): Reason {
  if (missingBus !== undefined) return explainMissingBus(name ?? id, missingBus);
  const delay =
    delayMs === undefined ? '' : `, which hides the message for ${formatDuration(delayMs)} (DelaySeconds)`;
  const where = nameOf(arn);
  const said: Readonly<Record<typeof what, string>> = {
    message: `The message ${id} arrived at ${where}${delay}.`,
    event: `The event ${name ?? id} arrived at ${where}.`,
    record: `A record${name === undefined ? '' : ` (${name})`} arrived at ${where}.`,
    object: `${where} reports ${name ?? id}.`,
    invocation: `An asynchronous invocation of ${where} was accepted (${id}).`,
    run: `${where} is due (${name ?? ''}${place === undefined ? '' : `, ${place}`}).`,
    trigger: `${where} called its trigger ${name ?? ''}.`,
    call: '',
  };
  const isUnread =
    readers === 0 ||
    (disabled.length > 0 && readers === disabled.length) ||
    (queue !== undefined && queue.readers.length === 0 && queue.deadOf.length === 0);
  const isFollowed = all.some(({ step }) => 'from' in step && step.from === arn);
  const isUntold = what === 'call' || (isTold && delayMs === undefined);
  const because = isUntold ? [] : [sentence(said[what])];
  if (!isUnread || isFollowed || what === 'call') return { because, changes: [] };
  const [off] = disabled;
  if (off !== undefined)
    return {
      because: [
        ...because,
        `No function gets the event: the event source mapping of ${off.what} is disabled (Enabled is false, ${off.place}).`,
      ],
      changes: [`Set Enabled of the event source mapping of ${off.what} (${off.place}) to true.`],
    };
  if (queue !== undefined)
    return {
      because: [
        ...because,
        `No event source mapping of the loaded stacks reads the queue (${queue.place}), so the message stays in the queue until a client receives it.`,
      ],
      changes: [],
    };
  const missing = MISSING[parseArn(arn)?.service ?? ''];
  return missing === undefined
    ? { because, changes: [] }
    : { because: [...because, `Nobody gets it: ${missing.because}.`], changes: [missing.change] };
}

function explainMissingBus(event: string, { name, nearest, written }: MissingBus): Reason {
  const similar =
    nearest === undefined ? '' : `: the most similar name is ${nearest.what} (${nearest.place})`;
  return {
    because: [
      `The event ${event} was sent to the bus ${name}${at(written)}, and no loaded stack has a bus of this name${similar}. Nobody gets the event. EventBridge accepts an entry for a bus that does not exist, and reports no error.`,
    ],
    changes: [
      nearest === undefined
        ? `Name a bus that exists${written === undefined ? '' : ` in ${written}`}, or add an AWS::Events::EventBus with the Name ${name} and, for this bus, the rule that should get the event. If another stack has the bus, load this stack, too.`
        : `Write ${nearest.what} in place of ${name}${written === undefined ? ' in the call PutEvents' : ` in ${written}`}.`,
    ],
  };
}

const MISSING: Readonly<Record<string, { readonly because: string; readonly change: string }>> = {
  sns: { because: 'the topic has no subscription', change: 'Add an AWS::SNS::Subscription for the topic.' },
  events: {
    because: 'no rule of the bus has an EventPattern',
    change:
      'Add an AWS::Events::Rule with this EventBusName and an EventPattern, or send the event to the bus that has the rule.',
  },
  dynamodb: {
    because: 'no event source mapping reads the stream of the table',
    change: 'Add an AWS::Lambda::EventSourceMapping whose EventSourceArn is the StreamArn of the table.',
  },
  kinesis: {
    because: 'no event source mapping reads the stream',
    change: 'Add an AWS::Lambda::EventSourceMapping whose EventSourceArn is the ARN of the stream.',
  },
};

function explainDuplicate(
  { at: arn, id }: Told<'duplicate'>['step'],
  { place }: Omit<ToldStep, 'step'>,
): Reason {
  return {
    because: [
      `${capital(nameOf(arn))} answered with the id of the earlier message ${id} and ${parseArn(arn)?.service === 'sns' ? 'delivered' : 'queued'} nothing, because a message with the same deduplication id came within the last 5 minutes${place === undefined ? '' : ` (ContentBasedDeduplication makes the id from the body, ${place})`}.`,
    ],
    changes: [
      `Send a MessageDeduplicationId that differs for each message, such as the id of the order or request, instead of letting ContentBasedDeduplication${at(place)} compare the bodies.`,
    ],
  };
}

const WHAT_OF: Readonly<Record<Told<'filtered'>['step']['by'], string>> = {
  EventPattern: 'the rule',
  State: 'the rule',
  InputTemplate: 'the rule',
  FilterPolicy: 'the subscription of',
  FilterCriteria: 'the event source mapping of',
  Filter: 'the notification to',
  Event: 'the notification to',
  EventBridgeConfiguration: 'the rule',
  LambdaConfig: 'the user pool of',
};

function explainFiltered(
  step: Told<'filtered'>['step'],
  told: Omit<ToldStep, 'step'>,
  all: readonly ToldStep[],
): Reason {
  const { by, rule, to, from, why } = step;
  const { place, notes = [] } = told;
  if (by === 'LambdaConfig') return explainSkipped(step, told);
  if (by === 'EventBridgeConfiguration')
    return {
      because: [sentence(`the rule ${rule} does not get the event: ${why}`)],
      changes: [],
    };
  const isOfRule = by === 'EventPattern' || by === 'State' || by === 'InputTemplate';
  const name = isOfRule ? rule : lastPartOf(to);
  const because = [
    sentence(
      `${WHAT_OF[by]} ${name} does not pass the event on: ${why} (${by}${place === undefined ? '' : `, ${place}`})`,
    ),
  ];
  // The event may have been meant for another rule.
  const isPassedOn = all.some(
    ({ step }) => (step.kind === 'delivered' || step.kind === 'ran') && step.from === from,
  );
  // The note about the filter already says what is wrong with it.
  const isAdvised = notes.length > 0 || (isPassedOn && by !== 'InputTemplate');
  return { because, changes: isAdvised ? [] : [adviseFilter(by, name, place)] };
}

function adviseFilter(by: Told<'filtered'>['step']['by'], name: string, place: string | undefined): string {
  if (by === 'State') return `Set State of the rule ${name}${at(place)} to ENABLED.`;
  if (by === 'InputTemplate')
    return `In the InputTemplate of the rule ${name}${at(place)}, write variables without quotes, and write strings in quotes and without line breaks.`;
  return `If ${name} should get the event, change ${by}${at(place)}, or send what ${by} asks for.`;
}

function explainEnd(step: Told<'ended'>['step'], { place }: Omit<ToldStep, 'step'>): Reason {
  const { from, condition, as, to, loss } = step;
  if (as === 'dropped')
    return {
      because: [
        `The event is lost (${condition}): ${nameOf(from)} has neither a destination for failures nor a dead-letter queue.`,
      ],
      changes: [
        `Give ${nameOf(from)}${at(place)} ${DEAD_LETTERS[parseArn(from)?.service ?? ''] ?? 'a dead-letter queue'}, so that failed events are kept.`,
      ],
    };
  const where = `the ${as} ${lastPartOf(to ?? '')}`;
  return loss === undefined
    ? { because: [`It went to ${where} (${condition}).`], changes: [] }
    : {
        because: [sentence(`the event is lost, because ${where} did not get it: ${withStop(loss)}`)],
        changes: [],
      };
}

const DEAD_LETTERS: Readonly<Record<string, string>> = {
  lambda: 'an EventInvokeConfig with an OnFailure destination, or a DeadLetterConfig',
  events: 'a DeadLetterConfig for the target',
  scheduler: 'a DeadLetterConfig for the target',
  sns: 'a RedrivePolicy for the subscription',
  dynamodb: 'a DestinationConfig with OnFailure in the event source mapping',
  kinesis: 'a DestinationConfig with OnFailure in the event source mapping',
};

/** The message about a missing permission itself says what to add. */
function adviseDelivery(
  { message, to }: Told<'refused'>['step'],
  references: ToldStep['references'],
): string {
  const [, remedy] =
    /:\s*(add a (?:permission|statement) .*|allow it .*|\S+ has no policy\. Add .*)$/is.exec(message) ?? [];
  if (remedy !== undefined)
    return sentence(
      remedy
        .replace(/^\S+ has no policy\. /, '')
        .replace(/^add a permission with/, 'Add an AWS::Lambda::Permission with')
        .replace(/(?<= FunctionName )[^\s,]+/, (name) => references?.target ?? name)
        .replace(/(?<= SourceArn )\S+/, (arn) => references?.sender ?? arn),
    );
  const [, statement] = /(Add this statement to the policy: .*)$/s.exec(message) ?? [];
  if (statement !== undefined)
    return sentence(statement.replace('to the policy', `to the policy of ${lastPartOf(to)}`));
  return `Correct the call that ${nameOf(to)} refuses; the sentence above contains the error message.`;
}
