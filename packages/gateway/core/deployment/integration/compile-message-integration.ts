/** Integrations of WebSocket APIs except Lambda proxies, and their responses (docs/aws §11.3). */
import type { FunctionHome } from '@gatewright/aws/function-name';
import { parseJson } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../errors.ts';
import { parseParameterSource } from '../../mapping/parameter-source.ts';
import { compileMessageRouting } from '../../routing/message-routes.ts';
import { HTTP_URI, onlyByPost, readVerb, refuseAtRunTime } from './compile-integration.ts';
import { readPassthrough, REQUEST_TARGET } from './compile-request-mapping.ts';
import { checkPattern } from './compile-response-mapping.ts';
import { readContentHandling } from './content-handling-property.ts';
import { readLambdaUri } from './integration-uri.ts';
import { invalidMapping } from './mapping-refusal.ts';
import { compileMediaTemplates } from './media-templates.ts';
import { readText, readTextMap, requireValid } from '../properties.ts';
import { readServiceUri } from './service-uri.ts';
import { compileStageText } from './stage-text.ts';
import { readTimeoutMs } from './timeouts.ts';
import type { Tolerance } from '../../errors.ts';
import type {
  FrameResponse,
  HttpTarget,
  RequestMapping,
  RequestParameter,
  ResponseMapping,
  SelectableAnswer,
} from '../../mapping/integration.ts';
import type { Integration } from '../model.ts';
import type { PropertyBag } from '../properties.ts';

/** These integrations have no method responses. The route's `frames` produce the reply. */
const NO_METHOD: ResponseMapping = { responses: [], methodStatuses: new Set() };

/**
 * Compiles an integration of any `type` except AWS_PROXY.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileMessageIntegration(
  integration: PropertyBag,
  type: string,
  tolerance: Tolerance,
  home?: FunctionHome,
): Integration {
  switch (type) {
    case 'MOCK':
      return { kind: 'mock', request: compileMapping(integration), response: NO_METHOD };
    case 'HTTP': {
      const request = compileMapping(integration);
      const target = readTarget(integration, false, tolerance);
      return (
        refuseAtRunTime(request.parameters, false) ?? {
          kind: 'http',
          ...target,
          request,
          response: NO_METHOD,
        }
      );
    }
    case 'HTTP_PROXY':
    case 'VPC_LINK': {
      const parameters = compileParameters(integration);
      const target = readTarget(integration, type === 'VPC_LINK', tolerance);
      const contentHandling = readContentHandling(integration, 'ContentHandlingStrategy');
      return (
        refuseAtRunTime(parameters, false) ?? { kind: 'http-proxy', ...target, parameters, contentHandling }
      );
    }
    case 'AWS':
      return compileAws(integration, tolerance, home);
    default:
      throw new DefinitionError(
        integration.place('IntegrationType'),
        `Enumeration value for IntegrationType must be one of AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK, VPC_LINK, not "${type}"`,
      );
  }
}

function compileAws(
  integration: PropertyBag,
  tolerance: Tolerance,
  home: FunctionHome | undefined,
): Integration {
  const uri = readText(integration, 'IntegrationUri', '');
  const lambda = readLambdaUri(uri, false, home);
  // A function is called with POST, even if the integration does not set a method (docs/aws §11.3).
  const isFunction = lambda.kind === 'function';
  const method =
    isFunction && readText(integration, 'IntegrationMethod', '') === ''
      ? 'POST'
      : readVerb(integration, 'IntegrationMethod');
  const timeoutMs = readTimeoutMs(integration, 'websocket', tolerance);
  const request = compileMapping(integration);
  const refused = refuseAtRunTime(request.parameters, true);
  if (lambda.kind === 'function')
    return (
      refused ??
      onlyByPost(method, 'IntegrationMethod') ?? {
        kind: 'function',
        ...lambda.target,
        timeoutMs,
        request,
        response: NO_METHOD,
      }
    );
  const service = readServiceUri(uri);
  if (service.kind === 'invalid')
    throw new DefinitionError(integration.place('IntegrationUri'), service.message);
  const role = readText(integration, 'CredentialsArn', '');
  const roleArn = role === '' ? undefined : role;
  return (
    refused ?? {
      kind: 'service',
      target: service.target,
      method,
      timeoutMs,
      roleArn,
      request,
      response: NO_METHOD,
    }
  );
}

function readTarget(integration: PropertyBag, isPrivate: boolean, tolerance: Tolerance): HttpTarget {
  const uri = readText(integration, 'IntegrationUri', '');
  if (!HTTP_URI.test(uri))
    throw new DefinitionError(integration.place('IntegrationUri'), 'Invalid HTTP endpoint specified for URI');
  const connection = readText(integration, 'ConnectionType', 'INTERNET').toUpperCase();
  const goesThroughLink = isPrivate || connection === 'VPC_LINK';
  return {
    uri: compileStageText(uri),
    method: readVerb(integration, 'IntegrationMethod'),
    timeoutMs: readTimeoutMs(integration, 'websocket', tolerance),
    vpcLink: goesThroughLink ? compileStageText(readText(integration, 'ConnectionId')) : undefined,
  };
}

function compileMapping(integration: PropertyBag): RequestMapping {
  const selection = readSelection(integration);
  return {
    parameters: compileParameters(integration),
    templates: compileTemplates(integration, 'RequestTemplates', selection),
    passthrough: readPassthrough(integration),
    contentHandling: readContentHandling(integration, 'ContentHandlingStrategy'),
    selectTemplate: selection === undefined ? undefined : compileSelection(integration, selection),
  };
}

/**
 * Compiles the request parameters.
 * @throws DefinitionError in AWS's words for an invalid mapping
 */
