/** Builds the CloudFormation template that would create a case's set-up. The builder is the same for all cases. */
import { addRestApi } from './rest-template.ts';
import { addApiV2 } from './api-v2-template.ts';
import { fillPlaceholders } from './placeholders.ts';
import { ROLE_NAME } from './draft.ts';
import { stepsOf } from '../schema/parity-case.ts';
import type { Draft, Resource } from './draft.ts';
import type { Json, JsonObject, ParityCase, CloudFrontSetup } from '../schema/parity-case.ts';

/** Converts logical ids and display names. The default returns them unchanged. */
export type Naming = (name: string) => string;

type TemplateInputs = {
  readonly naming: Naming;
  /** Base address of the case's HTTP backend, if it has one. */
  readonly backendUrl: string | undefined;
  /** The runner's server for events and connections. */
  readonly runnerUrl: string;
  /** The runner's own OpenID issuer, if the case has tokens. */
  readonly issuerUrl?: string | undefined;
};

/** Returns the template as JSON text. */
export function buildTemplate(parityCase: ParityCase, inputs: TemplateInputs): string {
  const resources = new Map<string, Resource>();
  const draft = startDraft(parityCase, inputs, resources);
  addFunctions(draft, inputs);
  if (parityCase.api === 'rest') addRestApi(draft);
  else addApiV2(draft);
  const { cloudfront } = parityCase.setup;
  if (cloudfront !== undefined) addDistribution(draft, cloudfront, inputs.backendUrl);
  const template = { AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(resources) };
  return JSON.stringify(template, null, 1);
}

function startDraft(parityCase: ParityCase, inputs: TemplateInputs, resources: Map<string, Resource>): Draft {
  // Logical ids are alphanumeric, but names in cases may contain any character.
  const id = (...parts: readonly (string | number)[]): string =>
    inputs.naming(parts.join('').replace(/[^A-Za-z0-9]/g, ''));
  const values = (name: string): string | JsonObject | undefined => {
    const [kind = '', argument = ''] = name.split(':');
    switch (kind) {
      case 'fn':
        return invocationUri(id('Function', argument));
      case 'fnName':
        return { Ref: id('Function', argument) };
      case 'deployment':
        return { Ref: id('Deployment', argument) };
      case 'waf':
        return { 'Fn::GetAtt': [id('Waf', argument), 'Arn'] };
      case 'backend':
        return inputs.backendUrl;
      case 'backendHost':
        return inputs.backendUrl === undefined ? undefined : new URL(inputs.backendUrl).host;
      case 'apiId':
        return { Ref: id('Api') };
      case 'issuer':
        return inputs.issuerUrl;
      case 'region':
        return { Ref: 'AWS::Region' };
      case 'accountId':
        return { Ref: 'AWS::AccountId' };
      case 'role':
        return { 'Fn::Sub': `arn:aws:iam::\${AWS::AccountId}:role/${ROLE_NAME}` };
      default:
        return undefined;
    }
  };
  const fill = (properties: Json): Json => fillPlaceholders(properties, values);
  return {
    parityCase,
    id,
    add(logicalId, resource) {
      if (resources.has(logicalId)) throw new Error(`two resources would have the logical id ${logicalId}`);
      resources.set(logicalId, resource);
    },
    fill,
    fillAll: (properties) => fill(properties) as JsonObject,
  };
}

function invocationUri(functionId: string): JsonObject {
  const parts = [
    'arn:aws:apigateway:',
    { Ref: 'AWS::Region' },
    ':lambda:path/2015-03-31/functions/',
    { 'Fn::GetAtt': [functionId, 'Arn'] },
    '/invocations',
  ];
  return { 'Fn::Join': ['', parts] };
}

/** Expectations for which the functions of a case must report their events. */
const OF_EVENTS = ['event', 'distinctConnectionIds', 'calls', 'events'] as const;

/** Returns the source of each function, with the code that reports to the runner. */
export function sourcesOf(
  parityCase: ParityCase,
  { runnerUrl }: Pick<TemplateInputs, 'runnerUrl'>,
): Readonly<Record<string, string>> {
  const events = stepsOf(parityCase).some(({ expect }) =>
    OF_EVENTS.some((part) => expect[part] !== undefined),
  );
  const connections = parityCase.api === 'websocket';
  return Object.fromEntries(
    Object.entries(parityCase.setup.functions ?? {}).map(([functionName, source]) => [
      functionName,
      wrapFunction(source, { runnerUrl, functionName, events, connections }),
    ]),
  );
}

function addFunctions(draft: Draft, inputs: TemplateInputs): void {
  const { setup } = draft.parityCase;
  for (const [functionName, source] of Object.entries(sourcesOf(draft.parityCase, inputs))) {
    const logicalId = draft.id('Function', functionName);
    draft.add(logicalId, {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: draft.fill('${role}'),
        Timeout: 10,
        Code: { ZipFile: source },
        ...draft.fillAll(setup.functionProps?.[functionName] ?? {}),
      },
    });
    if (setup.withoutPermission?.includes(functionName) === true) continue;
    draft.add(draft.id('Permission', functionName), {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: logicalId },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      },
    });
  }
}

