/**
 * Expands connectors: the policy, permission, queue policy or topic policy by which one resource may use another. The
 * wording of the refusals was taken from aws-sam-translator 1.115.0.
 * @see SAM developer guide, "AWS SAM connector reference"
 */
import { asOneOrMore, isJsonList, isJsonObject, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import type { Path } from '../cloudformation/template-source.ts';
import { FUNCTION, MACHINE, PROFILES, TABLE } from './sam-connector-profiles.ts';
import type { End, EndName, Profile } from './sam-connector-profiles.ts';
import { present } from './sam-expansion.ts';
import type { SamExpansion } from './sam-expansion.ts';

/** The types whose `Ref` is the ARN. For all other types, `Fn::GetAtt` with `Arn` returns it. */
const REF_IS_ARN = [MACHINE, 'AWS::SNS::Topic', 'AWS::AppSync::GraphQLApi', 'AWS::AppSync::DataSource'];
const ROLE_PROPERTIES: Readonly<Record<string, string>> = {
  [FUNCTION]: 'Role',
  [MACHINE]: 'RoleArn',
  'AWS::AppSync::DataSource': 'ServiceRoleArn',
};
/** The types of SAM that a resource reference without `Id` may have. */
const CLOUDFORMATION_TYPES: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': FUNCTION,
  'AWS::Serverless::StateMachine': MACHINE,
  'AWS::Serverless::Api': 'AWS::ApiGateway::RestApi',
  'AWS::Serverless::HttpApi': 'AWS::ApiGatewayV2::Api',
  'AWS::Serverless::SimpleTable': TABLE,
};

/**
 * A connector of the template: a resource of its own, or an entry in `Connectors` of the resource that is its source.
 */
type Connector = {
  readonly origin: string;
  /** The location of the connector's properties below the resource `origin`. */
  readonly place: Path;
  readonly name: string;
  readonly properties: JsonObject;
  readonly condition: Json | undefined;
};

/** A refusal in SAM's words, with the location below the properties of the connector. */
type Refused = { readonly at: Path; readonly message: string; readonly remedy: string };
type Made = { readonly id: string; readonly type: string; readonly properties: JsonObject };

/**
 * Generates the resources of all connectors. It is called after all other resources are expanded, because a connector
 * reads the types and roles of the resources that SAM generates.
 */
export function expandConnectors(expansion: SamExpansion, declared: JsonObject): void {
  for (const connector of connectorsOf(declared)) {
    const { origin, place, name, condition } = connector;
    const made: string[] = [];
    for (const result of resultsOf(expansion, connector)) {
      if ('message' in result) {
        expansion.refuse(origin, result.at, result.message, result.remedy, place);
        continue;
      }
      expansion.attempt(
        `the resource ${result.id} of the connector is omitted`,
        () => expansion.make(origin, result.id, result.type, result.properties, condition ?? null),
        () => undefined,
      );
      made.push(result.id);
    }
    waitFor(expansion, name, made);
  }
}

function connectorsOf(declared: JsonObject): readonly Connector[] {
  return Object.entries(declared).flatMap(([origin, resource]) => {
    if (!isJsonObject(resource)) return [];
    const alone: readonly Connector[] =
      resource['Type'] === 'AWS::Serverless::Connector'
        ? [
            {
              origin,
              place: ['Properties'],
              name: origin,
              properties: mapOf(resource, 'Properties'),
              condition: resource['Condition'],
            },
          ]
        : [];
    const inside = Object.entries(mapOf(resource, 'Connectors')).map(([name, connector]): Connector => {
      const { SourceReference: reference, ...properties } = mapOf(membersOf(connector), 'Properties');
      return {
        origin,
        place: ['Connectors', name, 'Properties'],
        name: `${origin}${name}`,
        properties: {
          ...properties,
          Source: { ...membersOf(reference), Id: origin },
          ...present({ SourceReference: membersOf(reference)['Id'] === undefined ? undefined : reference }),
        },
        condition: membersOf(connector)['Condition'],
      };
    });
    return [...alone, ...inside];
  });
}

