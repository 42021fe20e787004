/**
 * Explains the outcome of one request and what would change it. The functions are pure. They read the gateway's
 * decisions, but make no decisions themselves.
 */
import { adviseByCode } from './code-advice.ts';
import { explainCall } from './explain-call.ts';
import { explainClosure } from './explain-closure.ts';
import { ADD_DISCONNECT } from './call-advice.ts';
import { explainDeliveries } from './explain-deliveries.ts';
import { headlineOfEvent } from './headline-of-event.ts';
import { findOutcome, isExpected, mayExplain } from './explain-rejected.ts';
import type { Outcome, Rejected } from './explain-rejected.ts';
import { explainEdge } from './explain-edge.ts';
import { explainGuard } from './explain-guard.ts';
import { explainIntegration } from './explain-integration.ts';
import { explainAgentCall } from './explain-agent-call.ts';
import { explainUnloaded } from './explain-unloaded.ts';
import { explainDefaultRoute, explainMatch } from './explain-match.ts';
import { explainMeter } from './explain-meter.ts';
import { describeLeftOfReply, describePath } from './explain-path.ts';
import type { Reason } from './reason.ts';
import type { Circumstances, NamedPlace, ToldStep } from './circumstances.ts';
import { placesOfRemedies } from './remedy-places.ts';
import { asTyped } from '../../../base/terminal/typed-commands.ts';
import { WITHOUT_BODY } from '../../core/mapping/build-outgoing.ts';
import { adviseBody, describeBodyFault } from './mapping-advice.ts';
import { findRefusing } from './policy-advice.ts';
import { inOwnWords, nameIds } from './own-words.ts';
import { arnInTemplate, nameSetting } from './setting-text.ts';
import { listed, sentence, andDeploy, toDeploy, withoutDeployment, withStop } from './reason.ts';

export type Story = {
  readonly headline: string;
  /** The sentences that explain the outcome, in the order of the phases. */
  readonly sentences: readonly string[];
  readonly changes: readonly string[];
};

/** @param surprises facts about the response that may surprise the developer, although they are not errors */
export function explain(
  about: Circumstances,
  surprises: Reason & {
    readonly isCause?: boolean;
    readonly minorBecause?: readonly string[];
    readonly minorChanges?: readonly string[];
  } = NOTHING,
): Story {
  const reason = findReason(about);
  const told = (about.deliveries ?? []).filter((one) => !isOwnEntry(one, about) && !isThrown(one, about));
  const isExplained = surprises.isCause === true || reason.changes.some((change) => change !== '');
  const outcomeOf = (step: Rejected): Outcome => ({ ...findOutcome(step, about), isExplained });
  const deliveries = explainDeliveries(told, outcomeOf);
  const isUnadvised =
    about.failure !== undefined &&
    [...reason.changes, ...surprises.changes, reason.otherwise ?? ''].every((change) => change === '');
  const unloaded = explainUnloaded(about);
  const deniers = told.filter(({ step }) => mayExplain(step, outcomeOf, about));
  const isDenied = deniers.length > 0;
  // An error that the code may expect leaves the other advice about the response in place.
  const isCause =
    surprises.isCause === true || deniers.some(({ step }) => step.kind !== 'rejected' || !isExpected(step));
  const changes = [
    ...unloaded.changes,
    ...(isDenied ? deliveries.changes : []),
    ...(isUnadvised ? adviseByCode(about) : reason.changes),
    ...(isCause || reason.otherwise === undefined ? [] : [reason.otherwise]),
    // The deliveries of events matter more than the minor surprises of a response.
    ...surprises.changes.filter(
      (change) => deliveries.changes.length === 0 || surprises.minorChanges?.includes(change) !== true,
    ),
    ...(isDenied ? [] : deliveries.changes),
  ];
  // If events tell what happened, a note on the form of the response comes after them.
  const isLater = (sentence: string): boolean =>
    deliveries.changes.length > 0 && surprises.minorBecause?.includes(sentence) === true;
  // A function may throw or print the error of a call that its role does not allow.
  const ofDeliveries = deliveries.because.filter((sentence) => !reason.because.includes(sentence));
  const sentences = [
    ...unloaded.because,
    ...describePath(about),
    ...describeInjected(about),
    ...reason.because,
    ...describeLeftOfReply(about),
    ...describeRestatus(about),
    ...surprises.because.filter((sentence) => !isLater(sentence)),
    // A missing right is the cause, so it comes before the places.
    ...(isDenied ? ofDeliveries : []),
    ...(isPlaced(about, reason, surprises) ? describePlaces(about, placesOfRemedies(changes, about)) : []),
    ...(isDenied ? [] : ofDeliveries),
    ...surprises.because.filter(isLater),
  ];
  const owner = ownerOf(about);
  return {
    headline: nameIds(headlineOf(about), about.localNames),
    sentences: sentences.map((text) => asTyped(inOwnWords(text, owner, 'because'))),
    changes: [...new Set(changes)].map((text) =>
      asTyped(inOwnWords(about.isAutoDeployed === true ? withoutDeployment(text) : text, owner, 'advice')),
    ),
  };
}

