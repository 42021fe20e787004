/** Mappings whose result may differ from what their author expects (docs/aws §7.1, §7.7, §10.1). */
import { WITHOUT_BODY } from '../../core/mapping/build-outgoing.ts';
import { chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { MappingInput } from '../../core/mapping/mapping-input.ts';
import { buildRequestBody } from '../../core/mapping/request-body.ts';
import { requestTemplateOf } from '../records/sent.ts';
import { listed, sentence, toDeploy } from '../explain/reason.ts';
import { defaultResponse, successAsError } from './default-response.ts';
import { isSelecting, selectResponse } from './selected-response.ts';
import type { Integration } from '../../core/deployment/model.ts';
import type { RequestParameter } from '../../core/mapping/integration.ts';
import type { RoutedFacts } from '../../core/events/request-facts.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const emptyRequest: SurpriseKind = {
  code: 'REQUEST_TEMPLATE_EMPTY',
  editsApi: true,
  mark: 'empty template',
  isCause: true,
  source: 'docs/aws §7.1',
  find(facts) {
    const { integration, recorded } = facts;
    if (!isSelecting(integration) || integration.kind === 'mock') return undefined;
    const template = requestTemplateOf(recorded.received);
    if (template === undefined || template.source?.trim() === '') return undefined;
    if (!isSentEmpty(facts)) return undefined;
    return {
      values: { template: template.name },
      because: [
        integration.kind === 'function'
          ? `The request template ${template.name} came out empty, so the function got {} as its event.`
          : `The request template ${template.name} came out empty, so the integration got no body.`,
      ],
      changes: [
        'Check the conditions and the paths in the template: $input.path prints an empty string for a path that does not exist.',
      ],
    };
  },
};

/**
 * A function gets {} for an empty string. To distinguish this case from a template that prints {}, the template is
 * rendered again.
 */
function isSentEmpty({ integration, recorded, binaryMediaTypes }: SurpriseFacts): boolean {
  const { sent, received } = recorded;
  const body = sent?.body?.toString().trim() ?? '';
  if (integration?.kind !== 'function') return body === '' && !WITHOUT_BODY.has(sent?.method ?? 'GET');
  if (body !== '{}' || received.stage === undefined || received.route === undefined) return false;
  const routed = received as RoutedFacts;
  const caller = received.caller ?? { kind: 'anonymous' };
  try {
    const input = new MappingInput(routed, caller, received.apiKey);
    const payload = buildRequestBody(integration.request, input, routed, binaryMediaTypes);
    return payload.kind === 'text' && payload.text.trim() === '';
  } catch {
    return false;
  }
}

const emptyResponse: SurpriseKind = {
  code: 'RESPONSE_TEMPLATE_EMPTY',
  mark: 'empty template',
  source: 'docs/aws §7.1',
  find(facts) {
    const { recorded } = facts;
    if (recorded.replyBody.length > 0 && recorded.replyBody.toString().trim() !== '') return undefined;
    const selected = selectResponse(facts);
    const template = selected && chooseResponseTemplate(selected.templates, facts.accept)?.template;
    if (template === undefined || (template.source ?? '').trim() === '') return undefined;
    return {
      values: { template: template.name },
      because: [`The response template ${template.name} came out empty, so the client got no body.`],
      changes: [
        'Check the conditions and the paths in the template: $input.path prints an empty string for a path that does not exist.',
      ],
    };
  },
};