function resultsOf(expansion: SamExpansion, connector: Connector): readonly (Made | Refused)[] {
  const { properties, name } = connector;
  const { Destination: destination, Permissions: permissions, SourceReference: reference } = properties;
  if (reference !== undefined)
    return [
      {
        at: ['SourceReference', 'Id'],
        message: "'Id' shouldn't be defined in 'SourceReference'.",
        remedy: 'remove Id, because the source is the resource that contains the connector',
      },
    ];
  // sam-refusals.ts checks the types of these properties, as for every resource.
  if (destination === undefined || !isJsonList(permissions)) return [];
  if (isJsonList(destination) && destination.length === 0)
    return [
      {
        at: ['Destination'],
        message: "'Destination' is an empty list",
        remedy: 'add the resource that the source uses, or remove the connector',
      },
    ];
  return asOneOrMore(destination).flatMap((each, index) => {
    const suffix = isJsonList(destination) ? `Destination${index}` : '';
    const at: Path = isJsonList(destination) ? ['Destination', String(index)] : ['Destination'];
    const source = endOf(expansion, properties['Source'], each);
    const used = endOf(expansion, each, properties['Source']);
    if ('message' in used) return [{ ...used, at: [...at, ...used.at] }];
    if ('message' in source) return [{ ...source, at: ['Source', ...source.at] }];
    const ends: Ends = { Source: source, Destination: used };
    return connect({ name, suffix, permissions, at }, ends);
  });
}

type Ends = Readonly<Record<EndName, End>>;
type Link = {
  readonly name: string;
  readonly suffix: string;
  readonly permissions: readonly Json[];
  /** The path of the connector's destination. */
  readonly at: Path;
};

function connect({ name, suffix, permissions, at }: Link, ends: Ends): readonly (Made | Refused)[] {
  const { Source: source, Destination: destination } = ends;
  const profile = PROFILES[source.type]?.[destination.type];
  const pair = `connector from ${source.type} to ${destination.type}`;
  if (profile === undefined)
    return [
      {
        at,
        message: `Unable to create ${pair}; it's not supported or the template is invalid.`,
        remedy: 'replace the connector with a policy of the function or with a permission',
      },
    ];
  const refused = refusePermissions(profile, permissions, pair);
  if (refused !== undefined) return [refused];
  const missing = refuseMissing(profile, ends, at);
  if (missing !== undefined) return [missing];
  if (profile.makes === 'policy')
    return [
      {
        id: `${name}Policy${suffix}`,
        type: 'AWS::IAM::ManagedPolicy',
        properties: {
          PolicyDocument: documentOf(profile, permissions, ends),
          Roles: [ends[profile.holder].roleName ?? null],
        },
      },
    ];
  if (profile.makes === 'permission')
    return [
      {
        id: `${name}WriteLambdaPermission${suffix}`,
        type: 'AWS::Lambda::Permission',
        properties: present({
          Action: 'lambda:InvokeFunction',
          FunctionName: destination.arn,
          Principal: profile.principal,
          SourceArn: profile.from(source),
          SourceAccount: profile.hasAccount && { Ref: 'AWS::AccountId' },
        }),
      },
    ];
  const isQueue = profile.makes === 'queue policy';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: profile.service },
    Resource: destination.arn ?? null,
    Action: isQueue ? 'sqs:SendMessage' : 'sns:Publish',
    Condition: { ArnEquals: { 'aws:SourceArn': source.arn ?? null } },
  };
  return [
    {
      id: `${name}${isQueue ? 'QueuePolicy' : 'TopicPolicy'}${suffix}`,
      type: isQueue ? 'AWS::SQS::QueuePolicy' : 'AWS::SNS::TopicPolicy',
      properties: {
        PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
        ...(isQueue ? { Queues: [destination.queueUrl ?? null] } : { Topics: [destination.arn ?? null] }),
      },
    },
  ];
}

function documentOf(
  { holder, grants }: Extract<Profile, { makes: 'policy' }>,
  permissions: readonly Json[],
  ends: Ends,
): JsonObject {
  const used = ends[holder === 'Source' ? 'Destination' : 'Source'];
  const granted = Object.entries(grants).flatMap(([access, all]) =>
    permissions.includes(access) ? all : [],
  );
  return {
    Version: '2012-10-17',
    Statement: granted.map(({ actions, on }) => ({ Effect: 'Allow', Action: actions, Resource: on(used) })),
  };
}

