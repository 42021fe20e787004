/**
 * The gateway responses of a REST API: AWS's defaults, the responses in the template, and the responses inherited from
 * DEFAULT_4XX and DEFAULT_5XX. Their templates are not VTL, because only variables are replaced (docs/aws §1.3).
 */
import { DefinitionError } from '../../errors.ts';
import { contextVariable } from '../../events/context-variables.ts';
import { lastQueryValue } from '../../events/query-text.ts';
import { getEntry } from '../../routing/text-map.ts';
import {
  isResponseType,
  RESPONSE_TYPES,
  REST_DEFAULTS,
  responseTypeOf,
  restWordings,
  wordRest,
} from './error-wordings.ts';
import { invalidMapping } from '../integration/mapping-refusal.ts';
import { readInteger, readText, readTextMap } from '../properties.ts';
import type { GatewayErrorCode, GatewayErrorDetail, GatewayResponseType } from '../../errors.ts';
import type { Assumptions } from '../assumptions.ts';
import type { PropertyBag } from '../properties.ts';
import type { ErrorWording, ErrorWordings, WordingFacts } from '../model.ts';

/** The gateway response of one type, as `GetGatewayResponse` shows it. */
export type GatewayResponse = {
  readonly responseType: GatewayResponseType;
  /** The status code; absent for DEFAULT_4XX and DEFAULT_5XX unless it is customized. */
  readonly statusCode: string | undefined;
  /** Maps `gatewayresponse.header.X` to a source, such as `'static'`, `method.request.header.X` or `context.X`. */
  readonly responseParameters: Readonly<Record<string, string>>;
  /** The templates by media type. */
  readonly responseTemplates: Readonly<Record<string, string>>;
  /**
   * False if the API defines a response of exactly this type; otherwise true, even if the type inherits the API's
   * DEFAULT_4XX or DEFAULT_5XX [obs].
   */
  readonly defaultResponse: boolean;
};

const DEFAULT_TEMPLATES = { 'application/json': '{"message":$context.error.messageString}' };
/** AWS's guide also lists `path` and `querystring`. A response has neither, so they have no effect. */
const PARAMETER = /^gatewayresponse\.(header|path|querystring)\.(.+)$/;
/** API Gateway refuses any other value (aws/aws-cdk#20274). */
const VALUE =
  /^(?:'[\s\S]*'|method\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+|context\..+|stageVariables\..+)$/;

function readOwn(bag: PropertyBag): GatewayResponse {
  const responseType = readText(bag, 'ResponseType');
  if (!isResponseType(responseType))
    throw new DefinitionError(
      bag.place('ResponseType'),
      `Invalid gateway response type "${responseType}"; expected one of ${RESPONSE_TYPES.join(', ')}`,
    );
  const responseParameters = readTextMap(bag, 'ResponseParameters') ?? {};
  for (const [name, value] of Object.entries(responseParameters)) {
    const place = bag.place(`ResponseParameters.${name}`);
    if (!PARAMETER.test(name))
      throw new DefinitionError(
        place,
        `Invalid mapping expression specified: "${name}" must have the form gatewayresponse.header.<Name>, .path.<Name> or .querystring.<Name>`,
      );
    if (!VALUE.test(value))
      throw new DefinitionError(place, invalidMapping(`Invalid mapping expression specified: ${value}`));
  }
  const hasStatus = bag.properties['StatusCode'] !== undefined;
  const statusCode = hasStatus
    ? String(readInteger(bag, 'StatusCode', { usual: 0, min: 200, max: 599 }))
    : defaultStatus(responseType);
  return {
    responseType,
    statusCode,
    responseParameters,
    responseTemplates: readTextMap(bag, 'ResponseTemplates') ?? DEFAULT_TEMPLATES,
    defaultResponse: false,
  };
}

function defaultStatus(type: GatewayResponseType): string | undefined {
  return type === 'DEFAULT_4XX' || type === 'DEFAULT_5XX' ? undefined : String(REST_DEFAULTS[type].status);
}

/**
 * Resolves the response of every type as AWS does. A type uses its own response, otherwise the response of its DEFAULT
 * type, otherwise the built-in response. A type with its own response inherits nothing [obs].
 * @throws DefinitionError for an unknown type, status or mapping expression.
 */
export function resolveGatewayResponses(
  bags: readonly PropertyBag[],
): ReadonlyMap<GatewayResponseType, GatewayResponse> {
  const own = new Map(bags.map((bag) => readOwn(bag)).map((response) => [response.responseType, response]));
  const resolved = new Map<GatewayResponseType, GatewayResponse>();
  for (const type of RESPONSE_TYPES) {
    const builtIn: GatewayResponse = {
      responseType: type,
      statusCode: defaultStatus(type),
      responseParameters: {},
      responseTemplates: DEFAULT_TEMPLATES,
      defaultResponse: true,
    };
    const parent = own.get(defaultOf(type));
    const inherited =
      parent === undefined
        ? builtIn
        : {
            ...parent,
            responseType: type,
            statusCode: parent.statusCode ?? builtIn.statusCode,
            defaultResponse: true,
          };
    resolved.set(type, own.get(type) ?? inherited);
  }
  return resolved;
}

function isBuiltIn({
  responseType,
  statusCode,
  responseParameters,
  responseTemplates,
  defaultResponse,
}: GatewayResponse): boolean {
  const isSame = responseTemplates === DEFAULT_TEMPLATES && statusCode === defaultStatus(responseType);
  return defaultResponse && isSame && Object.keys(responseParameters).length === 0;
}

/**
 * Creates the error wordings from these responses. For a type that is not customized, the reply is byte for byte the
 * same as on AWS.
 */
