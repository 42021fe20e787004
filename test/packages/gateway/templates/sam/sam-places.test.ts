/** The place in a SAM template of each part that SAM makes from an event: the line of a finding about the part. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import {
  EVENT_SOURCES,
  findEventSource,
  settingsOf,
} from '../../../../../packages/gateway/core/stack/event-sources.ts';
import { parseSource } from '../../../../../packages/gateway/templates/cloudformation/template-source.ts';
import { EVENT_PROPERTIES } from '../../../../../packages/gateway/templates/sam/sam-property-types.ts';
import { expandSam } from '../../../../../packages/gateway/templates/sam/sam.ts';

const MARKER = 'a marked value';

/** Properties without which SAM refuses an event. */
const NEEDED: Readonly<Record<string, JsonObject>> = {
  SQS: { Queue: 'arn' },
  DynamoDB: { Stream: 'arn', StartingPosition: 'LATEST' },
  Kinesis: { Stream: 'arn', StartingPosition: 'LATEST' },
  SNS: { Topic: 'arn' },
  S3: { Bucket: { Ref: 'Bucket' }, Events: 's3:ObjectCreated:*' },
  Schedule: { Schedule: 'rate(1 day)' },
  ScheduleV2: { ScheduleExpression: 'rate(1 day)' },
  EventBridgeRule: { Pattern: {} },
  CloudWatchEvent: { Pattern: {} },
  CloudWatchLogs: { LogGroupName: 'group', FilterPattern: '' },
  Cognito: { UserPool: { Ref: 'Pool' }, Trigger: 'PreSignUp' },
};

/** Properties whose values SAM does not pass on, but decides by them what it makes. */
const DECIDING = ['Enabled', 'OmitName', 'Trigger'];

/** Properties whose value must be a Ref to a resource of the template. */
const REFERRING = ['UserPool', 'Bucket'];

/** Members that SAM reads from a property. */
const MEMBERS: Readonly<Record<string, string>> = {
  DeadLetterConfig: 'Arn',
  Target: 'Id',
  SqsSubscription: 'QueueArn',
};
const BESIDE: Readonly<Record<string, JsonObject>> = { SqsSubscription: { QueueUrl: 'url' } };

const formOf = (type: string, property: string): string | undefined =>
  EVENT_PROPERTIES['Function']?.get(type)?.get(property)?.form;

/** Returns the value to look for, which SAM must accept: a text, a number, or true. */
function markerOf(type: string, property: string): Json {
  const form = formOf(type, property);
  return form === 'i' ? 4242 : form === 'b' ? true : MARKER;
}

function valueOf(type: string, property: string): Json {
  const form = formOf(type, property);
  if (form === 'i' || form === 'b') return markerOf(type, property);
  const member = MEMBERS[property];
  if (property === 'DestinationConfig') return { OnFailure: { Destination: MARKER } };
  if (member !== undefined) return { [member]: MARKER, ...BESIDE[property] };
  return form === 'm' ? { Member: MARKER } : form === 'l' ? [MARKER] : MARKER;
}

function* placed(
  marker: Json,
  value: Json | undefined,
  at: readonly string[] = [],
): Generator<readonly string[]> {
  if (value === marker) yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* placed(marker, inner, [...at, key]);
}

/** Returns the place of each marked value that SAM makes from a template. */
function placesIn(marker: Json, template: JsonObject): readonly (readonly string[])[] {
  const tree = parseSource(JSON.stringify(template), '/app/shop.json');
  const expanded = expandSam(tree.value, tree);
  return [...placed(marker, expanded.template['Resources'])].map((path) =>
    expanded.originOf(['Resources', ...path]),
  );
}

/** Returns the place of each marked value that SAM makes from an event with the properties. */
function placesOf(marker: Json, Type: string, Properties: JsonObject): readonly (readonly string[])[] {
  return placesIn(marker, {
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Events: { E: { Type, Properties } } },
      },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Pool: { Type: 'AWS::Cognito::UserPool' },
    },
  });
}

describe('findOrigin', () => {
  for (const type of Object.keys(EVENT_SOURCES)) {
    const { mapping, properties = [] } = findEventSource(type) ?? {};
    const all = mapping === undefined ? properties : [...settingsOf(mapping), mapping.arnProperty];
    for (const property of all.filter((one) => !REFERRING.includes(one)))
      it(`finds ${property} of an event of the type ${type}`, () => {
        const places = placesOf(markerOf(type, property), type, {
          ...NEEDED[type],
          [property]: valueOf(type, property),
        });

        assert.ok(places.length > 0 || DECIDING.includes(property), 'SAM passes the value on');
        const at = ['Resources', 'F', 'Properties', 'Events', 'E', 'Properties', property];
        const value = valueOf(type, property);
        const [below = []] = isJsonObject(value) || Array.isArray(value) ? [...placed(MARKER, value)] : [];
        const wanted = [...at, ...below].join('.');
        // The part of a policy for a queue has no place of its own in the template.
        for (const place of places.map((one) => one.join('.')))
          assert.ok(`${place}.`.startsWith(`${wanted}.`) || place === at.join('.'), place);
      });
  }
});

