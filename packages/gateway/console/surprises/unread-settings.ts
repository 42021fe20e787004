/** Settings that seem to decide about a request, but that decide nothing, or something else, on AWS. */
import { asText, isTrue, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { listed, toDeploy } from '../explain/reason.ts';
import { REST_DEFAULTS } from '../../core/deployment/wordings/error-wordings.ts';
import { findByPhysicalId, placeOf, resourcesOf } from '../records/find-places.ts';
import { describeSent } from '../records/sent.ts';
import type { GatewayErrorCode } from '../../core/errors.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Received } from '../../core/exchange.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

const PARAMETER = /^method\.request\.(querystring|header)\.(.+)$/;

/** Whether a request has no value for a required parameter such as `method.request.querystring.id`. */
function lacks({ rawQuery, headers }: Pick<Received, 'rawQuery' | 'headers'>, parameter: string): boolean {
  const [, where, name = ''] = PARAMETER.exec(parameter) ?? [];
  const value =
    where === 'header' ? headers.last(name.toLowerCase()) : new URLSearchParams(rawQuery).get(name);
  return where !== undefined && (value ?? '').trim() === '';
}

/**
 * A parameter is required only if the method has a validator that checks parameters.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
const parameterUnchecked: SurpriseKind = {
  code: 'PARAMETER_UNCHECKED',
  mark: undefined,
  source: 'docs/aws §6',
  find({ recorded: { received, failure, outcome }, stacks = [], isToolkit }) {
    const { route, api } = received;
    if (route === undefined || api.protocol !== 'rest' || failure !== undefined || outcome === undefined)
      return undefined;
    if (isToolkit || (route.validation?.parameters.length ?? 0) > 0) return undefined;
    const method = stacks
      .find(({ stackName }) => stackName === api.stackName)
      ?.resources.get(route.logicalId);
    const { RequestParameters: declared, RequestValidatorId: id } = method?.properties ?? {};
    const required = Object.entries(membersOf(declared)).filter(
      ([name, isRequired]) => isTrue(isRequired) && lacks(received, name),
    );
    const [first] = required;
    if (method === undefined || first === undefined) return undefined;
    const names = required.map(([name]) => name);
    const validator = findByPhysicalId(stacks, 'AWS::ApiGateway::RequestValidator', asText(id) ?? '');
    const place = placeOf(method, `RequestParameters.${first[0]}`) ?? '';
    return {
      values: { parameters: names },
      because: [
        `RequestParameters of ${route.routeKey} says that ${listed(names)} ${names.length === 1 ? 'is' : 'are'} required (${place}), and the request has no value for ${names.length === 1 ? 'it' : 'them'}. API Gateway did not check this, because ${
          validator === undefined
            ? 'the method has no RequestValidatorId'
            : `ValidateRequestParameters of its validator is not true (${placeOf(validator, 'ValidateRequestParameters') ?? ''})`
        }.`,
      ],
      changes: [
        validator === undefined
          ? `To refuse such requests with 400, give the method a RequestValidatorId: the id of a request validator with ValidateRequestParameters: true.${toDeploy('rest')}`
          : `To refuse such requests with 400, set ValidateRequestParameters: true on the validator ${validator.logicalId}.${toDeploy('rest')}`,
      ],
    };
  },
};

/** An empty list in the body of a response: the body itself, or a member of it. */
const EMPTY_LIST = /^\s*\[\s*\]\s*$|:\s*\[\s*\]/;
const LIMIT = /\bLimit\s*['"]?\s*[:=]/;
const FILTER = /\bFilterExpression\s*['"]?\s*[:=]/;
/** A call to Query or Scan takes only a few lines of code. */
const MOST_LINES_OF_CALL = 20;

/**
 * Limit counts the items that are read, not the items that the filter lets through.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
 */
const limitBeforeFilter: SurpriseKind = {
  code: 'LIMIT_BEFORE_FILTER',
  mark: undefined,
  source: 'docs/aws §3.1',
  find({ result, handler, isToolkit }) {
    const body = asText(result?.['body']) ?? '';
    if (handler === undefined || isToolkit || !EMPTY_LIST.test(body)) return undefined;
    for (const { file, text } of [handler, ...(handler.modules ?? [])]) {
      if (/LastEvaluatedKey|paginat/i.test(text)) continue;
      const lines = text.split('\n');
      const limit = lines.findIndex(
        (line, index) =>
          LIMIT.test(line) &&
          lines
            .slice(Math.max(0, index - MOST_LINES_OF_CALL), index + MOST_LINES_OF_CALL)
            .some((other) => FILTER.test(other)),
      );
      if (limit === -1) continue;
      const place = `${file}:${limit + 1}`;
      return {
        values: { place },
        because: [
          `The list in the response is empty. ${place} sets Limit for a read of DynamoDB with a FilterExpression: Limit counts the items that DynamoDB reads, before the filter removes the items that do not match, so a page can be empty although later pages have matching items. The page then has a LastEvaluatedKey, which the code does not read.`,
        ],
        changes: [
          `Read the following pages at ${place} as well: pass the LastEvaluatedKey of each page as ExclusiveStartKey of the next read, until there are enough items or a page has no LastEvaluatedKey. Or read from an index whose key is the attribute of the filter.`,
        ],
      };
    }
    return undefined;
  },
};

/**
 * A page of a scan or a query that an integration calls, all of whose items the filter removed.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 */
const pageWithoutMatches: SurpriseKind = {
  code: 'PAGE_WITHOUT_MATCHES',
  mark: 'page without matches',
  isCause: true,
  source: 'docs/aws §8',
  find({ integration, recorded: { outcome, received, sent = describeSent(received) } }) {
    if (integration?.kind !== 'service' || outcome?.kind !== 'answered') return undefined;
    const asked = parseJsonObject(sent?.body?.toString() ?? '') ?? {};
    const { Count, LastEvaluatedKey } = parseJsonObject(outcome.body.toString()) ?? {};
    if (asked['FilterExpression'] === undefined || Count !== 0 || LastEvaluatedKey === undefined)
      return undefined;
    const member = asked['Limit'] === undefined ? 'FilterExpression' : 'Limit';
    return {
      values: { member },
      because: [
        `The page has no items, but a LastEvaluatedKey, so further items can follow. ${member === 'Limit' ? 'Limit counts the items that DynamoDB reads, before the filter removes those that do not match' : 'A page ends after 1 MB of items that DynamoDB reads, before the filter removes those that do not match'}.`,
      ],
      changes: [
        `${member === 'Limit' ? 'Remove Limit from the request template, so that a page ends only after 1 MB of items. To read' : 'To read'} the further pages, have the client send LastEvaluatedKey back until a page has none, and print it in the request template if it was sent, #if($input.path('$.LastEvaluatedKey') != ""), "ExclusiveStartKey": $input.json('$.LastEvaluatedKey')#end; deploy the API again.`,
        'Or use Query with an index whose key is the attribute of the filter. DynamoDB then reads only items that match.',
      ],
    };
  },
};

/**
 * Gateway responses change only the errors that API Gateway makes itself. An error status that the integration
 * returns, or that an integration response sets, passes unchanged.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
 */
const gatewayResponseUnused: SurpriseKind = {
  code: 'GATEWAY_RESPONSE_UNUSED',
  mark: undefined,
  isMinor: true,
  source: 'docs/aws §1.3',
  find(facts) {
    const { recorded, integration, isToolkit, stacks = [] } = facts;
    const { received, status } = recorded;
    const { api } = received;
    if (recorded.phase === 'match' && recorded.failure !== undefined) return findUnrouted(facts);
    if (integration === undefined || api.protocol !== 'rest' || status < 400 || isToolkit) return undefined;
    const found = gatewayResponsesOf(api.apiId, stacks).filter(({ type }) => isMeantFor(type, status));
    const [first] = found;
    if (first === undefined) return undefined;
    const names = found.map(({ type, place }) => (place === undefined ? type : `${type} (${place})`));
    const isFunction = 'functionName' in integration;
    return {
      values: { types: found.map(({ type }) => type) },
      because: [
        `The gateway response ${listed(names)} did not change this reply: gateway responses apply only to errors that API Gateway makes itself, and this ${status} came from the ${isFunction ? 'function' : 'integration'}.`,
      ],
      changes: [
        `Set the headers and the body of this reply in the ${isFunction ? 'response of the function' : 'integration'}, because a gateway response cannot.`,
      ],
    };
  },
};

/**
 * Finds a gateway response of the type RESOURCE_NOT_FOUND, which authors often write for a path or method that no route
 * has. API Gateway uses MISSING_AUTHENTICATION_TOKEN for it.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
function findUnrouted({ recorded: { received, error }, stacks = [] }: SurpriseFacts): Surprised {
  const { api, stage } = received;
  if (api.protocol !== 'rest' || stage === undefined || error?.code === 'STAGE_NOT_FOUND') return undefined;
  const found = gatewayResponsesOf(api.apiId, stacks).find(({ type }) => type === 'RESOURCE_NOT_FOUND');
  if (found === undefined) return undefined;
  return {
    values: { types: [found.type] },
    because: [
      `The gateway response ${found.type}${found.place === undefined ? '' : ` (${found.place})`} does not apply to this reply: a path or method without a route gets MISSING_AUTHENTICATION_TOKEN.`,
    ],
    changes: [
      `To choose the status and body of such replies, write MISSING_AUTHENTICATION_TOKEN in place of ${found.type}, and deploy the API again.`,
    ],
  };
}

type Surprised = ReturnType<SurpriseKind['find']>;

type Written = { readonly type: string; readonly place: string | undefined };

/**
 * Returns the gateway responses that the author wrote. Gateway responses in the document of the API are resources, too.
 */
function gatewayResponsesOf(apiId: string, stacks: readonly ResolvedStack[]): readonly Written[] {
  return resourcesOf(stacks, 'AWS::ApiGateway::GatewayResponse')
    .filter(({ properties }) => properties['RestApiId'] === apiId)
    .map((one) => ({ type: asText(one.properties['ResponseType']) ?? '', place: placeOf(one) }));
}

/** Whether an author may expect that the gateway response shapes replies with this status. */
function isMeantFor(type: string, status: number): boolean {
  if (type === 'DEFAULT_4XX') return status < 500;
  if (type === 'DEFAULT_5XX') return status >= 500;
  return Object.hasOwn(REST_DEFAULTS, type) && REST_DEFAULTS[type as GatewayErrorCode].status === status;
}

export const UNREAD_SETTINGS: readonly SurpriseKind[] = [
  parameterUnchecked,
  limitBeforeFilter,
  pageWithoutMatches,
  gatewayResponseUnused,
];
