/** Explains a request that lacks a value from which an authorizer reads the caller. */
import { describeCredential } from './authorizer-advice.ts';
import { adviseBehavior } from './behavior-advice.ts';
import { advisePreflight } from './preflight-advice.ts';
import { toDeploy } from './reason.ts';
import { nameAnySource, nameQuerySources } from './setting-text.ts';
import type { Circumstances, GuardCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

export function missingOf({ places }: GuardCircumstances): string | undefined {
  const missing = places.filter(({ isFound }) => !isFound);
  return missing.length === 0 ? undefined : nameOfPlaces(missing);
}

export function nameOfPlaces(places: GuardCircumstances['places']): string {
  return places
    .map(({ kind, name }) => `${PLACES[kind]} ${kind === 'header' ? spell(name) : name}`)
    .join(' and ');
}

const PLACES = {
  header: 'header',
  querystring: 'query parameter',
  stageVariable: 'stage variable',
  context: 'context variable',
} as const;

/** Converts a header name from lower case to its conventional spelling. */
export function spell(name: string): string {
  return name.replaceAll(
    /(^|-)([a-z])/g,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

export function explainMissing(about: Circumstances, guard: GuardCircumstances, missing: string): Reason {
  const isSent = guard.places.every(
    ({ kind, isFound }) => isFound || kind === 'header' || kind === 'querystring',
  );
  const isEmpty = guard.places.some((place) => place.isEmpty === true);
  const lacks = isEmpty ? 'which is empty in the request' : 'which the request does not have';
  const who = guard.kind === 'lambda' ? 'the function was not called' : 'there was no token to check';
  return {
    because: [
      `Authorizer ${guard.name} of ${about.routeKey ?? 'the route'} reads the caller from ${missing}, ${isSent ? lacks : 'which has no value for this request'}: ${who}.`,
      ...(needsAll(guard)
        ? [
            `The function is called only if the request has each identity source of the authorizer: ${nameOfPlaces(guard.places)}.`,
          ]
        : []),
      ...describeStray(guard),
    ],
    changes: about.isPreflight === true ? advisePreflight(about) : adviseMissing(about, guard),
  };
}

function describeStray({ strayToken, strayValue }: GuardCircumstances): string[] {
  if (strayToken === undefined && strayValue === undefined) return [];
  const [what, at = ''] = strayToken === undefined ? ['a value', strayValue] : ['a token', strayToken];
  return [`The request has ${what} in ${at}, which the authorizer does not read.`];
}

/** Names both ways: to send the value where it is read, or to read it where it is sent. A body is never a source. */
function adviseStray(
  { definition, protocol, kind }: Circumstances,
  guard: GuardCircumstances,
  place: string,
): string {
  const { strayToken, strayValue, name } = guard;
  const at = strayToken ?? strayValue ?? '';
  const what = strayToken === undefined ? 'value' : 'token';
  const [, parameter] = /^query parameter (.+)$/.exec(at) ?? [];
  const sources = parameter === undefined ? undefined : nameQuerySources(definition, protocol, [parameter]);
  // A TOKEN authorizer and a user pool authorizer of a REST API read a single header.
  const isOfHeader = guard.isTokenType === true || (guard.kind === 'token' && protocol === 'rest');
  const read =
    sources === undefined
      ? `name ${at} in the identity source of authorizer ${name}`
      : isOfHeader
        ? `replace authorizer ${name}, which can read only a header, with a REQUEST authorizer that has ${sources}`
        : `set ${sources} of authorizer ${name}`;
  const send = `send the ${what} as ${place} instead of ${at}`;
  const deploy = toDeploy(protocol);
  if (at === 'the body')
    return `Send the ${what} as ${place} instead of ${at}: a body cannot be an identity source.`;
  // A page cannot set headers of a handshake.
  return kind === 'handshake' && parameter !== undefined
    ? `For clients in a browser, which cannot set a header of a handshake, ${read}.${deploy} Other clients can also ${send}.`
    : `S${send.slice(1)}, or ${read}.${deploy}`;
}

/**
 * A caller can send headers and query parameters. A stage variable is set on the stage, and a context variable by API
 * Gateway.
 */
function adviseMissing(about: Circumstances, guard: GuardCircumstances): string[] {
  const missing = guard.places.filter(({ isFound }) => !isFound);
  const sent = missing.filter(({ kind }) => kind === 'header' || kind === 'querystring');
  const variables = missing.filter(({ kind }) => kind === 'stageVariable').map(({ name }) => name);
  const context = missing.filter(({ kind }) => kind === 'context').map(({ name }) => name);
  const stage = about.stageName ?? '';
  return [
    ...(sent.length === 0
      ? []
      : (guard.strayToken ?? guard.strayValue) !== undefined
        ? [adviseStray(about, guard, nameOfPlaces(sent))]
        : [
            ...adviseHandshake(about, guard),
            ...(about.isBehindEdge === true
              ? [adviseBehavior(sent, nameOfPlaces(sent), about.behavior)]
              : []),
            `${about.isBehindEdge === true ? 'If the viewer sent none, send' : 'Send'} ${nameOfPlaces(sent)}${describeCredential(about, guard, nameOfPlaces(sent))}.`,
            ...adviseSources(about, guard),
          ]),
    ...(variables.length === 0
      ? []
      : [
          `Give ${variables.length === 1 ? 'the stage variable' : 'the stage variables'} ${variables.join(', ')} a value in ${about.protocol === 'rest' ? 'Variables' : 'StageVariables'} of stage ${stage}; no new deployment is needed. A caller cannot send stage variables.`,
        ]),
    ...(context.length === 0
      ? []
      : [
          `Remove ${context.map((name) => `context.${name}`).join(', ')} from the identity sources of authorizer ${guard.name}: API Gateway sets context variables itself, and this one has no value for such a request.`,
        ]),
  ];
}

/**
 * A page cannot set headers of a handshake, but the URL may contain the value.
 * @see https://websockets.spec.whatwg.org/#the-websocket-interface
 */
function adviseHandshake({ kind, protocol }: Circumstances, guard: GuardCircumstances): string[] {
  const [queries, headers] = (['querystring', 'header'] as const).map((part) =>
    guard.places.filter((place) => place.kind === part),
  );
  const isPage = headers?.some(({ isFound }) => !isFound) === true && queries?.some(({ isFound }) => isFound);
  if (kind !== 'handshake' || isPage !== true) return [];
  return [
    `For clients in a browser, which cannot set a header of a handshake, leave only ${nameOfPlaces(queries ?? [])} in the identity sources of authorizer ${guard.name}; other clients can send it, too.${toDeploy(protocol)}`,
  ];
}

/**
 * Advises which identity sources an authorizer needs. Values that the function reads can identify a caller only if they
 * are identity sources. If a caller sends only one of several values, the function itself has to look for the value,
 * because API Gateway does not call the function if an identity source is missing.
 */
function adviseSources(
  { definition, protocol }: Circumstances,
  { name, kind, places, readSources = [] }: GuardCircumstances,
): string[] {
  const unknown = readSources.filter((source) => !places.some((place) => place.name === source));
  if (unknown.length > 0)
    return [
      `Or, if the caller is identified by the query parameters that the function reads, set ${nameQuerySources(definition, protocol, unknown)} of authorizer ${name}.${toDeploy(protocol)}`,
    ];
  return needsAll({ kind, places }) && protocol !== 'websocket'
    ? [
        `Or, if a caller may send only one of the identity sources, have the function called for every request, and read the sources in the function: set ${nameAnySource(definition, protocol)} of authorizer ${name}.${toDeploy(protocol)}`,
      ]
    : [];
}

/** Whether the function of an authorizer is called only for requests that have several values. */
function needsAll({ kind, places }: Pick<GuardCircumstances, 'kind' | 'places'>): boolean {
  const sent = places.filter((place) => place.kind === 'header' || place.kind === 'querystring');
  return kind === 'lambda' && sent.length > 1;
}