/**
 * Default members of a cache policy, for members that the case does not define. By default, the cache key
 * contains no headers, cookies or query strings.
 */
const NOTHING_IN_KEY = {
  EnableAcceptEncodingGzip: false,
  EnableAcceptEncodingBrotli: false,
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
};
const NOTHING_FORWARDED = {
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
};

/** Adds a CloudFront distribution in front of the API or the backend, with the policies that the case defines. */
function addDistribution(draft: Draft, setup: CloudFrontSetup, backendUrl: string | undefined): void {
  const { distribution = {}, behavior = {}, origin = {}, key, ttls, request, response } = setup;
  const own: Record<string, Json> = {};
  const policy = (type: string, property: string, config: JsonObject): void => {
    const id = draft.id(type);
    const Properties = { [`${type}Config`]: { Name: id, ...draft.fillAll(config) } };
    draft.add(id, { Type: `AWS::CloudFront::${type}`, Properties });
    own[property] = { Ref: id };
  };
  if (key !== undefined || ttls !== undefined) {
    const ParametersInCacheKeyAndForwardedToOrigin = { ...NOTHING_IN_KEY, ...key };
    policy('CachePolicy', 'CachePolicyId', {
      MinTTL: 0,
      DefaultTTL: 60,
      MaxTTL: 3600,
      ...ttls,
      ParametersInCacheKeyAndForwardedToOrigin,
    });
  }
  if (request !== undefined)
    policy('OriginRequestPolicy', 'OriginRequestPolicyId', { ...NOTHING_FORWARDED, ...request });
  if (response !== undefined) policy('ResponseHeadersPolicy', 'ResponseHeadersPolicyId', response);
  draft.add(draft.id('Distribution'), {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Origins: [{ Id: 'origin', ...originOf(draft, setup.of, backendUrl), ...draft.fillAll(origin) }],
        DefaultCacheBehavior: {
          TargetOriginId: 'origin',
          ViewerProtocolPolicy: 'allow-all',
          ...own,
          ...draft.fillAll(behavior),
        },
        ...draft.fillAll(distribution),
      },
    },
  });
}

function originOf(draft: Draft, of: 'api' | 'backend', backendUrl: string | undefined): JsonObject {
  if (of === 'api') {
    const parts = [{ Ref: draft.id('Api') }, '.execute-api.', { Ref: 'AWS::Region' }, '.amazonaws.com'];
    const CustomOriginConfig = { OriginProtocolPolicy: 'https-only' };
    return { DomainName: { 'Fn::Join': ['', parts] }, CustomOriginConfig };
  }
  if (backendUrl === undefined)
    throw new Error('the CloudFront distribution needs a backend, but the case has none');
  const { hostname, port } = new URL(backendUrl);
  const CustomOriginConfig = { OriginProtocolPolicy: 'http-only', HTTPPort: Number(port) };
  return { DomainName: hostname, CustomOriginConfig };
}

/**
 * The code that the runner adds to the one-line handlers of a case. It reports the event to the runner, and provides
 * `connections.post`. The code is the same for every case; `expect.event` is compared with the reported event.
 */
type Reporting = {
  /** Base address of the runner's own server. */
  readonly runnerUrl: string;
  /** Name of the function in the case. */
  readonly functionName: string;
  /** True if each event is sent to the runner before the handler gets it. */
  readonly events: boolean;
  /** True if the function can call `connections.post(id, data)`. */
  readonly connections: boolean;
};

const POST = (runnerUrl: string): string => `
const postToRunner = (path, data) => new Promise((resolve, reject) => {
  const request = require('node:http').request('${runnerUrl}' + path, { method: 'POST' }, (reply) => {
    reply.resume();
    reply.on('end', () => reply.statusCode < 300 ? resolve(reply.statusCode) : reject(Object.assign(new Error('the runner answered ' + reply.statusCode), { statusCode: reply.statusCode })));
  });
  request.on('error', reject);
  request.end(data);
});
`;

const CONNECTIONS = `
const connections = { post: (id, data) => postToRunner('/connections/' + encodeURIComponent(id), data) };
`;

/** Returns the code that reports events. A handler that declares three arguments is still called with a callback. */
const REPORT_EVENTS = (functionName: string): string => `
;{
  const handler = exports.handler;
  const report = (event) => postToRunner('/events/${functionName}', JSON.stringify(event));
  exports.handler = handler.length > 2
    ? (event, context, callback) => { report(event).then(() => handler(event, context, callback), callback); }
    : async (event, context) => { await report(event); return handler(event, context); };
}
`;

/** Returns the text of `Code.ZipFile`. A function that needs nothing from the runner stays unchanged. */
function wrapFunction(source: string, { runnerUrl, functionName, events, connections }: Reporting): string {
  if (!events && !connections) return source;
  const head = `${POST(runnerUrl)}${connections ? CONNECTIONS : ''}`;
  return `${head}${source}\n${events ? REPORT_EVENTS(functionName) : ''}`;
}