const missingVariable: SurpriseKind = {
  code: 'STAGE_VARIABLE_MISSING',
  mark: 'stage variable missing',
  isCause: true,
  source: 'docs/aws §10.1',
  find({ recorded }) {
    const { stage, route, api } = recorded.received;
    // If a request is refused, its variables were not read.
    if (stage === undefined || route === undefined || recorded.enteredMs['map-request'] === undefined)
      return undefined;
    if (api.functionUrl !== undefined) return undefined;
    const places = [
      ...textsOf(route.integration, api.protocol).map(([what, text]) => ({
        what,
        names: referencedNames(text),
      })),
      {
        what: 'the request template',
        names: referencedNames(requestTemplateOf(recorded.received)?.source ?? ''),
      },
      { what: 'RequestParameters', names: mappedNames(route.integration) },
    ];
    const lacks = (name: string): boolean => (stage.variables?.[name] ?? '') === '';
    const variables = [...new Set(places.flatMap(({ names }) => names.filter(lacks)))];
    if (variables.length === 0) return undefined;
    const referring = [...new Set(places.flatMap(({ what, names }) => (names.some(lacks) ? what : [])))];
    const one = variables.length === 1;
    return {
      values: { variables, stage: stage.name },
      because: [
        `${sentence(listed(referring)).replace(/\.$/, '')} of the integration of ${route.routeKey} ${referring.length === 1 && referring[0] !== 'RequestParameters' ? 'refers' : 'refer'} to the stage ${one ? 'variable' : 'variables'} ${variables.join(', ')}, which ${one ? 'has' : 'have'} no value on stage ${stage.name}, so the gateway used an empty string.`,
      ],
      changes: [
        `Give ${variables.join(', ')} ${one ? 'a value' : 'values'} in ${api.protocol === 'rest' ? 'Variables' : 'StageVariables'} of stage ${stage.name}; no new deployment is needed.`,
      ],
    };
  },
};

/** Returns the texts of an integration that may contain `${stageVariables.x}`, with the settings that have them. */
function textsOf(
  integration: Integration,
  protocol: 'rest' | 'http' | 'websocket',
): readonly (readonly [string, string])[] {
  const { functionName, qualifier, uri, vpcLink } = integration as {
    readonly [Name in 'functionName' | 'qualifier' | 'uri' | 'vpcLink']?: { readonly source: string };
  };
  const address = protocol === 'rest' ? 'the Uri' : 'the IntegrationUri';
  return [
    ...[functionName, qualifier, uri].map((text) => [address, text?.source ?? ''] as const),
    ['the ConnectionId', vpcLink?.source ?? ''],
  ];
}

export function parametersOf(integration: Integration): readonly RequestParameter[] {
  if (integration.kind === 'http-proxy' || integration.kind === 'http-stream') return integration.parameters;
  return isSelecting(integration) ? integration.request.parameters : [];
}

function mappedNames(integration: Integration): readonly string[] {
  return parametersOf(integration).flatMap(({ source }) =>
    source.kind === 'stageVariable' ? source.name : [],
  );
}