/** Properties of APIs that SAM passes on, by the kind of the API, with the value whose place is looked for. */
const OF_APIS: Readonly<Record<'Api' | 'HttpApi', readonly (readonly [path: string, value: Json])[]>> = {
  Api: [
    ['AccessLogSetting.DestinationArn', MARKER],
    ['AccessLogSetting.Format', MARKER],
    ['BinaryMediaTypes.0', MARKER],
    ['CacheClusterSize', MARKER],
    ['CanarySetting.StageVariableOverrides.Member', MARKER],
    ['Cors.AllowHeaders', MARKER],
    ['Cors.AllowMethods', MARKER],
    ['Cors.AllowOrigin', MARKER],
    ['Cors.MaxAge', MARKER],
    ['Cors', MARKER],
    ['Domain.DomainName', MARKER],
    ['MethodSettings.0.CacheTtlInSeconds', 4242],
    ['MinimumCompressionSize', 4242],
    ['Name', MARKER],
    ['Variables.Member', MARKER],
    ['GatewayResponses.DEFAULT_4XX.ResponseParameters.Headers.X-Reason', MARKER],
    ['GatewayResponses.DEFAULT_4XX.ResponseTemplates.application/json', MARKER],
  ],
  HttpApi: [
    ['AccessLogSettings.DestinationArn', MARKER],
    ['AccessLogSettings.Format', MARKER],
    ['CorsConfiguration.AllowHeaders.0', MARKER],
    ['CorsConfiguration.AllowMethods.0', MARKER],
    ['CorsConfiguration.AllowOrigins.0', MARKER],
    ['CorsConfiguration.ExposeHeaders.0', MARKER],
    ['CorsConfiguration.MaxAge', 4242],
    ['DefaultRouteSettings.ThrottlingBurstLimit', 4242],
    ['Domain.DomainName', MARKER],
    ['StageVariables.Member', MARKER],
  ],
};

function nested([step = '', ...rest]: readonly string[], value: Json): Json {
  const inner = rest.length === 0 ? value : nested(rest, value);
  return step === '0' ? [inner] : { [step]: inner };
}

const DOMAIN = { DomainName: 'a.example.com', CertificateArn: 'arn' };

/** Builds a template with a route of an API that has the property itself or takes it from Globals. */
function withApi(kind: 'Api' | 'HttpApi', property: JsonObject, home: string): JsonObject {
  const reference = kind === 'Api' ? 'RestApiId' : 'ApiId';
  const { Domain: domain } = property;
  const whole: JsonObject = isJsonObject(domain) ? { Domain: { ...DOMAIN, ...domain } } : property;
  const [own, globals] =
    home === 'of its own'
      ? [{ Own: { Type: `AWS::Serverless::${kind}`, Properties: { StageName: 'dev', ...whole } } }, {}]
      : [{ Own: { Type: `AWS::Serverless::${kind}`, Properties: { StageName: 'dev' } } }, { [kind]: whole }];
  const isImplicit = home === 'of the API that SAM adds';
  const route = { Path: '/a', Method: 'get', ...(isImplicit ? {} : { [reference]: { Ref: 'Own' } }) };
  const events = { E: { Type: kind, Properties: route } };
  const F = {
    Type: 'AWS::Serverless::Function',
    Properties: { Runtime: 'nodejs24.x', Handler: 'a.b', Events: events },
  };
  return {
    Transform: 'AWS::Serverless-2016-10-31',
    Globals: globals,
    Resources: { F, ...(isImplicit ? {} : own) },
  };
}

describe('findOrigin, in an API', () => {
  for (const kind of ['Api', 'HttpApi'] as const)
    for (const [path, value] of OF_APIS[kind])
      for (const [home, at] of [
        ['of its own', ['Resources', 'Own', 'Properties']],
        ['in Globals', ['Globals', kind]],
        ['of the API that SAM adds', ['Globals', kind]],
      ] as const)
        it(`finds ${path} ${home} (${kind})`, () => {
          const steps = path.split('.');
          const places = placesIn(value, withApi(kind, membersOf(nested(steps, value)), home));

          assert.ok(places.length > 0, 'SAM passes the value on');
          const wanted = [...at, ...steps].join('.');
          for (const place of places) assert.equal(place.join('.'), wanted);
        });
});

