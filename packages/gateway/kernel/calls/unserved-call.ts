/**
 * Describes a call that the gateway does not serve: the operation, its subject in words, and what to do instead. The
 * advice contains only what helps: a template only if the gateway reads the resource type, and `--aws` only if that
 * option sends the calls to the service.
 */
import { readOperation } from '@gatewright/aws/aws-operation';
import { endpointVariableOf } from '@gatewright/aws/endpoint-variables';
import { UNSERVED_ADDRESSES } from './models/addresses.ts';

type RestCall = {
  /** The signing name of the service. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The bucket in the host name of a call to S3. */
  readonly subdomain?: string | undefined;
};

/** The names of services by signing name. For a service that is not listed, the signing name itself is used. */
const TITLES: Readonly<Record<string, string>> = {
  apigateway: 'API Gateway',
  appconfig: 'AppConfig',
  acm: 'ACM',
  cloudformation: 'CloudFormation',
  cloudfront: 'CloudFront',
  'cognito-idp': 'Cognito',
  dynamodb: 'DynamoDB',
  events: 'EventBridge',
  iam: 'IAM',
  kinesis: 'Kinesis',
  lambda: 'Lambda',
  logs: 'CloudWatch Logs',
  monitoring: 'CloudWatch',
  s3: 'S3',
  secretsmanager: 'Secrets Manager',
  servicediscovery: 'Cloud Map',
  sns: 'SNS',
  sqs: 'SQS',
  ssm: 'Systems Manager',
  states: 'Step Functions',
  sts: 'STS',
  wafv2: 'AWS WAF',
  xray: 'X-Ray',
};

export function titleOf(service: string): string {
  return TITLES[service] ?? service;
}

/**
 * Services whose unserved calls are never sent to AWS, whatever `--aws` says. Of Cognito's calls, `--aws` sends only
 * the ones that the gateway itself can answer.
 */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'apigateway',
  'cognito-idp',
  'dynamodb',
  'execute-api',
  'lambda',
]);

/** The prefix of a service's resource types, and the last parts of the types that the gateway reads in templates. */
type Defined = { readonly prefix: string; readonly types: readonly string[]; readonly parts?: Parts };
/**
 * Maps nouns in operation names to resource types. Such a noun is a property of the type, or the type has a different
 * name than the noun.
 */
type Parts = Readonly<Record<string, string>>;

const BUCKET_PARTS = [
  'AccelerateConfiguration',
  'Acl',
  'AnalyticsConfiguration',
  'Cors',
  'Encryption',
  'IntelligentTieringConfiguration',
  'InventoryConfiguration',
  'Lifecycle',
  'LifecycleConfiguration',
  'Logging',
  'MetricsConfiguration',
  'NotificationConfiguration',
  'OwnershipControls',
  'Replication',
  'Tagging',
  'Versioning',
  'Website',
];