function refusePermissions(
  profile: Profile,
  permissions: readonly Json[],
  pair: string,
): Refused | undefined {
  const known = profile.makes === 'policy' ? Object.keys(profile.grants) : ['Write'];
  const values = `valid values are: ${known.join(', ')}.`;
  const refuse = (message: string, remedy: string): Refused => ({ at: ['Permissions'], message, remedy });
  if (permissions.length === 0)
    return refuse(`'Permissions' cannot be empty; ${values}`, `add ${known.join(' or ')}`);
  const unsupported = `Unsupported 'Permissions' provided for ${pair}; `;
  if (!permissions.every((access) => typeof access === 'string' && known.includes(access)))
    return refuse(`${unsupported}${values}`, `use only ${known.join(' and ')}`);
  const together = profile.makes === 'policy' ? profile.together : undefined;
  const given = known
    .filter((access) => permissions.includes(access))
    .toSorted()
    .join(' + ');
  const combinations = together?.map((each) => each.join(' + '));
  if (combinations === undefined || combinations.includes(given)) return undefined;
  return refuse(
    `${unsupported}valid combinations are: ${combinations.join(', ')}.`,
    `use ${combinations.join(', or ')}`,
  );
}

/**
 * Refuses a resource without a value that its connector needs. Only a resource that is not named by `Id` can lack such
 * a value.
 */
function refuseMissing(profile: Profile, ends: Ends, at: Path): Refused | undefined {
  const placeOf = (name: EndName): Path => (name === 'Source' ? ['Source'] : at);
  for (const [name, member] of neededBy(profile, ends)) {
    if (ends[name][VALUES[member]] === undefined)
      return {
        at: placeOf(name),
        message: `${name}.${member} is missing.`,
        remedy: `add ${member}, or name the resource by Id alone`,
      };
  }
  const refuse = (name: EndName, what: string, remedy: string): Refused => ({
    at: placeOf(name),
    message: `Unable to get ${what} from '${name}' resource.`,
    remedy,
  });
  if (profile.makes === 'policy' && ends[profile.holder].roleName === undefined)
    return refuse(
      profile.holder,
      'IAM role name',
      'refer to a role of this template, or let SAM generate the role, so that the policy can name the role',
    );
  const { arn, queueUrl } = ends.Destination;
  if (profile.makes === 'queue policy' && queueUrl === undefined)
    return refuse('Destination', 'SQS queue URL', 'add QueueUrl');
  if (profile.makes === 'permission' && arn === undefined)
    return refuse('Destination', 'Lambda function ARN', 'add Arn');
  return undefined;
}

type Member = 'Arn' | 'Name' | 'ResourceId' | 'Qualifier';
const VALUES = { Arn: 'arn', Name: 'name', ResourceId: 'resourceId', Qualifier: 'qualifier' } as const;

/** Returns the values that the generated policy or permission must contain. */
function neededBy(profile: Profile, ends: Ends): readonly (readonly [EndName, Member])[] {
  if (profile.makes === 'policy') {
    const used = profile.holder === 'Source' ? 'Destination' : 'Source';
    return ends[used].type === MACHINE
      ? [
          [used, 'Arn'],
          [used, 'Name'],
        ]
      : [[used, 'Arn']];
  }
  if (profile.makes !== 'permission')
    return [
      ['Destination', 'Arn'],
      ['Source', 'Arn'],
    ];
  if (ends.Source.type.startsWith('AWS::ApiGateway'))
    return [
      ['Source', 'ResourceId'],
      ['Source', 'Qualifier'],
    ];
  return [['Source', ends.Source.type.startsWith('AWS::AppSync') ? 'ResourceId' : 'Arn']];
}

