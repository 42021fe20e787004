/**
 * If a snippet cannot be included, stores the reason in place of the snippet. A value that depends on the snippet is
 * then refused for this reason, at the place where the author wrote the snippet.
 */
import { DefinitionError } from '../../core/errors.ts';
import { RULES } from '../../core/deployability/rules.ts';
import type { RuleId } from '../../core/deployability/rules.ts';
import { membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const KEY = 'GatewrightReason';

export function withReason(transform: JsonObject, { message, rule, place }: DefinitionError): JsonObject {
  const { file, line = 0, logicalId = '', property = '' } = place;
  return { ...transform, [KEY]: { message, rule: rule ?? '', file, line, logicalId, property } };
}

/** Returns the error for which the snippet of a transform is missing; undefined if the transform is a macro. */
export function reasonOf(transform: Json | undefined): DefinitionError | undefined {
  const reason = membersOf(membersOf(transform)[KEY]);
  const [message, rule] = [textOf(reason, 'message'), textOf(reason, 'rule')];
  const { line } = reason;
  if (message === '') return undefined;
  const place = {
    file: textOf(reason, 'file'),
    ...(typeof line === 'number' && line > 0 && { line }),
    ...Object.fromEntries(
      ['logicalId', 'property'].flatMap((name) => {
        const text = textOf(reason, name);
        return text === '' ? [] : [[name, text]];
      }),
    ),
  };
  return new DefinitionError(place, message, [], isRule(rule) ? rule : undefined);
}

function isRule(name: string): name is RuleId {
  return Object.hasOwn(RULES, name);
}
