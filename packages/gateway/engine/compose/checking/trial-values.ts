/**
 * Trial values for parameters without a value. A check with one of them shows what AWS would refuse if the parameter
 * had this value. A part that is refused with each of them, although some are valid, is refused whatever the value is.
 */
import { isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { namesIn } from '../../../core/deployability/names-in.ts';
import { withOwnSchema } from '../../../core/deployability/own-schemas.ts';
import type { SchemaTable } from '../../../core/deployability/schema-check.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';

/** Values by parameter. */
export type TrialValues = ReadonlyMap<string, readonly string[]>;

/** The maximum number of names and strings of the templates that are tried for a parameter. */
const MAX_TEXTS = 80;

const ACCOUNT = '123456789012';

/** Strings in the forms that AWS's properties require. */
const FORMS: readonly string[] = [
  'a1',
  'trial.example.com',
  'https://trial.example.com/a1',
  'trial@example.com',
  '1',
  '60',
  '300',
  'true',
  'false',
  '*',
  '/a1',
  '{}',
  'rate(1 day)',
  '10.0.0.0/16',
  `arn:aws:lambda:us-east-1:${ACCOUNT}:function:a1`,
  `arn:aws:sqs:us-east-1:${ACCOUNT}:a1`,
  `arn:aws:sqs:us-east-1:${ACCOUNT}:a1.fifo`,
  `arn:aws:sns:us-east-1:${ACCOUNT}:a1`,
  `arn:aws:iam::${ACCOUNT}:role/a1`,
  'arn:aws:s3:::a1',
  `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/a1/stream/2026-01-01T00:00:00.000`,
  `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/a1`,
  `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/11111111-1111-4111-8111-111111111111`,
];

/** Values for a parameter that is only a part of longer strings, or whose value AWS does not read. */
const PARTS_OF_TEXTS: readonly string[] = ['a1', 'Trial-2', '9', 'b', 'x_y'];

/** The members whose values AWS passes on without reading them. */
const NOT_READ: ReadonlySet<string> = new Set(['Variables', 'Tags', 'Description']);

/** Values that AWS lists only in the text of its documentation, not in a schema. */
const IN_WORDS: Readonly<Record<string, readonly string[]>> = {
  Protocol: 'http https email email-json sms sqs application lambda firehose tcp udp'.split(' '),
  ProtocolType: ['HTTP', 'WEBSOCKET'],
  AuthorizationType: ['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS', 'JWT'],
  AuthorizerType: ['REQUEST', 'JWT'],
  IntegrationType: ['AWS', 'AWS_PROXY', 'HTTP', 'HTTP_PROXY', 'MOCK'],
  ConnectionType: ['INTERNET', 'VPC_LINK'],
  PayloadFormatVersion: ['1.0', '2.0'],
  RouteKey: ['$default', '$connect', 'GET /a1', 'ANY /{proxy+}'],
  ProviderType: 'SAML Facebook Google LoginWithAmazon SignInWithApple OIDC'.split(' '),
  type: 'object string number integer boolean array null'.split(' '),
};

/** Returns the parameters of the template that have neither a value nor a default. */
export function parametersWithoutValue({ source }: ResolvedStack): readonly string[] {
  if (source === undefined || source.placeholderParameters !== undefined) return [];
  return Object.entries(mapOf(source.template, 'Parameters')).flatMap(([name, declaration]) => {
    const { Type: type, Default: usual } = membersOf(declaration);
    if (typeof type !== 'string' || Object.hasOwn(source.parameters, name)) return [];
    return usual === undefined || type.startsWith('AWS::SSM::Parameter::Value') ? [name] : [];
  });
}

/** Returns values for each of the parameters; the values that AWS or the template lists come first. */
export function trialValuesFor(
  stacks: readonly ResolvedStack[],
  parameters: ReadonlySet<string>,
  table: SchemaTable,
): TrialValues {
  const templates = stacks.flatMap(({ source }) => (source === undefined ? [] : [source.template]));
  const names = stacks.flatMap(({ resources }) => [...resources.values()].map((one) => one.physicalId));
  const written = templates.flatMap(textsIn).flatMap((text) => [text, text.replace(/^.*[:/]/, '')]);
  const texts = [...new Set([...names, ...written])].slice(0, MAX_TEXTS);
  return new Map(
    [...parameters].map((name) => {
      const declaration = mapOf(
        mapOf(templates.find((one) => Object.hasOwn(mapOf(one, 'Parameters'), name)) ?? {}, 'Parameters'),
        name,
      );
      const allowed = declaration['AllowedValues'];
      const values = isJsonList(allowed)
        ? allowed.map(String)
        : textOf(declaration, 'Type') === 'Number'
          ? numbersFor(declaration)
          : templates.some((one) => isWholeValue(one['Resources'], name))
            ? [...templates.flatMap((one) => listedFor(name, one, table)), ...FORMS, ...texts]
            : [...PARTS_OF_TEXTS, ...templates.flatMap(textsBeforeResources)];
      return [name, [...new Set(values)]] as const;
    }),
  );
}

function numbersFor({ MinValue: low, MaxValue: high }: JsonObject): readonly string[] {
  const bounds = [low, high].filter((one) => one !== undefined).map(String);
  return [...new Set([...bounds, ...'1 0 2 5 10 30 60 100 300 900 1024 3600 86400'.split(' ')])];
}

/** Returns the permitted values of the properties whose value is exactly this parameter. */
function listedFor(parameter: string, template: JsonObject, table: SchemaTable): readonly string[] {
  return Object.values(mapOf(template, 'Resources')).flatMap((resource) => {
    const type = textOf(membersOf(resource), 'Type');
    const members = membersOf(resource)['Properties'];
    const named = membersNamed(members, parameter);
    if (named.length === 0) return [];
    const { schema } = Object.hasOwn(table, type) ? (table[type] ?? {}) : {};
    const listed = schema === undefined ? [] : valuesIn(withOwnSchema(type, schema), new Set(named));
    return [...listed, ...named.flatMap((name) => IN_WORDS[name] ?? [])];
  });
}

/** Returns the names of the members, at any depth, that refer to the parameter. */
function membersNamed(value: Json | undefined, parameter: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (!namesIn(inner).has(parameter)) return [];
    const deeper = membersNamed(inner, parameter);
    return /^(?:\d+|Ref|Fn::.*)$/.test(name) ? deeper : [...deeper, name];
  });
}