function ownerOf(about: Circumstances) {
  return {
    ...about,
    quotes: quotesOf(about),
    areArnsOfFunction: findRefusing(about)?.of === 'authorizer',
  };
}

/**
 * Whether the step is the refusal of an entry that the integration itself has sent. A surprise of its reply says the
 * same, with advice about the request template instead of the code of a function.
 */
function isOwnEntry({ step }: ToldStep, { integration }: Circumstances): boolean {
  return (
    step.kind === 'denied' &&
    step.toldIn !== undefined &&
    integration?.kind.endsWith('service') === true &&
    integration.operation === step.operation
  );
}

/** Whether the integration's function failed with the error of the refused call, which is then explained already. */
function isThrown({ step }: ToldStep, { integration }: Circumstances): boolean {
  return (
    step.kind === 'rejected' &&
    integration?.outcome === 'failed' &&
    (integration.errorMessage ?? '').includes(step.message) &&
    integration.target === step.functionName
  );
}

/** Returns the messages of functions and services that the sentences quote. */
function quotesOf({ integration, deliveries = [], unloaded = [] }: Circumstances): readonly string[] {
  const ofSteps = deliveries.map(({ step }) =>
    step.kind === 'denied' || step.kind === 'forbidden' || step.kind === 'rejected'
      ? step.message
      : step.kind === 'ran'
        ? step.errorMessage
        : undefined,
  );
  const own = integration?.outcome === 'failed' ? integration.errorMessage : undefined;
  return [own, ...ofSteps, ...unloaded.map(({ message }) => message)].filter((text) => text !== undefined);
}

/** Returns whether the explanation is about settings or code, so that their places are worth naming. */
function isPlaced(about: Circumstances, reason: Reason, surprises: Reason): boolean {
  const { failure, status, integration } = about;
  const isError = failure !== undefined || (status >= 400 && integration?.outcome === 'answered');
  return isError || surprises.because.length > 0 || reason.changes.length > 0;
}

/**
 * The gateway refuses a request for a reason that the caller can remove. A function, an integration, an authorizer or a
 * setting of the API fails: nobody has refused the request. A gateway response that changes the status changes nothing
 * about that.
 */
function verbOf({ status, restatus }: Circumstances): string {
  return (restatus?.usual ?? status) >= 500 ? 'failed' : 'was refused';
}

function headlineOf(about: Circumstances): string {
  const { kind, method, path, status, phase, failure, stageName } = about;
  const what = {
    request: `${method} ${path}`,
    handshake: stageName === undefined ? `The handshake at ${path}` : `The handshake on stage ${stageName}`,
    message: `The message ${about.routeKey === undefined ? 'without a route' : `for ${about.routeKey}`}`,
    disconnect: 'The end of the connection',
    post: 'The message to the client',
    event: '',
    edge: `${method} ${path}`,
  }[kind];
  if (kind === 'event') return headlineOfEvent(about.deliveries ?? []);
  if (kind === 'edge')
    return about.edge?.answer.kind === 'host'
      ? `${what} was refused with ${status} by API Gateway, before it reached any API.`
      : `${what} was answered with ${status} by CloudFront itself.`;
  if (kind === 'post' && failure === undefined) return `${what} was sent.`;
  if (kind === 'post') return `The call ${method} @connections ${verbOf(about)} with ${status}.`;
  if (kind === 'disconnect')
    return about.routeKey === undefined
      ? `${what} was not reported to the API, because it has no route $disconnect.`
      : `${what} was reported to the API.`;
  const { errorStatus, own = status } = about.integration ?? {};
  if (kind === 'message' && failure === undefined && errorStatus !== undefined)
    return `${what} was handled, and its function returned statusCode ${errorStatus}.`;
  if (kind === 'handshake' && status === 101) return `${what} was accepted.`;
  if (failure === undefined && status < 400) return `${what} was answered with ${status}.`;
  if (failure === undefined && typeof own === 'number' && own !== status)
    return `${what} was answered with ${status}, to which the mapping of the integration’s response changed ${own}.`;
  if (failure === undefined)
    return `${what} was answered with ${status} by the ${phase === 'cache' ? 'cache' : 'integration'} itself.`;
  return `${what} ${verbOf(about)} with ${status} in the phase ${phase}.`;
}

