/**
 * Finds the link or form, in the code of a function, from which a browser got a path without the stage (docs/aws §2.1).
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { findLine } from './handler-lines.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { Recorded } from './recorded-request.ts';
import { isEvent } from './recorded-request.ts';

export function placesOfLinks(
  recorded: Recorded,
  { stacks, readHandler }: { readonly stacks: readonly ResolvedStack[]; readonly readHandler: ReadHandler },
): readonly NamedPlace[] {
  if (isEvent(recorded) || recorded.error?.code !== 'STAGE_NOT_FOUND') return [];
  const { rawPath, api } = recorded.received;
  const stack = stacks.find(({ stackName }) => stackName === api.stackName);
  if (stack === undefined || rawPath.length < SHORTEST) return [];
  const link = new RegExp(`['"\`]${escapeForRegExp(rawPath)}(?=['"\`?#])`);
  return [...stack.resources.values()]
    .filter(({ type }) => type === 'AWS::Lambda::Function')
    .flatMap(({ physicalId }) => findLine(readHandler(physicalId), link) ?? [])
    .slice(0, 1)
    .map((place) => ({ what: `the code that has ${rawPath}`, place }));
}

/** Many texts that are not links contain a shorter path, such as `/`. */
const SHORTEST = 3;
