/** Finds the functions that a request reaches, with their aliases and stage variables, and the lines of their code. */
import { variablesIn } from '../../core/deployment/integration/stage-text.ts';
import { HeaderList } from '../../core/events/header-list.ts';
import { membersOfFunction } from './deciding-members.ts';
import { findAuthorizerLine, findHandlerLine } from './find-code-places.ts';
import { findByPhysicalId, named, placeOf, placeOfFirst, resourcesOf } from './find-places.ts';
import { findLine } from './handler-lines.ts';
import { isEvent } from './recorded-request.ts';
import type { ApiIdentity, FunctionTarget, RoutePlan } from '../../core/deployment/model.ts';
import type { StageVariables } from '../../core/deployment/stage/stage-variables.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { FunctionLines } from './function-lines.ts';
import type { ReadHandler } from './handler-misread.ts';
import type { Recorded, RecordedOutcome, RecordedRequest } from './recorded-request.ts';

export type FoundStage = { readonly name: string; readonly variables: StageVariables | null };

type StageAt = {
  readonly stacks: readonly ResolvedStack[];
  /** The stack of the API. */
  readonly stack: ResolvedStack;
  readonly api: ApiIdentity;
  readonly stage: FoundStage | undefined;
};

type CodeAt = Pick<StageAt, 'stage'> & { readonly readHandler: ReadHandler; readonly lines: FunctionLines };

/** The phases in which an authorizer decides. */
export const OF_AUTHORIZER = new Set(['authenticate', 'authorize']);

/** Returns the places of the function, the alias through which it is called, and the stage variables that choose it. */
export function placesOfFunction(
  { functionName, qualifier }: Pick<FunctionTarget, 'functionName' | 'qualifier'>,
  outcome: RecordedOutcome | undefined,
  { stacks, stack, api, stage }: StageAt,
): readonly NamedPlace[] {
  const variables = stage?.variables ?? null;
  const name = functionName.render(variables);
  const alias = qualifier?.render(variables);
  const used = [...variablesIn(functionName.source), ...variablesIn(qualifier?.source ?? '')];
  const [variable] = used;
  const found = findByPhysicalId(stacks, 'AWS::Lambda::Function', name);
  const foundAlias = resourcesOf(stacks, 'AWS::Lambda::Alias').find(
    ({ properties }) => properties['Name'] === alias && isOf(properties['FunctionName'], name),
  );
  const ofStage = findStage(stack, api, stage);
  return [
    ...(variable === undefined
      ? []
      : named(`stage variable ${variable}`, placeOf(ofStage, `${variableProperty(ofStage)}.${variable}`))),
    ...(foundAlias === undefined
      ? []
      : named(`alias ${alias ?? ''}`, placeOf(foundAlias, 'FunctionVersion'))),
    ...named(`function ${name}`, placeOfFirst(found, membersOfFunction(outcome))),
  ];
}

/** Returns the line of code that decided, in the authorizer's function or in the route's function. */
export function linesOfCode(
  recorded: Recorded,
  { authorization, integration }: RoutePlan,
  { stage, readHandler, lines }: CodeAt,
): readonly NamedPlace[] {
  if (isEvent(recorded)) return [];
  type Named = Pick<FunctionTarget, 'functionName'>;
  const nameOf = ({ functionName }: Named): string => functionName.render(stage?.variables ?? null);
  const sourceOf = (target: Named) => readHandler(nameOf(target));
  const printed = (outcome: RecordedOutcome | undefined, target: Named): readonly string[] =>
    lines.ofOutcome(outcome, nameOf(target)).map(({ message }) => message);
  if (OF_AUTHORIZER.has(recorded.phase))
    return 'authorizer' in authorization && 'functionName' in authorization.authorizer
      ? findAuthorizerLine(
          recorded,
          sourceOf(authorization.authorizer),
          printed(recorded.authorizerCall?.result, authorization.authorizer),
        )
      : [];
  return 'functionName' in integration
    ? findHandlerLine(recorded, sourceOf(integration), printed(recorded.outcome, integration))
    : [];
}

/** Returns the place of the code of $connect that confirmed no subprotocol, although the client asked for one. */
export function placesOfHandshake(
  { received, replyHeaders, status }: RecordedRequest,
  { readHandler, stage }: CodeAt,
): readonly NamedPlace[] {
  const header = 'sec-websocket-protocol';
  const isUnconfirmed =
    status === 101 &&
    received.headers.last(header) !== undefined &&
    new HeaderList(replyHeaders).last(header) === undefined;
  const integration = received.route?.integration;
  if (!isUnconfirmed || integration === undefined || !('functionName' in integration)) return [];
  const line = findLine(
    readHandler(integration.functionName.render(stage?.variables ?? null)),
    /\breturn\b|=>\s*\(?\{/,
  );
  return line === undefined ? [] : [{ what: 'the code of $connect', place: line }];
}

export function findStage(
  { resources }: ResolvedStack,
  { apiId }: ApiIdentity,
  stage: FoundStage | undefined,
): ResolvedResource | undefined {
  return [...resources.values()].find(
    ({ type, properties }) =>
      /^AWS::ApiGateway(?:V2)?::Stage$/.test(type) &&
      properties['StageName'] === stage?.name &&
      [properties['RestApiId'], properties['ApiId']].includes(apiId),
  );
}

export function variableProperty(stage: ResolvedResource | undefined): string {
  return stage?.type === 'AWS::ApiGatewayV2::Stage' ? 'StageVariables' : 'Variables';
}

function isOf(given: unknown, functionName: string): boolean {
  return typeof given === 'string' && (given === functionName || given.endsWith(`:${functionName}`));
}
