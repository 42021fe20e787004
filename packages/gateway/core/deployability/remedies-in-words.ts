/**
 * The remedies for refusals that are found when the gateway reads a template. The code that reads a value throws an
 * error with only a message. This table finds the remedy by the wording of the message.
 */

import { nameEdgePolicy } from '@gatewright/aws/edge-policy-ids';
import { USE_REGIONAL } from './call-words.ts';
import { REMEDIES_IN_MESSAGES, REMEDIES_OF_APIS } from './remedies-of-apis.ts';
import { REMEDIES_OF_FILES } from './remedies-of-files.ts';
import { REMEDIES_OF_FORMS, named } from './remedies-of-forms.ts';
import { REMEDIES_OF_NAMES } from './remedies-of-names.ts';
import { REMEDIES_OF_REFUSALS } from './remedies-of-refusals.ts';
import { nearestOf } from './spelling.ts';
import { nameAt } from './remedy-row.ts';
import type { RemedyRow } from './remedy-row.ts';

type At = { readonly type: string; readonly property: string };

const CHARACTERS = 'letters, digits and . _ - :';

/**
 * Returns an example for the remedy: the path variable without the characters that API Gateway does not permit; empty
 * if nothing remains of it.
 */
function legalVariable({ property }: At): string {
  const [, given] = /\{([^}]*[^}\w.\-:+][^}]*)\}/.exec(property) ?? [];
  const legal = given?.replaceAll(/[^\w.\-:+]/g, '') ?? '';
  return legal === '' ? '' : `, such as {${legal}}`;
}

const CHANGES = {
  RequestParameters:
    'write append:header.NAME, overwrite:header.NAME, remove:header.NAME, append:querystring.NAME, overwrite:querystring.NAME, remove:querystring.NAME or overwrite:path as the key; the value is a string, $request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME',
  ResponseParameters:
    'write append:header.NAME, overwrite:header.NAME, remove:header.NAME or overwrite:statuscode as the key; the value is a string, $response.header.NAME, $response.body.NAME or $context.NAME',
};

/** Whether a property is in the OpenAPI document of an API. */
function inDocument(property: string): boolean {
  return property.includes('x-amazon-apigateway-integration');
}