/** A test compares these types with the types that the gateway reads. */
export const DEFINED: Readonly<Record<string, Defined>> = {
  'cognito-idp': {
    prefix: 'AWS::Cognito',
    types: ['UserPool', 'UserPoolClient', 'UserPoolDomain', 'UserPoolGroup', 'UserPoolResourceServer'],
    parts: {
      CustomAttributes: 'UserPool',
      Group: 'UserPoolGroup',
      ResourceServer: 'UserPoolResourceServer',
      UserPoolMfaConfig: 'UserPool',
    },
  },
  cloudfront: {
    prefix: 'AWS::CloudFront',
    types: [
      'CachePolicy',
      'Distribution',
      'MonitoringSubscription',
      'OriginRequestPolicy',
      'PublicKey',
      'ResponseHeadersPolicy',
    ],
    parts: { DistributionWithTags: 'Distribution' },
  },
  events: {
    prefix: 'AWS::Events',
    types: ['EventBus', 'Rule'],
    parts: { Permission: 'EventBusPolicy', Targets: 'Rule' },
  },
  iam: {
    prefix: 'AWS::IAM',
    types: ['AccessKey', 'Group', 'ManagedPolicy', 'Role', 'User'],
    parts: {
      AssumeRolePolicy: 'Role',
      AttachGroupPolicy: 'Group',
      AttachRolePolicy: 'Role',
      AttachUserPolicy: 'User',
      DetachGroupPolicy: 'Group',
      DetachRolePolicy: 'Role',
      DetachUserPolicy: 'User',
      GroupPolicy: 'Group',
      Policy: 'ManagedPolicy',
      PolicyVersion: 'ManagedPolicy',
      RolePolicy: 'Role',
      UserFromGroup: 'User',
      UserPolicy: 'User',
      UserToGroup: 'User',
    },
  },
  kinesis: {
    prefix: 'AWS::Kinesis',
    types: ['Stream'],
    parts: {
      ShardCount: 'Stream',
      StreamEncryption: 'Stream',
      StreamMode: 'Stream',
      StreamRetentionPeriod: 'Stream',
    },
  },
  lambda: {
    prefix: 'AWS::Lambda',
    types: ['Alias', 'Function', 'LayerVersion', 'LayerVersionPermission', 'Version'],
    parts: {
      FunctionCodeSigningConfig: 'Function',
      FunctionConcurrency: 'Function',
      FunctionConfiguration: 'Function',
      FunctionEventInvokeConfig: 'EventInvokeConfig',
      FunctionRecursionConfig: 'Function',
      FunctionUrlConfig: 'Url',
      ProvisionedConcurrencyConfig: 'Alias',
      RuntimeManagementConfig: 'Function',
    },
  },
  logs: {
    prefix: 'AWS::Logs',
    types: ['LogGroup', 'LogStream', 'QueryDefinition', 'SubscriptionFilter'],
  },
  monitoring: { prefix: 'AWS::CloudWatch', types: ['Dashboard'] },
  s3: {
    prefix: 'AWS::S3',
    types: ['Bucket', 'BucketPolicy'],
    parts: {
      ...Object.fromEntries(BUCKET_PARTS.map((part) => [`Bucket${part}`, 'Bucket'])),
      PublicAccessBlock: 'Bucket',
    },
  },
  secretsmanager: { prefix: 'AWS::SecretsManager', types: ['Secret'] },
  servicediscovery: {
    prefix: 'AWS::ServiceDiscovery',
    types: ['HttpNamespace', 'PrivateDnsNamespace', 'PublicDnsNamespace', 'Service'],
  },
  sns: {
    prefix: 'AWS::SNS',
    types: ['Topic'],
    parts: {
      Permission: 'TopicPolicy',
      Subscribe: 'Subscription',
      SubscriptionAttributes: 'Subscription',
      TopicAttributes: 'Topic',
      Unsubscribe: 'Subscription',
    },
  },
  states: {
    prefix: 'AWS::StepFunctions',
    types: ['StateMachine'],
    parts: { StateMachineAlias: 'StateMachine', StateMachineVersion: 'StateMachine' },
  },
  sqs: { prefix: 'AWS::SQS', types: [], parts: { Permission: 'QueuePolicy' } },
  wafv2: {
    prefix: 'AWS::WAFv2',
    types: ['IPSet', 'LoggingConfiguration', 'RegexPatternSet', 'RuleGroup', 'WebACL'],
  },
};
/**
 * The operations that change a different resource than the one in their name: `AssociateWebACL` does not change a web
 * ACL.
 */
const OTHERWISE: Parts = {
  AssociateWebACL: 'AWS::WAFv2::WebACLAssociation',
  DisassociateWebACL: 'AWS::WAFv2::WebACLAssociation',
};
const CHANGES =
  /^(?:Add|Create|Decrease|Delete|Disable|Enable|Increase|Modify|Publish|Put|Remove|Set|Start|Stop|Update)(?=[A-Z])/;
const TAGS = /^(?:Add|Remove|Tag|Untag)(?:Tags\w*|Resource|LogGroup)$/;

const ACRONYMS =
  /^(?:acl|api|aws|cidr|cors|csv|dns|http|iam|id|ip|json|kms|mfa|ops|sdk|sms|sql|ssl|ui|url|vpc)s?$/;