/** Names the places of the settings that the explanation is about. */
function describePlaces({ places = [] }: Circumstances, ofRemedies: readonly NamedPlace[]): string[] {
  const all = [...places, ...ofRemedies];
  return all.length === 0
    ? []
    : [`Defined at: ${all.map(({ what, place }) => `${what} ${place}`).join(', ')}.`];
}

function describeRestatus({ restatus, status }: Circumstances): string[] {
  return restatus === undefined
    ? []
    : [
        `The gateway response ${restatus.type} of the API changed the status from ${restatus.usual} to ${status}.${restatus.type === restatus.of ? '' : ` It applies to every error for which the API has no gateway response of its own, such as this ${restatus.of}. If another error was meant, give the gateway response the type of that error.`}`,
      ];
}

function describeInjected({ injected }: Circumstances): string[] {
  return injected.map((note) => `A fault was injected: ${note}.`);
}

function findReason(about: Circumstances): Reason {
  if (about.kind === 'disconnect' && about.failure === undefined) {
    const [end, call] = [explainClosure(about), explainIntegration(about)];
    const told = about.routeKey === undefined ? UNTOLD : NOTHING;
    return {
      because: [...end.because, ...told.because, ...call.because],
      changes: [...end.changes, ...told.changes, ...call.changes],
    };
  }
  if (about.kind === 'event') return NOTHING;
  if (about.edge !== undefined) return explainEdge(about.edge, about);
  if (about.kind === 'post') return about.failure === undefined ? NOTHING : explainCall(about);
  // AWS answered its own health check.
  if (about.failure === undefined && about.defect?.kind === 'screen') return explainGuard(about);
  if (about.failure === undefined) {
    const [choice, call] = [explainDefaultRoute(about), explainAgentCall(about) ?? explainIntegration(about)];
    return {
      ...call,
      because: [...choice.because, ...call.because],
      changes: [...choice.changes, ...call.changes],
    };
  }
  switch (about.phase) {
    case 'match':
      return explainMatch(about);
    case 'screen':
    case 'authenticate':
    case 'authorize':
      return explainGuard(about);
    case 'meter':
      return explainMeter(about);
    case 'validate':
      return explainValidation(about);
    case 'cache':
      return about.code === 'ACCESS_DENIED' ? explainRefresh(about) : explainIntegration(about);
    default:
      return explainIntegration(about);
  }
}

/** Explains that the caller may not empty the stage's cache, although the request asks for it (docs/aws §9). */
function explainRefresh(about: Circumstances): Reason {
  const { failure = '', stageName = '', method, path } = about;
  return {
    because: [sentence(failure)],
    changes: [
      'Send the request without Cache-Control: max-age=0; the cached response is then used.',
      `Or allow the caller execute-api:InvalidateCache on ${arnInTemplate(about)}/${stageName}/${method}${path}, in the policy of the authorizer or of the signer.`,
    ],
  };
}

/** A method whose requests have no body needs no model; with ANY, the model is for the other methods. */
function adviseModelOf({ method, routeKey = 'the route', definition, protocol }: Circumstances): string {
  const setting = nameSetting('requestModel', definition);
  return routeKey.startsWith('ANY ')
    ? `Give the path of ${routeKey} a separate method ${method}, without ${setting}: ${method} requests have no body that a model could describe.${toDeploy(protocol)}`
    : `Remove ${setting} from ${routeKey}: ${method} requests have no body that a model could describe.${toDeploy(protocol)}`;
}