/** @param refused the key or the value that API Gateway refuses */
function mappingForms(refused: string, { type, property }: At): string {
  const isResponse = /responseParameters/i.test(property);
  if (type.startsWith('AWS::ApiGatewayV2::'))
    return CHANGES[isResponse ? 'ResponseParameters' : 'RequestParameters'];
  const isKey = property.endsWith(`.${refused}`);
  if (isResponse && !isKey && !/^(?:'|(?:method|integration|context|stageVariables)\b)/.test(refused))
    return `write the constant in single quotes within the string: "'${refused}'"`;
  if (
    type === 'AWS::ApiGateway::GatewayResponse' ||
    property.includes('x-amazon-apigateway-gateway-responses')
  )
    return "write a constant in single quotes ('…'), or method.request.header.NAME, method.request.querystring.NAME, method.request.path.NAME, context.NAME or stageVariables.NAME";
  return isResponse
    ? "write method.response.header.NAME as the key; the value is a constant in single quotes ('…'), integration.response.header.NAME, integration.response.body.PATH, context.NAME or stageVariables.NAME"
    : "write integration.request.header.NAME, integration.request.querystring.NAME or integration.request.path.NAME as the key; the value is a constant in single quotes ('…'), method.request.header.NAME, method.request.querystring.NAME, method.request.path.NAME, method.request.body, context.NAME or stageVariables.NAME";
}

/**
 * Returns the name that is most similar to `name`. If no name is similar, returns one that begins with `name`, or that
 * `name` begins with.
 */
function nearestAuthorizer(name: string, names: readonly string[]): string | undefined {
  return nearestOf(name, names) ?? names.find((one) => name.startsWith(one) || one.startsWith(name));
}

/** Matches the property that names the destination of a web ACL's logs. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'log group': 'LogGroupName',
  bucket: 'BucketName',
  'delivery stream': 'DeliveryStreamName',
};

export const REMEDIES_IN_WORDS: readonly RemedyRow[] = [
  ...REMEDIES_OF_FILES,
  {
    words: /^Invalid HTTP endpoint specified for URI/,
    remedy: () =>
      'begin the address with https:// or http://, followed by a host: https://api.example.com/items',
  },
  {
    words: /^event (\S+): Cognito trigger "(\w+)" defined multiple times\.(?: \((\w+) already has it\.\))?/,
    remedy: ([, event = '', trigger = '', other]) =>
      `leave ${trigger} to one function that does the work of both: remove the event ${event}, or the trigger from ${other ?? 'the other event or LambdaConfig'}`,
  },
  {
    words: /the number after # in "[^"]*" must be between 1 and 5$/,
    remedy: () =>
      'write a number from 1 to 5 after the #: 1 is the first such weekday of the month, 5 the fifth',
  },
  { words: /^Only REGIONAL domain names can be managed/, remedy: () => USE_REGIONAL },
  {
    words: /^Template format error: 'null' values are not allowed/,
    remedy: () => 'remove the property that is null, or write Ref: AWS::NoValue instead of null',
  },
  {
    words: /unresolved condition dependency (\S+)$/,
    remedy: ([, name = '']) =>
      `correct the spelling of ${name}, or add a condition with this name to the section Conditions of this template`,
  },
  {
    words: /^Invalid method setting path: .* needs ResourcePath and HttpMethod/,
    remedy: () =>
      'write ResourcePath and HttpMethod into the same list item as the settings; use "/*" and "*" for all methods',
  },
  {
    words: /^Invalid format for origin/,
    remedy: () =>
      'write the origin with its scheme and without quotes inside the string, as in https://app.example.com or http://localhost:3000, or * for any origin',
  },
  {
    words: /^Event pattern is not valid\. Reason: Empty arrays are not allowed/,
    remedy: () => 'list one or more values, or remove the field from the pattern',
  },
  {
    words: /^API Key value exceeds maximum size of (\d+) characters/,
    remedy: ([, most = '']) =>
      `write a value of 20 to ${most} characters, or remove the property: API Gateway then creates a value`,
  },
  {
    words: /: (\S+) is not an (AWS::Serverless::\w+) of this template$/,
    remedy: ([, name = '', type = '']) =>
      `refer to an ${type} of this template instead of ${name}, or use the type of event that fits ${name} (${type.endsWith('HttpApi') ? 'Api' : 'HttpApi'})`,
  },
  {
    words: /^Invalid parameter: FilterPolicyScope: Invalid value/,
    remedy: () => 'set FilterPolicyScope to MessageBody or MessageAttributes',
  },
  {
    words: /^Authorization cannot be forwarded on its own/,
    remedy: () =>
      'remove Authorization from the headers of the origin request policy, and list it in HeadersConfig of the cache policy',
  },
  {
    words: /requires a valid authorizer\.?$/,
    remedy: () =>
      'add AuthorizerId (Ref) with an authorizer of the same API and of the type that AuthorizationType specifies',
  },
  {
    words: /^(?:the|only the) name of a FIFO (queue|topic) (?:must|can) end with/,
    remedy: ([, kind = '']) =>
      `set Fifo${kind === 'topic' ? 'Topic' : 'Queue'}: true and end the name with .fifo, or leave out both`,
  },
  {
    words: /^Unable to find Route by key (.+) within the provided RouteSettings/,
    remedy: ([, key = '']) =>
      `write the key of a route of this API in place of ${key} (RouteKey, as in GET /items), or remove these settings`,
  },
  {
    words: /map keys must be strings; received \w+ \[(.+?)\]/,
    remedy: ([, key = '']) => `write the key in quotes: '${key}'`,
  },
  {
    words: /\bStartingPosition is (?:missing|required)|Missing required property 'StartingPosition'/,
    remedy: () => 'add StartingPosition: TRIM_HORIZON (from the oldest record) or StartingPosition: LATEST',
  },
  {
    words: /set AuthorizerResultTtlInSeconds to 0/,
    remedy: () =>
      'add IdentitySource, or set AuthorizerResultTtlInSeconds to 0 (in SAM: Identity.Headers, Identity.QueryStrings, or Identity.ReauthorizeEvery: 0)',
  },
  {
    words: /^rate\(\s*0+\s/,
    remedy: () => 'write a number above 0, as in rate(5 minutes)',
  },
  {
    words: /^rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\) must be like/,
    remedy: ([, count = '', unit = '']) => `write rate(${count} ${unit}${count === '1' ? '' : 's'})`,
  },
  {
    words: /^cron\(.*\): exactly one of the fields day of month and day of week must be "\?"/,
    remedy: () => 'write ? for the day of month or for the day of week, as in cron(0 8 * * ? *)',
  },
  {
    words: /Invalid mapping expression parameter specified: (method\.response\.[^\]]+)/,
    remedy: ([, name = ''], { property }) =>
      inDocument(property)
        ? `add ${name.replace('method.response.header.', '')} to the headers of the response that has the same status code, in responses of the operation`
        : `add ${name}: true to ResponseParameters of the method response (MethodResponses) that has the same status code`,
  },
  {
    words: /Invalid mapping expression parameter specified: (method\.request\.[^\]]+)/,
    remedy: ([, name = ''], { property }) =>
      inDocument(property)
        ? `add ${name.split('.').slice(3).join('.')} to the parameters of the operation`
        : `add ${name}: true to RequestParameters of the method`,
  },
  {
    words: /No method response exists for method/,
    remedy: () => 'add a method response (MethodResponses) with the same status code to the method',
  },
  {
    words: /^(?:.*\[)?Invalid mapping expression specified: ([^\]]*)\]?$/,
    remedy: ([, refused = ''], at) => mappingForms(refused, at),
  },
  {
    words: /Operations on header (\S+?)\]? are restricted/,
    remedy: ([, name = '']) => `remove the change to ${name}, which API Gateway sets itself`,
  },
  {
    words: /Unsupported keyword\(s\): \[(.+?)\]\]?$/,
    remedy: ([, names = '']) =>
      `remove ${names.replaceAll('"', '')} from the schema, because models support only the keywords of JSON schema draft 4`,
  },
  {
    words: /Invalid model schema specified/,
    remedy: (_, { property }) =>
      property.endsWith('.required')
        ? 'remove "required", or make it a list of at least one name, without duplicates'
        : 'write the schema as JSON schema draft 4 requires: as an object, in which "required", if present, is a list of at least one name',
  },
  {
    words: /^The specified filter pattern does not support dimensions/,
    remedy: () =>
      'remove Dimensions, or write FilterPattern as a JSON pattern ({ $.NAME = … }) or a space-delimited pattern ([name, …]), so that Dimensions can refer to its fields',
  },
  {
    words: /dimensions and default value are mutually exclusive/,
    remedy: () => 'remove DefaultValue, or remove Dimensions',
  },
  {
    words: /The policy failed legacy parsing: .* contains [#$]\{([^}]*)\} as text$/,
    remedy: ([, name = '']) => `write \${${name}} inside of Fn::Sub (!Sub), which replaces it`,
  },
  {
    words: /^or ForwardedValues must be set$/,
    remedy: () =>
      `add CachePolicyId, for example ${nameEdgePolicy('CachingOptimized')} or ${nameEdgePolicy('CachingDisabled')}, or ForwardedValues: { QueryString: false }`,
  },
  {
    words: /^requires a CachePolicyId$/,
    remedy: () => 'add CachePolicyId, or remove OriginRequestPolicyId',
  },
  {
    words: /^cannot be combined with (\w+)$/,
    remedy: ([, other = ''], { property }) => `remove ${nameAt(property)}, or remove ${other}`,
  },
  {
    words: /^the name of the (log group|bucket|delivery stream) (\S+) must begin with (aws-waf-logs-)$/,
    remedy: ([, kind = '', name = '', start = '']) =>
      `change ${NAME_PROPERTIES[kind] ?? 'the name'} of the ${kind} itself to a name that begins with ${start}, such as ${start}${name}`,
  },
  {
    words: /^The ARN isn't valid\. .*field: LOG_DESTINATION/,
    remedy: () =>
      "specify the ARN of a log group, bucket or delivery stream whose name begins with aws-waf-logs-, for example of a log group: !Sub 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LOG_GROUP}', with the logical id of the log group in place of LOG_GROUP",
  },
  {
    words: /\bis missing in a rule that uses a rule group$/,
    remedy: () => 'add OverrideAction: { None: {} }',
  },
  {
    words: /^Invalid template parameter property 'Default/,
    remedy: () => 'write Default',
  },
  ...REMEDIES_OF_NAMES,
  {
    words: /^Resource's path part only allow/,
    remedy: (_, at) =>
      `use only ${CHARACTERS} in the path, and in the name of a variable${legalVariable(at)}`,
  },
  {
    words: /has a conflicting variable on the same hierarchical level as "(.+?)"/,
    remedy: ([, other = '']) =>
      `name the variables as in ${other}, and read them by these names in the handler`,
  },
  {
    words: /^A sibling \((.+?)\) of this resource already has a variable path part/,
    remedy: ([, sibling = '']) =>
      `name the variable ${sibling} in this path and in all paths below it, and read it by this name in the handler`,
  },
  {
    words: /^Cannot create a child of a resource with a greedy path variable: (.+)$/,
    remedy: ([, greedy = '']) =>
      `remove the part of the path after ${greedy}, or write the variable without +`,
  },
  {
    words: /the API has no authorizer (\S+) \(its authorizers are (.+)\)$/,
    remedy: ([, name = '', names = '']) => {
      const near = nearestAuthorizer(name, names.split(', '));
      return `${near === undefined ? `write ${names.replaceAll(', ', ' or ')}` : `write ${near}`} instead of ${name}, or add ${name} to Auth.Authorizers of the API of the event`;
    },
  },
  {
    words: /the API has no authorizer (\S+)/,
    remedy: ([, name = '']) =>
      `add ${name} to Auth.Authorizers of the API of the event, or set RestApiId (Api) or ApiId (HttpApi) of the event to the API that has ${name}`,
  },
  {
    words: /^Invalid (Resource|Deployment|Authorizer|stage|Model) identifier specified/i,
    remedy: ([, what = ''], { property }) =>
      `set ${property} to ${/^a/i.test(what) ? 'an' : 'a'} ${what.toLowerCase()} of the same API${what === 'Resource' ? ' (Ref, or the attribute RootResourceId of the API)' : ' (Ref)'}`,
  },
  {
    words: /((?:Authorizer)?PayloadFormatVersion) is a required parameter/,
    remedy: ([, name = '']) => `add ${name}: "2.0"`,
  },
  {
    words: /may only be associated with proxy integrations/,
    remedy: () => 'set IntegrationType to AWS_PROXY or HTTP_PROXY',
  },
  { words: /^HttpMethod must be POST/, remedy: () => 'set IntegrationMethod: POST, or remove it' },
  { words: /is for WebSocket APIs only$/, remedy: (_, { property }) => `remove ${property}` },
  {
    words: /^The provided route key is not formatted properly/,
    remedy: () => 'write a method and a path, as in GET /items/{id}, or $default',
  },
  {
    words: /^HTTP APIs do not support API keys|^Currently, (?:API keys|authorization)/,
    remedy: (_, { property }) => `remove ${property} from this route`,
  },
  {
    words: /^Access Log format string has to contain at least/,
    remedy: () => 'add $context.requestId to Format',
  },
  {
    words: /^Access Log format must be single line/,
    remedy: () => 'write Format on one line; in YAML, >- joins only lines that are indented equally',
  },
  {
    words: /^No integration defined for method/,
    remedy: (_, { property }) => {
      const [, path, method] =
        /\.paths\.(.+)\.([\w-]+)\.x-amazon-apigateway-integration$/.exec(property) ?? [];
      return method === undefined
        ? 'add Integration, for example with Type: MOCK'
        : `add x-amazon-apigateway-integration to the operation ${method} of ${path ?? ''}, for example with type: mock`;
    },
  },
  {
    words: /^Execution logs are not supported on protocolType HTTP/,
    remedy: () => 'remove LoggingLevel and DataTraceEnabled, and use AccessLogSettings',
  },
  {
    words: /^allow-credentials is not supported/,
    remedy: () => 'list the origins instead of *, or remove AllowCredentials',
  },
  {
    words: /unknown property (\S+) in (\S+)/,
    remedy: ([, name = '', owner = '']) => `remove ${name} from ${owner}, or correct its name`,
  },
  {
    words: /: use (\w+) or (\w+), not both$/,
    remedy: ([, one = '', other = '']) => `remove ${one}, or remove ${other}`,
  },
  ...REMEDIES_OF_REFUSALS,
  ...REMEDIES_OF_APIS,
  {
    words: /already exists|has the same|is defined twice|two rules (?:are called|have the priority)/,
    remedy: () => 'change or remove one of the two definitions',
  },
  {
    words: /(?:^|: |, )([A-Z][\w.]*(?: or [A-Z][\w.]*)?) is (?:missing|required)\b/,
    remedy: ([, name = '']) => `add ${name}`,
  },
  {
    words: /^is (?:missing|required)\b/,
    remedy: (_, { property }) => `add ${nameAt(property)}`,
  },
  {
    words: /^event \w+: You can either define 'Arn' or 'Type'/,
    remedy: () => 'remove Type, or remove Arn',
  },
  {
    words: /^event \w+: No 'Arn' or 'Type' property/,
    remedy: () => 'add Arn with the ARN of a queue, or Type: SQS for a queue that SAM creates',
  },
  {
    words: /\bneeds either (\w+) or (\w+)$/,
    remedy: ([, one = '', other = '']) => `keep exactly one of ${one} and ${other}`,
  },
  ...REMEDIES_IN_MESSAGES,
  {
    words: /[;.,] ?(?:expected|use) (?!of )(.+)$/i,
    remedy: ([, what = '']) => `use ${what}`,
  },
  {
    words: /\bmust be like (.+?)(?:, not .+)?$/,
    remedy: ([, what = '']) => `write the value in the form ${what}`,
  },
  ...REMEDIES_OF_FORMS,
  {
    words:
      /\b(?:must be|must have|must contain|must begin|must end|must list)\b (?!valid)(.+?)(?:, (?:not|because) .+)?$/,
    remedy: (match, at) => {
      const [whole = '', what = ''] = match;
      const [, verb = 'must be'] = /\b(must (?:be|have|contain|begin|end|list))\b/.exec(whole) ?? [];
      return `correct ${named(at, match.input)}: it ${verb} ${what}`;
    },
  },
];

/** @returns undefined if no row describes the message */
export function remedyInWords(message: string, at: At): string | undefined {
  for (const { words, remedy } of REMEDIES_IN_WORDS) {
    const match = words.exec(message);
    if (match !== null) return remedy(match, at);
  }
  return undefined;
}
