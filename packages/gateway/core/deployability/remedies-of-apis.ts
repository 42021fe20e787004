/**
 * The remedies for routes, integrations and authorizers that API Gateway refuses, and for parts of an API that SAM
 * refuses.
 */
import { fixed, nameAt } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';
import { nearestOf } from './spelling.ts';

const OF_API_GATEWAY: readonly RemedyRow[] = [
  {
    words: /^A route can have at most (\d+) authorization scopes/,
    remedy: ([, most = '']) => `keep at most ${most} scopes in AuthorizationScopes`,
  },
  fixed(
    /^Invalid authorization scope "/,
    'write a scope of 1 to 256 ASCII characters without spaces, quotation marks or backslashes, as in orders/read',
  ),
  fixed(
    /^Simple responses need AuthorizerPayloadFormatVersion/,
    'set AuthorizerPayloadFormatVersion: "2.0", or remove EnableSimpleResponses',
  ),
  {
    words: /^Invalid policy document: \d+ characters; AWS accepts at most (\d+)$/,
    remedy: ([, most = '']) =>
      `shorten the policy to ${most} characters: join statements that have the same Effect and Principal, and use wildcards such as execute-api:/*/GET/*`,
  },
  fixed(
    /\(a statement has no Principal\)$/,
    "add Principal to each statement: the callers ({ AWS: ARN }), or '*' if the statement applies to all callers",
  ),
  {
    words: /^Invalid signing algorithm .*API Gateway supports (.+)$/,
    remedy: ([, algorithms = '']) => `list only algorithms of ${algorithms}`,
  },
  fixed(
    /response-streaming-invocations requires ResponseTransferMode STREAM$/,
    'add ResponseTransferMode: STREAM, or end Uri with /invocations instead of /response-streaming-invocations',
  ),
  fixed(
    /^Response streaming is for AWS_PROXY and HTTP_PROXY integrations/,
    'remove ResponseTransferMode, or set Type to AWS_PROXY or HTTP_PROXY',
  ),
  fixed(
    /^Invalid template selection expression/,
    'write the expression with values of the message, as in $request.body.action, or \\$default to use one template for all messages',
  ),
  fixed(
    /^Unable to find Integration by id/,
    'refer to an AWS::ApiGatewayV2::Integration of the same API (Ref)',
  ),
  fixed(
    /^Integration responses are for WebSocket APIs only/,
    'remove the AWS::ApiGatewayV2::IntegrationResponse; an HTTP API changes responses with ResponseParameters of the integration',
  ),
  fixed(
    /^Invalid selection pattern: /,
    'correct the regular expression in SelectionPattern, as in 4\\d{2} or .*Not found.*; write \\ before a literal ( [ or {',
  ),
  {
    words: /^\w+-\w+ needs (\w+(?: and \w+)*)$/,
    remedy: ([, names = '']) => `add ${names} to RequestParameters`,
  },
  {
    words: /^(\w+-\w+) accepts only (.+), not (\w+)$/,
    remedy: ([, , known = '', name = '']) => {
      const near =
        nearestOf(name, known.split(', ')) ?? known.split(', ').find((one) => one.startsWith(name));
      return near === undefined
        ? `remove ${name} from RequestParameters`
        : `write ${near} instead of ${name}`;
    },
  },
  fixed(
    /^Request parameters are only supported on the \$connect route/,
    'remove RequestParameters from this route: only the handshake has headers and a query string',
  ),
  fixed(
    /^Invalid Request Validator identifier specified$/,
    'refer to an AWS::ApiGateway::RequestValidator of the same API (Ref)',
  ),
  fixed(
    /\[Parameter name should match the following regular expression/,
    'rename the parameter to a name of letters, digits and : . _ $ -',
  ),
  {
    words: /^The schema of a model can have at most (\d+) bytes/,
    remedy: ([, most = '']) =>
      `shorten the schema to ${most} bytes, for example by removing descriptions and examples`,
  },
  fixed(
    /^Access Log format string has to be at most 3 KB/,
    'remove variables from Format until it has at most 3 KB',
  ),
  fixed(
    /^RouteKey is allowed only for quick create/,
    'remove RouteKey, or add Target with the ARN of a function or an address',
  ),
  {
    words: /^[\w/.+*-]+:(\d+):(\d+): unexpected .+?; expected (.+)$/,
    remedy: ([, line = '', column = '', what = ''], { property }) =>
      `write ${what} at line ${line}, column ${column} of the template ${nameAt(property)}`,
  },
];

const OF_SAM: readonly RemedyRow[] = [
  {
    words: /^Auth\.DefaultAuthorizer names (\S+), which is not in Auth\.Authorizers/,
    remedy: ([, name = '']) =>
      `add ${name} to Auth.Authorizers, or set DefaultAuthorizer to the name of an authorizer in Auth.Authorizers`,
  },
  fixed(/^Routes: a WebSocket API needs at least one route/, 'add a route to Routes, for example $default'),
  {
    words: /^event \w+: (\S+) is not an (AWS::\w+::\w+)$/,
    remedy: ([, name = '', type = '']) =>
      `refer to an ${type} of this template instead of ${name}, or use the type of event that fits ${name}`,
  },
  fixed(
    /SqsSubscription needs QueueArn and QueueUrl/,
    'add QueueArn (!GetAtt QUEUE.Arn) and QueueUrl (!Ref QUEUE) to SqsSubscription, or write SqsSubscription: true',
  ),
  fixed(
    /Authorizer NONE is allowed only if the API has a DefaultAuthorizer/,
    'remove Authorizer: NONE from the event, because the API has no DefaultAuthorizer that the event could exclude',
  ),
];

export const REMEDIES_OF_APIS: readonly RemedyRow[] = [...OF_API_GATEWAY, ...OF_SAM];

/** The remedy that a message contains as its last part: `…; make the generated keys unique`. */
export const REMEDIES_IN_MESSAGES: readonly RemedyRow[] = [
  {
    words:
      /[;:] ((?:add|choose|give|make|name|omit|pass|remove|run|set|shorten|write) (?!of\b)[^;]+)$|(?:^|[.:] )(Run ".+)$/i,
    remedy: ([, said, run = 'correct the value']) =>
      (said ?? run).replace(/^[A-Z]/, (first) => first.toLowerCase()),
  },
];