/** Properties of other resources that SAM passes on, by the type of SAM, with what else the resource needs. */
const OF_OTHERS: readonly (readonly [type: string, needed: JsonObject, ...paths: readonly string[]])[] = [
  [
    'StateMachine',
    { Definition: { StartAt: 'A', States: { A: { Type: 'Succeed' } } } },
    'Name',
    'Type',
    'Role',
    'Logging.Level',
    'Tracing.Member',
    'PermissionsBoundary',
    'DefinitionSubstitutions.Member',
  ],
  [
    'Function',
    { Runtime: 'nodejs24.x', Handler: 'a.b', DeadLetterQueue: { Type: 'SQS', TargetArn: 'arn' } },
    'FunctionName',
    'Role',
    'Tracing',
    'KmsKeyArn',
    'PermissionsBoundary',
    'DeadLetterQueue.TargetArn',
    'Environment.Variables.Member',
    'Layers.0',
    'VpcConfig.SubnetIds.0',
  ],
  ['SimpleTable', {}, 'TableName', 'SSESpecification.Member'],
  ['LayerVersion', { ContentUri: '.' }, 'LayerName', 'Description', 'LicenseInfo', 'CompatibleRuntimes.0'],
];

describe('findOrigin, in other resources', () => {
  for (const [type, needed, ...paths] of OF_OTHERS)
    for (const path of paths)
      it(`finds ${path} of ${type}`, () => {
        const property = membersOf(nested(path.split('.'), MARKER));
        const [name = ''] = Object.keys(property);
        const Properties = {
          ...needed,
          ...property,
          ...(isJsonObject(needed[name]) && { [name]: { ...needed[name], ...membersOf(property[name]) } }),
        };
        const places = placesIn(MARKER, {
          Transform: 'AWS::Serverless-2016-10-31',
          Resources: { Own: { Type: `AWS::Serverless::${type}`, Properties: Properties } },
        });

        assert.ok(places.length > 0, 'SAM passes the value on');
        const found = places.map((place) => place.join('.'));
        // A right that SAM adds for the property has no place of its own in the template.
        const wanted = `Resources.Own.Properties.${path}`;
        assert.deepEqual([...new Set(found.filter((one) => !one.includes('.Policies.')))], [wanted]);
      });

  it('finds the boundary of a state machine in the role of its event', () => {
    const places = placesIn(MARKER, {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        Own: {
          Type: 'AWS::Serverless::StateMachine',
          Properties: {
            Definition: { StartAt: 'A', States: { A: { Type: 'Succeed' } } },
            PermissionsBoundary: MARKER,
            Events: { Start: { Type: 'Api', Properties: { Path: '/a', Method: 'post' } } },
          },
        },
      },
    });

    assert.deepEqual(
      [...new Set(places.map((place) => place.join('.')))],
      ['Resources.Own.Properties.PermissionsBoundary'],
    );
  });
});

describe('findOrigin, in what guards an operation', () => {
  const AUTH = {
    ApiKeyRequired: true,
    DefaultAuthorizer: 'Users',
    Authorizers: { Users: { UserPoolArn: 'arn', AuthorizationScopes: ['read'] } },
    AddDefaultAuthorizerToCorsPreflight: false,
  };
  const guarded = (own: JsonObject): JsonObject => ({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Own: { Type: 'AWS::Serverless::Api', Properties: { StageName: 'dev', Cors: "'*'", Auth: AUTH } },
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'a.b',
          Events: {
            E: { Type: 'Api', Properties: { Path: '/a', Method: 'get', RestApiId: { Ref: 'Own' }, ...own } },
          },
        },
      },
    },
  });
  const EVENT = 'Resources.F.Properties.Events.E.Properties.Auth';

  for (const [name, own, method, guard, wanted] of [
    ['the key of a preflight', {}, 'options', 'api_key', 'Resources.Own.Properties.Auth.ApiKeyRequired'],
    ['the key of the API', {}, 'get', 'api_key', 'Resources.Own.Properties.Auth.ApiKeyRequired'],
    ['the key of an event', { Auth: { ApiKeyRequired: true } }, 'get', 'api_key', `${EVENT}.ApiKeyRequired`],
    [
      'the scopes of an authorizer',
      {},
      'get',
      'Users',
      'Resources.Own.Properties.Auth.Authorizers.Users.AuthorizationScopes',
    ],
    [
      'the scopes of an event',
      { Auth: { Authorizer: 'Users', AuthorizationScopes: ['write'] } },
      'get',
      'Users',
      `${EVENT}.AuthorizationScopes`,
    ],
  ] as const)
    it(`finds ${name}`, () => {
      const tree = parseSource(JSON.stringify(guarded(own)), '/app/shop.json');
      const expanded = expandSam(tree.value, tree);
      const at = ['Resources', 'Own', 'Properties', 'Body', 'paths', '/a', method, 'security', '0', guard];

      assert.equal(expanded.originOf(at).join('.'), wanted);
    });
});