/** Returns the values of a resource that a connector refers to. */
function endOf(expansion: SamExpansion, reference: Json | undefined, other: Json | undefined): End | Refused {
  const members = membersOf(reference);
  const { Id: id, Qualifier: given, ...others } = members;
  const has = Object.hasOwn(members, 'Id');
  if (has === Object.keys(others).length > 0)
    return {
      at: [],
      message:
        "Must provide 'Id' (with optional 'Qualifier') or a supported combination of other properties.",
      remedy: 'name the resource by Id alone, or by Type with Arn, RoleName, QueueUrl, ResourceId or Name',
    };
  if (!has) return describedEnd(others, given);
  if (typeof id !== 'string' || id === '')
    return {
      at: ['Id'],
      message: "'Id' is missing or not a string.",
      remedy: 'write the logical id as a string, without !Ref',
    };
  const resource = membersOf(expansion.resources.get(id));
  const type = resource['Type'];
  if (typeof type !== 'string')
    return {
      at: ['Id'],
      message: `Unable to find resource with logical ID '${id}'.`,
      remedy: 'use the logical id of a resource of this template',
    };
  const isApi = type === 'AWS::ApiGateway::RestApi' || type === 'AWS::ApiGatewayV2::Api';
  const isGraph = type === 'AWS::AppSync::GraphQLApi';
  return {
    id,
    type,
    arn: REF_IS_ARN.includes(type) ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] },
    name: type === MACHINE ? { 'Fn::GetAtt': [id, 'Name'] } : undefined,
    queueUrl: type === 'AWS::SQS::Queue' ? { Ref: id } : undefined,
    resourceId: isApi ? { Ref: id } : isGraph ? { 'Fn::GetAtt': [id, 'ApiId'] } : undefined,
    // By default, every route of the API may call the function.
    qualifier: given ?? (isApi ? '*' : undefined),
    roleName: roleNameOf(type, mapOf(resource, 'Properties'), membersOf(other)),
  };
}

function describedEnd(members: JsonObject, qualifier: Json | undefined): End | Refused {
  const {
    Type: type,
    Arn: arn,
    Name: name,
    QueueUrl: queueUrl,
    ResourceId: resourceId,
    RoleName: roleName,
  } = members;
  if (typeof type !== 'string' || type === '')
    return {
      at: [],
      message: "'Type' is missing or not a string.",
      remedy: 'add the type of the resource, such as AWS::SQS::Queue',
    };
  return { type: CLOUDFORMATION_TYPES[type] ?? type, arn, name, queueUrl, resourceId, qualifier, roleName };
}

/**
 * Returns a reference to the role of a resource; undefined if the role is not a resource or parameter of the template.
 */
function roleNameOf(type: string, properties: JsonObject, other: JsonObject): Json | undefined {
  const property = ROLE_PROPERTIES[type];
  const role = property === undefined ? roleOfTarget(properties, other) : properties[property];
  const id = referredId(role);
  return id === undefined ? undefined : { Ref: id };
}

/** Returns the role with which a rule calls the target that the connector names. */
function roleOfTarget({ Targets: targets }: JsonObject, { Id: id, Arn: arn }: JsonObject): Json | undefined {
  const found = asOneOrMore(targets)
    .map((target) => membersOf(target))
    .find(({ Arn: to }) => {
      const referred = referredId(to);
      return (referred !== undefined && referred === id) || (arn !== undefined && isSame(to, arn));
    });
  return found?.['RoleArn'];
}

function isSame(one: Json | undefined, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function referredId(value: Json | undefined): string | undefined {
  const { Ref: ref, 'Fn::GetAtt': attribute } = membersOf(value);
  if (typeof ref === 'string') return ref;
  const [id, ...rest] = typeof attribute === 'string' ? attribute.split('.') : asOneOrMore(attribute);
  return rest.length === 1 && typeof id === 'string' ? id : undefined;
}

/** Replaces each DependsOn on the connector with a DependsOn on the resources that the connector has created. */
function waitFor({ resources }: SamExpansion, connector: string, made: readonly string[]): void {
  for (const [logicalId, resource] of resources) {
    const on = asOneOrMore(membersOf(resource)['DependsOn']);
    if (on.includes(connector) && isJsonObject(resource))
      resources.set(logicalId, {
        ...resource,
        DependsOn: [...on.filter((each) => each !== connector), ...made],
      });
  }
}