/** Returns what an operation concerns, in words: `function URL config` for CreateFunctionUrlConfig. */
export function subjectOf(operation: string): string {
  if (TAGS.test(operation)) return 'tags';
  if (/^(?:Uns|S)ubscribe$/.test(operation)) return 'subscription';
  const words = operation.match(/[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+/g) ?? [
    operation,
  ];
  const said = words.map((word) => {
    const lower = word.toLowerCase();
    return ACRONYMS.test(lower) || (word.length > 1 && word === word.toUpperCase())
      ? word.toUpperCase().replace(/(?<=^(?:ID|URL|API|IP|ACL))S$/, 's')
      : lower;
  });
  return (said.length === 1 ? said : said.slice(1)).join(' ');
}

/**
 * Returns the resource type in a template that an operation creates, changes or removes; undefined if there is none.
 */
export function typeBehind(service: string, operation: string): string | undefined {
  const own = OTHERWISE[operation];
  if (own !== undefined) return own;
  const { prefix, types, parts = {} } = DEFINED[service] ?? { prefix: '', types: [] };
  const noun = operation.replace(CHANGES, '');
  if (noun === operation && !Object.hasOwn(parts, noun)) return undefined;
  const single = noun.replace(/s$/, '');
  const found = parts[noun] ?? types.find((type) => type === noun || type === single);
  return found === undefined ? undefined : `${prefix}::${found}`;
}

/**
 * Returns the message for an operation that the gateway does not serve.
 * @param operation its name, or the method and the path of a call that AWS's models do not have
 * @param own what to do instead, if the service has more specific advice than this file
 */
export function describeUnserved(service: string, operation: string, own?: string): string {
  const isNamed = /^[A-Z]\w*$/.test(operation);
  const what = `${operation} of ${titleOf(service)}${isNamed ? ` (${subjectOf(operation)})` : ''}`;
  return `${what} is not supported by this gateway. ${adviceFor(service, operation, own)}`;
}

function adviceFor(service: string, operation: string, own: string | undefined): string {
  const type = typeBehind(service, operation);
  const [first, ...rest] = [
    ...(own === undefined ? [] : [own]),
    ...(type === undefined ? [] : [`create, change or remove the ${type} in the template of a stack`]),
    ...(TAGS.test(operation) ? ['set the tags in the template of a stack'] : []),
    ...(NEVER_SENT.has(service)
      ? []
      : [
          `pass --aws ${service} to send all calls to this AWS service to AWS, or send them to another endpoint with ${endpointVariableOf(service)}`,
        ]),
  ];
  if (first === undefined) return 'Make this call to AWS itself.';
  const all = [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...rest];
  return `${all.join('; or ')}.`;
}

type Address = {
  readonly method: string;
  readonly path: RegExp;
  readonly query: readonly string[];
  readonly name: string;
};
const addresses = new Map<string, readonly Address[]>();

/** Returns the service, the method, the path with its parameters, and the name of each operation. */
export function readAddresses(): readonly (readonly [string, string, string, string])[] {
  return UNSERVED_ADDRESSES.trim()
    .split('\n')
    .flatMap((line) => {
      const [service = '', method = '', ...rest] = line.split(' ');
      return rest.flatMap((place, at) =>
        at % 2 === 0 ? [[service, method, place, rest[at + 1] ?? ''] as const] : [],
      );
    });
}

function addressesOf(service: string): readonly Address[] {
  const known = addresses.get(service);
  if (known !== undefined) return known;
  const read = readAddresses()
    .filter(([of]) => of === service)
    .map(([, method, place, name]): Address => {
      const [path = '', query = ''] = place.split('?');
      const pattern = path
        .replace(/[.*()$^|\\]/g, '\\$&')
        .replaceAll('{+}', '.+')
        .replaceAll('{}', '[^/]+');
      return {
        method,
        name,
        path: new RegExp(`^${pattern}/?$`, 's'),
        query: query === '' ? [] : query.split('&'),
      };
    })
    // The address with the most parameters is the one that is meant.
    .toSorted((one, other) => other.query.length - one.query.length);
  addresses.set(service, read);
  return read;
}

type AnyCall = RestCall & { readonly rawHeaders: readonly string[]; readonly body: string | Buffer };

/**
 * Returns the name of an operation as the call states it in its protocol. It is shown for services that the gateway
 * does not serve at all.
 */
export function nameOfAny(call: AnyCall): string {
  const operation = readOperation({ ...call, headers: call.rawHeaders });
  // The caller chooses the text, which is shown only if it has the form of a name.
  return operation.protocol !== 'rest' && /^\w{1,64}$/.test(operation.action)
    ? operation.action
    : nameUnserved(call);
}

/** Returns the name of an operation of S3 that is served, but not with every member. */
function namePartOfS3(place: string, method: string, given: URLSearchParams): string | undefined {
  if (place === '/')
    return method === 'POST' && given.has('delete')
      ? 'DeleteObjects with VersionId, LastModifiedTime or Size'
      : undefined;
  const change = method === 'PUT' ? 'Put' : method === 'DELETE' ? 'Delete' : undefined;
  return given.has('versionId') && given.has('tagging') && change !== undefined
    ? `${change}ObjectTagging with the versionId of an earlier version`
    : undefined;
}

/**
 * Finds the operation of an unserved call by method and path. Returns the method and the path if AWS's models lack the
 * operation.
 */
export function nameUnserved({ service, method, path, query, subdomain }: RestCall): string {
  const given = new URLSearchParams(query);
  const isInPath = service === 's3' && subdomain === undefined;
  const place = isInPath ? path.replace(/^\/[^/]+/, '') || '/' : path;
  const all = addressesOf(service);
  // On S3, an operation is ruled out if it lacks a query parameter of the call that another operation has.
  const isOfOther = (one: Address): boolean =>
    service === 's3' &&
    all.some(({ query: names }) => names.some((name) => given.has(name) && !one.query.includes(name)));
  const found = all.find(
    (one) =>
      one.method === method &&
      one.path.test(place) &&
      one.query.every((name) => given.has(name)) &&
      (one.query.length > 0 || !isOfOther(one)),
  );
  return (
    found?.name ??
    (service === 's3' ? namePartOfS3(place, method, given) : undefined) ??
    nameRestCall({ method, path, query })
  );
}

/**
 * Describes a call that has no action, for messages: `PUT /photos?notification`. The names of query parameters are
 * included, because they distinguish the operations of one path. Values and signature parameters are left out, because
 * they may be secret.
 */
export function nameRestCall({ method, path, query }: Pick<RestCall, 'method' | 'path' | 'query'>): string {
  const names = [...new Set(new URLSearchParams(query).keys())].filter(
    (name) => !/^x-(?:amz-|id$)/i.test(name),
  );
  return `${method} ${path}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
