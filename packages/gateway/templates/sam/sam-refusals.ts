/**
 * Finds the faults for which SAM's transform refuses resources and events: unknown or missing properties, values of the
 * wrong type, and combinations of properties.
 * @see https://github.com/aws/serverless-application-model/tree/develop/tests/translator/output (error_*.json)
 */
import { isJsonList, isJsonObject, isTrue, mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { nearestOf } from '../../core/deployability/spelling.ts';
import { judgeIgnored } from './sam-ignored-globals.ts';
import { judgeRuleOfMachine } from './sam-machine-refusals.ts';
import type { Refusal } from './sam-machine-refusals.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { EVENT_PROPERTIES, IN_DOCUMENT, RESOURCE_PROPERTIES } from './sam-property-types.ts';
import type { PropertyForm, PropertyTypes } from './sam-property-types.ts';

const VENDOR = 'AWS::Serverless::';

/** Reports the parts of a resource that SAM refuses. Values of Globals count as values of the resource. */
export function refuseResource(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const { Type: type } = resource;
  const name = typeof type === 'string' && type.startsWith(VENDOR) ? type.slice(VENDOR.length) : '';
  const known = RESOURCE_PROPERTIES.get(name);
  if (known === undefined) return;
  const written = expansion.writtenOf(logicalId);
  const read = expansion.properties(name, resource);
  const merged = asPackaged(read, written);
  const found = [
    ...(merged === read ? [] : judgeDocument(mapOf(read, 'DefinitionBody'))),
    ...judgeProperties(merged, written, known, `${VENDOR}${name}`),
    ...(RULES[name] ?? []).flatMap((judge) => judge(merged, resource) ?? []),
    ...judgeEvents(membersOf(merged['Events']), mapOf(written, 'Events'), name),
  ];
  for (const { at, message, remedy } of found) expansion.refuse(logicalId, at, message, remedy);
  judgeIgnored(expansion, logicalId, resource['IgnoreGlobals'], expansion.globalsOf(name));
}

/**
 * Returns the properties as SAM gets them from `sam deploy`. If the document is in a separate file, it has been
 * uploaded to S3 by then, and SAM does not read it.
 */
function asPackaged(merged: JsonObject, written: JsonObject): JsonObject {
  const { DefinitionUri: uri, DefinitionBody: body, Definition: definition } = written;
  if (uri === undefined || merged['DefinitionUri'] !== undefined) return merged;
  if (body !== undefined || definition !== undefined) return merged;
  const { DefinitionBody: _read, Definition: _machine, ...others } = merged;
  return { ...others, DefinitionUri: uri };
}

/**
 * Refuses a function of CloudFormation in a document that is in a separate file, because API Gateway reads the file as
 * it is (localstack/localstack#4619).
 */
function judgeDocument(document: JsonObject): readonly Refusal[] {
  for (const [path, item] of Object.entries(mapOf(document, 'paths')))
    for (const operation of Object.values(membersOf(item))) {
      const called = functionIn(membersOf(operation)['x-amazon-apigateway-integration']);
      if (called !== undefined)
        return [
          {
            at: ['DefinitionUri'],
            message: `Unable to parse API definition because of a malformed integration at path ${path}. (The file has ${called}, and CloudFormation resolves nothing in it.)`,
            remedy:
              'replace DefinitionUri with DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: FILE } } }, so that CloudFormation reads the file',
          },
        ];
    }
  return [];
}

/** Returns the first key of a function of CloudFormation, at any depth. */
function functionIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = key.startsWith('Fn::') || key === 'Ref' ? key : functionIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function judgeProperties(
  given: JsonObject,
  written: JsonObject,
  known: PropertyTypes,
  type: string,
): readonly Refusal[] {
  const unknown = Object.keys(given)
    .filter((name) => !known.has(name) && !name.startsWith('__') && !name.startsWith('Fn::'))
    .map((name) => {
      const meant = nearestOf(name, [...known.keys()]);
      return {
        at: [name],
        message: `property ${name} not defined for resource of type ${type}`,
        remedy:
          meant === undefined ? `remove ${name}, or correct its name` : `write ${meant} instead of ${name}`,
      };
    });
  const others = [...known].flatMap(([name, { form, isRequired }]): readonly Refusal[] => {
    const value = given[name] ?? null;
    if (value === null)
      return isRequired && given['Fn::Transform'] === undefined
        ? [
            {
              at: [name],
              message: `Missing required property '${name}'.`,
              remedy: `add ${name}${form === undefined ? '' : `, ${FORMS[form]}`}`,
            },
          ]
        : [];
    const literal = written[name];
    return form === undefined || literal === undefined || literal === null || hasForm(literal, form)
      ? []
      : [
          {
            at: [name],
            message: `Type of property '${name}' is invalid.`,
            remedy: `write ${FORMS[form]} for ${name}`,
          },
        ];
  });
  return [...unknown, ...others];
}

const FORMS: Readonly<Record<PropertyForm, string>> = {
  s: 'a string',
  m: 'a mapping',
  l: 'a list (- ITEM)',
  u: 'a string or a mapping',
  a: 'a string or a list',
  i: 'a whole number',
  b: 'true or false',
};

/**
 * Returns whether a value in the template has a form. It returns true for a function, because its value is known only
 * later.
 */
function hasForm(value: Json, form: PropertyForm): boolean {
  const isMap = isJsonObject(value);
  if (isMap && Object.keys(value).some((key) => key === 'Ref' || key.startsWith('Fn::'))) return true;
  const isText = typeof value === 'string';
  switch (form) {
    case 's':
      return isText;
    case 'm':
      return isMap;
    case 'l':
      return isJsonList(value);
    case 'u':
      return isText || isMap;
    case 'a':
      return isText || isJsonList(value);
    case 'i':
      return typeof value === 'number' || (isText && /^\d+$/.test(value));
    case 'b':
      return typeof value === 'boolean' || (isText && /^(?:true|false|yes|no|on|off)$/i.test(value));
  }
}

function judgeEvents(events: JsonObject, written: JsonObject, owner: string): readonly Refusal[] {
  const known = EVENT_PROPERTIES[owner];
  if (known === undefined) return [];
  return Object.entries(events).flatMap(([name, event]): readonly Refusal[] => {
    const at = ['Events', name];
    const { Type: type, Properties: given } = membersOf(event);
    if (!isJsonObject(event) || isJsonObject(type)) return [];
    const types = typeof type === 'string' ? known.get(type) : undefined;
    if (types === undefined || typeof type !== 'string')
      return [
        {
          at: [...at, 'Type'],
          remedy: `set Type to one of ${[...known.keys()].join(', ')}`,
          message: `Event with id [${name}] is invalid. Resource dict has missing or invalid value for key Type. Event Type is: ${typeof type === 'string' ? type : 'None'}.`,
        },
      ];
    const own = mapOf(mapOf(written, name), 'Properties');
    const more = owner === 'StateMachine' ? judgeRuleOfMachine(membersOf(given)) : [];
    return [...judgeProperties(membersOf(given), own, types, type), ...more]
      .filter(({ message }) => !isSaidElsewhere(owner, message))
      .map(({ at: inner, message, remedy }) => ({
        remedy,
        at: [...at, 'Properties', ...inner],
        message: `Event with id [${name}] is invalid. ${message}`,
      }));
  });
}

/**
 * Returns whether the code that expands the event's owner reports this error itself. For a function, that code reports
 * missing properties, because the event then invokes nothing.
 */
function isSaidElsewhere(owner: string, message: string): boolean {
  return owner === 'Function' && message.startsWith('Missing required');
}

type Judge = (properties: JsonObject, resource: JsonObject) => Refusal | undefined;

const has = (properties: JsonObject, name: string): boolean =>
  properties[name] !== undefined && properties[name] !== null;

const EXAMPLES: Readonly<Record<string, string>> = {
  AutoPublishAlias: ' (for example AutoPublishAlias: live)',
};

/** Refuses a property unless the resource also has a certain other property. */
const unlessWith =
  (name: string, needed: string, message: string): Judge =>
  (properties) =>
    has(properties, name) && !has(properties, needed)
      ? { at: [name], message, remedy: `add ${needed}${EXAMPLES[needed] ?? ''}, or remove ${name}` }
      : undefined;

/** Refuses a property together with another one. */
const notWith =
  (name: string, other: string, message: string): Judge =>
  (properties) =>
    has(properties, name) && has(properties, other)
      ? { at: [name], message, remedy: `remove ${name}, or remove ${other}` }
      : undefined;

/** If the document of an API is in S3, the settings of the API that SAM would write into the document are refused. */
const inlineOnly = (names: readonly (readonly [property: string, words: string])[]): readonly Judge[] =>
  names.map(
    ([name, says]): Judge =>
      (properties) =>
        has(properties, name) && has(properties, 'DefinitionUri') && !has(properties, 'DefinitionBody')
          ? {
              at: [name],
              message: says,
              remedy: `replace DefinitionUri with DefinitionBody (with Fn::Transform: AWS::Include for a file), or remove ${name} and write it into the document`,
            }
          : undefined,
  );

const SWAGGER = "works only with inline Swagger specified in 'DefinitionBody' property.";
const OPENAPI = "works only with inline OpenApi specified in the 'DefinitionBody' property.";
const ENDPOINT = "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.";

/** Refuses a Route 53 record without its hosted zone (error_api_invalid_route53… of SAM's translator). */
function judgeZone({ Domain: domain }: JsonObject): Refusal | undefined {
  const { Route53: records } = membersOf(domain);
  return isJsonObject(records) &&
    !has(records, 'HostedZoneId') &&
    !has(records, 'HostedZoneName') &&
    !Object.keys(records).some((name) => name.startsWith('Fn::'))
    ? {
        at: ['Domain', 'Route53'],
        remedy: 'add HostedZoneId or HostedZoneName to Domain.Route53, or remove Route53',
        message: 'HostedZoneId or HostedZoneName is required to enable Route53 support on Custom Domains.',
      }
    : undefined;
}

/** Refuses the tag that SAM itself sets (error_reserved_sam_tag.json of SAM's translator). */
function judgeOwnTag({ Tags: tags }: JsonObject): Refusal | undefined {
  return has(membersOf(tags), OWN_TAG)
    ? {
        at: ['Tags', OWN_TAG],
        message: `${OWN_TAG} is a reserved Tag key name and cannot be set on your resource. Please change the tag key in the input.`,
        remedy: `remove the tag ${OWN_TAG}, or give it another key, because SAM itself sets a tag with this key`,
      }
    : undefined;
}
const OWN_TAG = 'lambda:createdBy';

const SPECIAL_ROUTES = ['$connect', '$disconnect', '$default'];

/** A WebSocket API has no other routes that begin with `$`. */
export function isUnknownSpecialRoute(key: string): boolean {
  return key.startsWith('$') && !SPECIAL_ROUTES.includes(key);
}

/**
 * Refuses route keys that begin with `$` and are unknown (error_websocket_api_invalid_route_name.json of SAM's
 * translator).
 */
function judgeRouteKeys({ Routes: routes }: JsonObject): Refusal | undefined {
  const wrong = Object.keys(membersOf(routes)).find(isUnknownSpecialRoute);
  return wrong === undefined
    ? undefined
    : {
        at: ['Routes', wrong],
        message: `Route key '${wrong}' must be alphanumeric. Only $connect, $disconnect, and $default special routes are supported.`,
        remedy: `write ${wrong.slice(1)} instead of ${wrong}; the route then receives the messages for which RouteSelectionExpression returns this value`,
      };
}

const RULES: Readonly<Record<string, readonly Judge[]>> = {
  WebSocketApi: [judgeRouteKeys],
  Function: [
    judgeOwnTag,
    judgePackageType,
    unlessWith(
      'ProvisionedConcurrencyConfig',
      'AutoPublishAlias',
      'To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function',
    ),
    unlessWith(
      'VersionDeletionPolicy',
      'AutoPublishAlias',
      "'VersionDeletionPolicy' requires 'AutoPublishAlias'.",
    ),
    judgeDeploymentPreference("'DeploymentPreference' requires AutoPublishAlias property to be specified."),
    judgeTenancy,
  ],
  StateMachine: [
    notWith(
      'Definition',
      'DefinitionUri',
      "Specify either 'Definition' or 'DefinitionUri' property and not both.",
    ),
    (properties) =>
      has(properties, 'Definition') || has(properties, 'DefinitionUri')
        ? undefined
        : {
            at: [],
            message: "Either 'Definition' or 'DefinitionUri' property must be specified.",
            remedy: 'add DefinitionUri with the path of the definition, or Definition',
          },
    ({ DefinitionUri: uri }) =>
      isJsonObject(uri) && !(has(uri, 'Bucket') && has(uri, 'Key')) && !has(uri, 'Ref')
        ? {
            at: ['DefinitionUri'],
            remedy: 'add Bucket and Key to DefinitionUri, or write a local path',
            message: "'DefinitionUri' requires Bucket and Key properties to be specified.",
          }
        : undefined,
    judgeDeploymentPreference("'DeploymentPreference' requires 'AutoPublishAlias' property to be specified."),
  ],
  Api: [
    judgeZone,
    (properties) =>
      isTrue(properties['MergeDefinitions']) && has(properties, 'DefinitionUri')
        ? {
            at: ['MergeDefinitions'],
            remedy: 'replace DefinitionUri with DefinitionBody, or remove MergeDefinitions',
            message: "Cannot set 'MergeDefinitions' to True when using `DefinitionUri`.",
          }
        : undefined,
    ...inlineOnly([
      ...IN_DOCUMENT.map((name) => [name, `${name} ${SWAGGER}`] as const),
      ['DisableExecuteApiEndpoint', ENDPOINT],
    ]),
  ],
  HttpApi: [
    judgeZone,
    ...inlineOnly([
      ['CorsConfiguration', `Cors ${OPENAPI.replace('the ', '')}`],
      ...['Auth', 'Tags', 'Description', 'Name'].map((name) => [name, `${name} ${OPENAPI}`] as const),
      ['DisableExecuteApiEndpoint', ENDPOINT],
    ]),
    judgeSecond('Name', ({ title }) => membersOf(title)['Ref'] !== 'AWS::StackName'),
    judgeSecond('Description', (info) => has(info, 'description') && info['description'] !== ''),
  ],
  SimpleTable: ['Name', 'Type'].map(
    (name): Judge =>
      ({ PrimaryKey: key }) =>
        isJsonObject(key) && !has(key, name)
          ? {
              at: ['PrimaryKey'],
              message: `Property 'PrimaryKey.${name}' is required.`,
              remedy:
                name === 'Name'
                  ? 'add Name to PrimaryKey'
                  : 'add Type to PrimaryKey: String, Number or Binary',
            }
          : undefined,
  ),
};

/** Refuses a property of an API whose document already sets it. */
function judgeSecond(name: string, isSaid: (info: JsonObject) => boolean): Judge {
  return (properties) => {
    const { [name]: own, DefinitionBody: document } = properties;
    return has(properties, name) && own !== '' && isJsonObject(document) && isSaid(mapOf(document, 'info'))
      ? {
          at: [name],
          remedy: `remove ${name}, or remove info.${name === 'Name' ? 'title' : 'description'} from DefinitionBody`,
          message: `Unable to set ${name} because it is already defined within inline OpenAPI specified in the 'DefinitionBody' property.`,
        }
      : undefined;
  };
}

function judgePackageType(properties: JsonObject, resource: JsonObject): Refusal | undefined {
  const { PackageType: type = 'Zip' } = properties;
  if (typeof type !== 'string') return undefined;
  if (type !== 'Zip' && type !== 'Image')
    return {
      at: ['PackageType'],
      message: `invalid 'PackageType' : ${type}`,
      remedy: 'set PackageType to Zip or Image',
    };
  const first = (...names: readonly string[]): string | undefined =>
    names.find((name) => has(properties, name));
  if (type === 'Image') {
    const excess = first('Runtime', 'Handler', 'Layers');
    if (excess !== undefined)
      return {
        at: [excess],
        remedy: `remove ${excess}, or set PackageType: Zip`,
        message: 'Runtime, Handler, Layers cannot be present when PackageType is of type `Image`',
      };
    // `sam build` adds the image that it builds from the metadata.
    return has(properties, 'ImageUri') || Object.keys(mapOf(resource, 'Metadata')).length > 0
      ? undefined
      : {
          at: ['PackageType'],
          message: "'ImageUri' must be set.",
          remedy:
            'add ImageUri, or Metadata with Dockerfile and DockerContext, from which sam build builds the image',
        };
  }
  if (has(properties, 'PackageType') && first('ImageUri', 'ImageConfig') !== undefined)
    return {
      at: [first('ImageUri', 'ImageConfig') ?? ''],
      remedy: `remove ${first('ImageUri', 'ImageConfig') ?? ''}, or set PackageType: Image`,
      message: 'ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`',
    };
  return first('ImageUri') === undefined && !(has(properties, 'Runtime') && has(properties, 'Handler'))
    ? {
        at: [has(properties, 'Handler') ? 'Runtime' : 'Handler'],
        remedy: `add ${['Runtime', 'Handler'].filter((name) => !has(properties, name)).join(' and ')}`,
        message: 'Runtime and Handler needs to be present when PackageType is of type `Zip`',
      }
    : undefined;
}

/** SAM shifts traffic gradually unless the preference is disabled (SAM developer guide, DeploymentPreference). */
function judgeDeploymentPreference(message: string): Judge {
  return ({ DeploymentPreference: preference, AutoPublishAlias: alias }) =>
    isJsonObject(preference) &&
    alias === undefined &&
    (preference['Enabled'] === undefined || isTrue(preference['Enabled']))
      ? {
          at: ['DeploymentPreference'],
          message,
          remedy: 'add AutoPublishAlias (for example AutoPublishAlias: live), or remove DeploymentPreference',
        }
      : undefined;
}

const TENANCY = 'is not supported for functions enabled with tenancy configuration.';

function judgeTenancy(properties: JsonObject): Refusal | undefined {
  if (!has(properties, 'TenancyConfig')) return undefined;
  const excluded = [
    ['ProvisionedConcurrencyConfig', 'Provisioned concurrency'],
    ['FunctionUrlConfig', 'Function URL'],
    ['SnapStart', 'SnapStart'],
  ] as const;
  for (const [name, says] of excluded)
    if (has(properties, name))
      return { at: [name], message: `${says} ${TENANCY}`, remedy: `remove ${name}, or remove TenancyConfig` };
  for (const [name, event] of Object.entries(membersOf(properties['Events']))) {
    const type = membersOf(event)['Type'];
    if (typeof type === 'string' && type !== 'Api' && type !== 'HttpApi')
      return {
        at: ['Events', name, 'Type'],
        remedy: `remove the event ${name}, or remove TenancyConfig`,
        message: `Event source '${type}' ${TENANCY} Only Api and HttpApi event sources are supported.`,
      };
  }
  return undefined;
}