/**
 * An optional member may be absent, and null is a value of another type. Draft 4 of JSON Schema has no nullable.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
function adviseNulls({ nulls = [], protocol }: Circumstances): string {
  const [first] = nulls;
  if (first === undefined)
    return `Send a body that matches the model, or change the model${andDeploy(protocol)}.`;
  const { member, types, isRequired } = first;
  const allowed = JSON.stringify([...types, 'null']);
  return isRequired
    ? `Send a value for ${member}, or set type of ${member} in the model to ${allowed}.${toDeploy(protocol)}`
    : `Leave ${member} out of the body if it has no value (the model does not require it, but does not allow null either), or set type of ${member} in the model to ${allowed}.${toDeploy(protocol)}`;
}

/** The message to the caller contains only the names of the parameters; `details` also say where they are expected. */
function explainParameters(
  {
    routeKey = 'the route',
    protocol,
    misspelt = [],
    blank = [],
    misplaced = [],
    unknownVariables = [],
  }: Circumstances,
  details: string,
): Reason {
  const variables = [...routeKey.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => name);
  const has =
    variables.length === 0
      ? 'no variable'
      : `the ${variables.length === 1 ? 'variable' : 'variables'} ${listed(variables, 'and')}`;
  const unknown = listed(unknownVariables, 'and');
  const isOne = /\[[^,\]]+\]/.test(details);
  if (unknownVariables.length > 0)
    return {
      because: [
        sentence(details),
        `The path of ${routeKey} has ${has} and none with the name ${unknown}, so no request can have this path parameter. A query parameter or header of this name is another parameter.`,
      ],
      changes: [
        `In the RequestParameters of ${routeKey}, ${variables.length === 1 ? `write method.request.path.${variables[0] ?? ''} in place of` : 'name a variable of the path in place of'} method.request.path.${unknown}, or give the variable in the path the name ${unknown}.${toDeploy(protocol)}`,
      ],
    };
  return {
    because: [
      sentence(details),
      ...(misspelt.length === 0
        ? []
        : [`The query has ${misspelt.join(', ')}: names of query parameters are case-sensitive.`]),
      ...(blank.length === 0
        ? []
        : [`The request has ${blank.join(', ')} without a value, and a blank parameter counts as missing.`]),
      ...misplaced.map(
        ({ name, readFrom, at }) =>
          `The request has ${name} in ${at}, and the method reads it from ${readFrom === 'header' ? 'a header' : 'the query'}.`,
      ),
    ],
    changes: [
      `Send ${wantedOf({ blank, misplaced }, isOne)}, or make ${isOne ? 'it' : 'them'} optional in the RequestParameters of ${routeKey}.${toDeploy(protocol)}`,
    ],
  };
}

function wantedOf(
  { blank = [], misplaced = [] }: Pick<Circumstances, 'blank' | 'misplaced'>,
  isOne: boolean,
): string {
  if (blank.length > 0) return `a value for ${blank.join(', ')}`;
  if (misplaced.length === 0) return isOne ? 'the missing parameter' : 'the missing parameters';
  return misplaced
    .map(
      ({ name, readFrom, at }) =>
        `${name} in ${readFrom === 'header' ? 'a header' : 'the query'} instead of ${at}`,
    )
    .join(' and ');
}

function explainValidation(about: Circumstances): Reason {
  const { code, validation, failure, routeKey, protocol, modelFaults = [] } = about;
  const details = validation ?? failure ?? '';
  if (code === 'BAD_REQUEST_PARAMETERS') return explainParameters(about, failure ?? details);
  return {
    because: [
      withStop(
        `The body does not match the model of ${routeKey ?? 'the route'}: ${details.replace(/^\[|\]$/g, '')}`,
      ),
      ...(modelFaults.length === 0 ? [] : [`In the body, ${listed(modelFaults)}.`]),
      ...describeBodyFault(about),
    ],
    changes: [
      ...adviseBody(about),
      about.kind === 'request' && WITHOUT_BODY.has(about.method) ? adviseModelOf(about) : adviseNulls(about),
      // A WebSocket API has no gateway responses.
      ...(protocol === 'rest'
        ? [
            'To show callers the details, use $context.error.validationErrorString in the template of the gateway response BAD_REQUEST_BODY.',
          ]
        : []),
    ],
  };
}

const NOTHING: Reason = { because: [], changes: [] };

/**
 * See
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
const UNTOLD: Reason = {
  because: [
    'The API has no route $disconnect, so no function is called when a connection ends: the data that $connect stored about the connection is not removed, and a later message to the connection is refused with 410 (GoneException).',
  ],
  changes: [ADD_DISCONNECT],
};
