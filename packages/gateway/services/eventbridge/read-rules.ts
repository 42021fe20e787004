import { busArnOf } from '../../kernel/event-bus.ts';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';
import { compilePattern } from '../../kernel/delivery/event-pattern.ts';
import type { Schedule } from '../../kernel/delivery/schedule.ts';
import { compilePath, compileTransformer, type TargetInput } from '../../kernel/delivery/target-input.ts';
import { atPlace } from '../../kernel/delivery/value-match.ts';
import { type EventRule, type RuleTarget } from './event-buses.ts';
import type { ResourceReader } from '../../kernel/read-resource.ts';
import { readSchedule, readTarget } from '../../kernel/read-target.ts';

export type ReadRule = {
  readonly rule: EventRule;
  readonly expression: string;
  readonly schedule: Schedule | undefined;
};

/** @param anchorMs start of rates */
export function readRule(reader: ResourceReader, anchorMs: number): ReadRule {
  const { resource, stack } = reader;
  const { region, accountId } = stack;
  const busArn = busArnOf(reader.text('EventBusName'), region, accountId);
  const name = reader.text('Name') ?? resource.physicalId;
  const bus = busArn.slice(busArn.indexOf('event-bus/') + 'event-bus/'.length);
  const pattern = reader.value('EventPattern');
  const expression = reader.text('ScheduleExpression') ?? '';
  const rule: EventRule = {
    name,
    busArn,
    arn: `arn:${parseArn(busArn)?.partition ?? 'aws'}:events:${region}:${accountId}:rule/${bus === 'default' ? '' : `${bus}/`}${name}`,
    isEnabled: !['DISABLED'].includes(reader.text('State') ?? 'ENABLED'),
    test:
      pattern === undefined
        ? undefined
        : reader.attempt(
            'the rule matches nothing',
            () => atPlace(resource.place('EventPattern'), () => compilePattern(pattern)),
            () => () => false,
          ),
    targets: reader.list('Targets').flatMap((target) => readRuleTarget(reader, target)),
  };
  return {
    rule,
    expression,
    schedule: expression === '' ? undefined : readSchedule(reader, expression, anchorMs, 'UTC'),
  };
}

function readRuleTarget(reader: ResourceReader, target: unknown): readonly RuleTarget[] {
  if (!isJsonObject(target)) return [];
  const common = readTarget(reader, target, 'Targets');
  if (common === undefined) return [];
  for (const name of Object.keys(target))
    if (name.endsWith('Parameters') && name !== 'SqsParameters')
      reader.unsupported('Targets', `${name} of the target ${common.arn} has no effect here`);
  const { MessageGroupId: groupId } = membersOf(target['SqsParameters']);
  const input = reader.attempt<TargetInput>(
    'the target gets the whole event',
    () => atPlace(reader.resource.place('Targets'), () => readInput(target)),
    () => ({ kind: 'event' }),
  );
  return [{ ...common, input, groupId: typeof groupId === 'string' ? groupId : undefined }];
}

/** @throws PatternError */
function readInput({ Input, InputPath, InputTransformer }: UnknownMembers): TargetInput {
  if (typeof Input === 'string') return { kind: 'fixed', text: Input };
  if (typeof InputPath === 'string') return { kind: 'part', read: compilePath(InputPath) };
  if (!isJsonObject(InputTransformer)) return { kind: 'event' };
  const { InputPathsMap, InputTemplate } = InputTransformer;
  return compileTransformer(InputPathsMap, typeof InputTemplate === 'string' ? InputTemplate : '');
}