/** Returns the values that a schema lists for members with one of the names, at any depth. */
function valuesIn(schema: unknown, names: ReadonlySet<string>, isNamed = false): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => valuesIn(one, names, isNamed));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (isNamed && key === 'const') return [String(inner)];
    if (isNamed && /^enum/.test(key) && Array.isArray(inner)) return inner.map(String);
    return valuesIn(inner, names, names.has(key) || (isNamed && key !== 'properties'));
  });
}

/** Returns whether a value that AWS reads is exactly the parameter, and not a string that contains it. */
function isWholeValue(value: Json | undefined, parameter: string): boolean {
  if (isJsonList(value)) return value.some((one) => isWholeValue(one, parameter));
  if (!isJsonObject(value)) return false;
  if (value['Ref'] === parameter) return true;
  return Object.entries(value).some(
    ([name, inner]) =>
      !NOT_READ.has(name) && !/^Fn::(?:Sub|Join)$/.test(name) && isWholeValue(inner, parameter),
  );
}

/** Returns the strings with which conditions and mappings compare a parameter. */
function textsBeforeResources(template: JsonObject): readonly string[] {
  const { Conditions: conditions = {}, Mappings: mappings = {} } = template;
  const keys = Object.values(membersOf(mappings)).flatMap((one) => Object.keys(membersOf(one)));
  return [...textsIn(conditions), ...keys];
}

/** Returns the strings of a template, including the strings in its sections before `Resources`. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return value.length <= 200 ? [value] : [];
  if (isJsonList(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