export function wordByGatewayResponses(
  responses: ReadonlyMap<GatewayResponseType, GatewayResponse>,
  assumptions: Assumptions,
): ErrorWordings {
  const throttledStatus = assumptions['throttled-function-status'];
  return {
    word(given, detailGiven, facts) {
      const [code, detail] = assume(given, detailGiven, throttledStatus);
      const usual = wordRest(code, detail, assumptions['access-denied-key']);
      const type = responseTypeOf(code);
      // AWS never customizes the "too large" error, because the request was not fully read.
      const response = type === undefined || code === 'REQUEST_TOO_LARGE' ? undefined : responses.get(type);
      if (response === undefined || isBuiltIn(response)) return usual;
      return customise(usual, response, code, detail, facts);
    },
    worderOf(code) {
      const type = responseTypeOf(code);
      if (type === undefined || code === 'REQUEST_TOO_LARGE') return undefined;
      return [type, defaultOf(type)].find((one) => responses.get(one)?.defaultResponse === false);
    },
    describe: (code, detail) => restWordings.describe(...assume(code, detail, throttledStatus)),
  };
}

/** Returns the gateway response from which the response for a type inherits. */
function defaultOf(type: GatewayResponseType): 'DEFAULT_4XX' | 'DEFAULT_5XX' {
  return REST_DEFAULTS[type].status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX';
}

/** Applies the assumption about functions that Lambda throttles. */
function assume(
  code: GatewayErrorCode,
  detail: GatewayErrorDetail,
  throttledStatus: Assumptions['throttled-function-status'],
): [GatewayErrorCode, GatewayErrorDetail] {
  if (code !== 'FUNCTION_THROTTLED' || throttledStatus === '500') return [code, detail];
  return throttledStatus === '429' ? ['THROTTLED', detail] : [code, { ...detail, status: 502 }];
}

function customise(
  usual: ErrorWording,
  response: GatewayResponse,
  code: GatewayErrorCode,
  detail: GatewayErrorDetail,
  facts: WordingFacts,
): ErrorWording {
  const { contentType, template } = pickTemplate(response, facts);
  const headers = ['Content-Type', contentType];
  for (let index = 0; index < usual.headers.length; index += 2) {
    const name = usual.headers[index] ?? '';
    if (name.toLowerCase() !== 'content-type') headers.push(name, usual.headers[index + 1] ?? '');
  }
  for (const [target, source] of Object.entries(response.responseParameters)) {
    const [, place, name = target] = PARAMETER.exec(target) ?? [];
    const value = place === 'header' ? readParameter(source, facts) : undefined;
    if (value !== undefined) headers.push(name, value);
  }
  const isOwnStatus =
    response.statusCode !== undefined && response.statusCode !== defaultStatus(response.responseType);
  return {
    status: isOwnStatus ? Number(response.statusCode) : usual.status,
    body:
      template === DEFAULT_TEMPLATES['application/json']
        ? usual.body
        : render(template, code, response, detail, facts),
    headers,
  };
}

/** Selects a template by the first type of the Accept header, otherwise the JSON template, otherwise the first one. */
function pickTemplate(
  response: GatewayResponse,
  facts: WordingFacts,
): { readonly contentType: string; readonly template: string } {
  const accept = facts.headers.last('accept')?.split(/[,;]/)[0]?.trim() ?? '';
  const templates = response.responseTemplates;
  const contentType = Object.hasOwn(templates, accept)
    ? accept
    : Object.hasOwn(templates, 'application/json')
      ? 'application/json'
      : (Object.keys(templates)[0] ?? 'application/json');
  return { contentType, template: templates[contentType] ?? '' };
}

/** Matches `$context.x` or `${context.x}`. A brace after the first form belongs to the template. */
const VARIABLE =
  /\$(?:(context|stageVariables)\.([\w.-]*[\w-])|\{(context|stageVariables)\.([\w.-]*[\w-])\})/g;

function render(
  template: string,
  code: GatewayErrorCode,
  response: GatewayResponse,
  detail: GatewayErrorDetail,
  facts: WordingFacts,
): string {
  const message = detail.message === undefined ? REST_DEFAULTS[code].message : detail.message;
  const errors: Readonly<Record<string, string>> = {
    'error.message': message ?? '',
    'error.messageString': JSON.stringify(message),
    'error.responseType': response.responseType,
    'error.validationErrorString': detail.validationErrorString ?? '',
  };
  return template.replace(VARIABLE, (_, bareScope, bareName, bracedScope, bracedName) => {
    const scope: unknown = bareScope ?? bracedScope;
    const name = String(bareName ?? bracedName);
    if (scope === 'stageVariables') return getEntry(facts.stage?.variables ?? {}, name) ?? '';
    return getEntry(errors, name) ?? contextVariable(facts, name) ?? '';
  });
}

/** Returns a header value without line breaks, so that a client's query string cannot add headers. */
function readParameter(source: string, facts: WordingFacts): string | undefined {
  return readSource(source, facts)?.replace(/[\r\n]+/g, ' ');
}

function readSource(source: string, facts: WordingFacts): string | undefined {
  if (source.startsWith("'") && source.endsWith("'")) return source.slice(1, -1);
  const [, where, name = ''] =
    /^(method\.request\.(?:header|querystring|path)|context|stageVariables)\.(.+)$/.exec(source) ?? [];
  switch (where) {
    case 'method.request.header':
      return facts.headers.last(name.toLowerCase());
    case 'method.request.querystring':
      return lastQueryValue(facts.rawQuery, name);
    case 'method.request.path':
      return facts.pathParameters?.[name];
    case 'context':
      return contextVariable(facts, name);
    case 'stageVariables':
      return facts.stage?.variables?.[name];
    default:
      return undefined;
  }
}