function compileParameters(integration: PropertyBag): RequestParameter[] {
  return Object.entries(readTextMap(integration, 'RequestParameters') ?? {}).map(([target, expression]) => {
    const refuse = (what: string): DefinitionError =>
      new DefinitionError(
        integration.place(`RequestParameters.${target}`),
        invalidMapping(`Invalid mapping expression specified: ${what}`),
      );
    const [, place = '', name = ''] = REQUEST_TARGET.exec(target) ?? [];
    if (place !== 'header' && place !== 'querystring' && place !== 'path') throw refuse(target);
    const source = parseParameterSource(expression, 'route.request');
    if (source === undefined) throw refuse(expression);
    return { place, name, source };
  });
}

function readSelection(bag: PropertyBag): string | undefined {
  const expression = readText(bag, 'TemplateSelectionExpression', '');
  return expression === '' ? undefined : expression.replace(/^\$default$/, '\\$default');
}

/** Compiles templates. Without a selection expression, they are selected by media type, as on REST APIs. */
function compileTemplates(bag: PropertyBag, property: string, selection: string | undefined) {
  return selection === undefined
    ? compileMediaTemplates(bag, property)
    : compileMediaTemplates(bag, property, (key) => key);
}

/** Returns a function that evaluates the selection expression for a text and returns the key. */
function compileSelection(bag: PropertyBag, expression: string): (text: string) => string | undefined {
  const selection = compileMessageRouting(expression, new Map());
  if (selection.kind === 'compiled') return (text) => selection.routing.select(text);
  throw new DefinitionError(
    bag.place('TemplateSelectionExpression'),
    `Invalid template selection expression "${expression}"`,
  );
}

/**
 * Reports integration responses that do not belong to an integration. `integrations` is undefined for HTTP APIs, which
 * have no integration responses.
 */
export function noteStrayResponses(
  responses: readonly PropertyBag[],
  integrations: ReadonlyMap<string, PropertyBag> | undefined,
  tolerance: Tolerance,
): void {
  for (const response of responses) {
    const id = readText(response, 'IntegrationId', '');
    if (integrations?.has(id) === true) continue;
    const words =
      integrations === undefined
        ? 'Integration responses are for WebSocket APIs only'
        : `Unable to find Integration by id ${id} within the API`;
    tolerance.note(
      new DefinitionError(response.place('IntegrationId'), words),
      'responses are passed on without this integration response',
    );
  }
}

/**
 * Compiles the responses of an integration, in template order. Returns undefined if there are none.
 * @throws DefinitionError for a definition that AWS refuses
 */
export function compileFrames(
  integration: PropertyBag | undefined,
  responses: readonly PropertyBag[],
): readonly FrameResponse[] | undefined {
  const own = responses.filter((response) => readText(response, 'IntegrationId') === integration?.id);
  return own.length === 0 ? undefined : own.map((response) => compileFrame(requireValid(response)));
}

function compileFrame(response: PropertyBag): FrameResponse {
  const selection = readSelection(response);
  return {
    pattern: readKey(response),
    templates: compileTemplates(response, 'ResponseTemplates', selection),
    selectTemplate: selection === undefined ? undefined : compileAnswerSelection(response, selection),
    contentHandling: readContentHandling(response, 'ContentHandlingStrategy'),
  };
}

/**
 * Reads a key, which is `$default` or a regular expression between slashes, such as `/4\d\d/`. Returns the expression
 * without slashes; undefined for `$default`.
 */
function readKey(response: PropertyBag): string | undefined {
  const key = readText(response, 'IntegrationResponseKey');
  if (/^\\?\$default$/.test(key)) return undefined;
  const pattern = /^\/(.+)\/$/s.exec(key)?.[1];
  if (pattern !== undefined) return checkPattern(response, 'IntegrationResponseKey', pattern);
  throw new DefinitionError(
    response.place('IntegrationResponseKey'),
    `IntegrationResponseKey must be $default or an expression such as /4\\d\\d/, not "${key}"`,
  );
}

/** `request.body` is the client's message; `integration.response` is the integration's response to it. */
const SOURCES = /\b(request\.body|integration\.response)\b((?:\.(?:multivalue)?header\.[A-Za-z0-9_-]+)?)/g;

/**
 * Returns a function that selects the key by message and response. The expression may contain `${request.body.kind}`,
 * `${integration.response.statuscode}`, `${integration.response.header.X}`,
 * `${integration.response.multivalueheader.X}` and `${integration.response.body.kind}`.
 */
function compileAnswerSelection(
  response: PropertyBag,
  expression: string,
): NonNullable<FrameResponse['selectTemplate']> {
  // The expression is rewritten to read from one document that contains the message and the response, so that the
  // syntax of route selection expressions applies.
  const ofBoth = expression.replace(SOURCES, (_whole, source: string, header: string) =>
    source === 'request.body' ? 'request.body.message' : `request.body.answer${header.toLowerCase()}`,
  );
  if (ofBoth === expression) return compileSelection(response, expression);
  const select = compileSelection(response, ofBoth);
  return (message, answer) =>
    select(JSON.stringify({ message: parseJson(message), answer: describeAnswer(answer) }));
}

function describeAnswer({ status, headers, body }: SelectableAnswer): Readonly<Record<string, unknown>> {
  const multivalueheader: Record<string, string> = {};
  const header: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? '';
    const value = headers[at + 1] ?? '';
    multivalueheader[name] = Object.hasOwn(multivalueheader, name)
      ? `${multivalueheader[name]},${value}`
      : value;
    header[name] = value;
  }
  return { statuscode: status, header, multivalueheader, body: parseJson(body) };
}