const REFERENCE = /\$\{?stageVariables(?:\.|\[['"])([A-Za-z0-9_]+)/g;

/** A quiet reference ($!) and a condition expect that the variable may be missing. */
function referencedNames(text: string): readonly string[] {
  const guarded = new Set(
    [...text.matchAll(/#(?:if|elseif)\s*\(([^\n]*)/g)].flatMap(([, rest = '']) =>
      [...rest.matchAll(REFERENCE)].map(([, name = '']) => name),
    ),
  );
  return [...text.matchAll(REFERENCE)].flatMap(([, name = '']) => (guarded.has(name) ? [] : name));
}

/** Matches the expressions that read a value if they are written without quotes (docs/aws §7.6). */
const EXPRESSION =
  /^(?:(?:method|route)\.request\.(?:path|querystring|header|multivalue\w+|body)|integration\.response\.(?:header|multivalueheader|body)|stageVariables|context)(?:\.|$)/;

/** A method of a REST API must declare a parameter that its integration reads, or the deployment fails. */
function declaring(text: string): string {
  const declared = /^method\.request\.(path|querystring|header)\.\S+$/.exec(text);
  return declared === null
    ? ''
    : `, and have ${text}: ${declared[1] === 'path'} in RequestParameters of the method, without which AWS refuses the mapping`;
}

/** A source in single quotes is a constant, although its text is an expression. */
const quoted: SurpriseKind = {
  code: 'MAPPING_QUOTED',
  mark: 'mapping quoted',
  isCause: true,
  source: 'docs/aws §7.6',
  find(facts) {
    const { route, api } = facts.recorded.received;
    if (route === undefined || facts.recorded.enteredMs['map-request'] === undefined) return undefined;
    const found = [
      ...parametersOf(route.integration).map(({ place, name, source }) => ({
        name: `integration.request.${place}.${name}`,
        where: 'RequestParameters of the integration',
        source,
      })),
      ...(selectResponse(facts)?.parameters ?? []).map(({ name, source }) => ({
        name: `method.response.header.${name}`,
        where: 'ResponseParameters of the integration response',
        source,
      })),
    ].flatMap(({ name, where, source }) =>
      source.kind === 'static' && EXPRESSION.test(source.text) ? [{ name, where, text: source.text }] : [],
    );
    if (found.length === 0) return undefined;
    return {
      values: { names: found.map(({ name }) => name) },
      because: found.map(
        ({ name, text }) =>
          `${route.routeKey} maps ${name} from '${text}' in single quotes, which make it a constant: the value is the string ${text} itself.`,
      ),
      changes: found.map(
        ({ text, where }) =>
          `Remove the single quotes: write ${text} in ${where} of ${route.routeKey}${declaring(text)}. The mapping then takes the value from there, if there is one.${toDeploy(api.protocol)}`,
      ),
    };
  },
};

/** An integration of type HTTP gets only the mapped parts of the request, and its body. */
const queryNotPassed: SurpriseKind = {
  code: 'QUERY_NOT_PASSED',
  mark: undefined,
  source: 'docs/aws §7.6',
  find({ integration, recorded: { received, outcome } }) {
    if (integration?.kind !== 'http' || outcome === undefined || received.api.protocol !== 'rest')
      return undefined;
    const template = requestTemplateOf(received)?.source ?? '';
    const isMapped = integration.request.parameters.some(({ place }) => place === 'querystring');
    const parameters = [...new Set(new URLSearchParams(received.rawQuery).keys())];
    if (parameters.length === 0 || isMapped || /params|querystring/.test(template)) return undefined;
    const named = parameters.join(', ');
    return {
      values: { parameters },
      because: [
        `The request has the query ${parameters.length === 1 ? 'parameter' : 'parameters'} ${named}, but the integration of ${received.route?.routeKey ?? 'the method'} (type HTTP) maps no query parameter, so the backend was called without a query. Declaring a parameter on the method passes nothing on.`,
      ],
      changes: [
        `Add ${parameters.map((name) => `integration.request.querystring.${name}: method.request.querystring.${name}`).join(', ')} to RequestParameters of the integration, and declare ${parameters.map((name) => `method.request.querystring.${name}`).join(', ')} in RequestParameters of the method. Or set the type HTTP_PROXY, which passes everything on.${toDeploy('rest')}`,
      ],
    };
  },
};

/**
 * A private integration gets the path of the request with the name of the stage.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html
 */
const stageSentToBackend: SurpriseKind = {
  code: 'STAGE_SENT_TO_BACKEND',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §8',
  find({ integration, recorded: { received, outcome, status } }) {
    const { stage, path } = received;
    if (integration?.kind !== 'http-api-proxy' || !integration.appendsPath || stage === undefined)
      return undefined;
    const isOverwritten = integration.changes.request.some(({ target }) => target.place === 'path');
    if (status !== 404 || outcome === undefined || stage.name === '$default' || isOverwritten)
      return undefined;
    return {
      values: { stage: stage.name },
      because: [
        `The integration is private (VPC_LINK), and the stage is not $default. For a private integration, API Gateway leaves the stage name in the path, so the backend was called at /${stage.name}${path}.`,
      ],
      changes: [
        `If the backend expects ${path}, add overwrite:path: $request.path to RequestParameters of the integration.${toDeploy('http')} Or serve the API at the stage $default, which has no name in the path.`,
      ],
    };
  },
};

export const MAPPING_KINDS: readonly SurpriseKind[] = [
  stageSentToBackend,
  queryNotPassed,
  quoted,
  emptyRequest,
  emptyResponse,
  defaultResponse,
  successAsError,
  missingVariable,
];
