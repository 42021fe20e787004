/**
 * Decides whether the value at a place of a template is the value that AWS gets. If a value contains the name, ARN or
 * attribute of a resource, the gateway inserts a placeholder, so nothing may be concluded from its text.
 */
import { isJsonList, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import { COMPUTED_FUNCTIONS } from '../stack/intrinsic-functions.ts';
import type { Json, JsonObject } from '@gatewright/aws/json-object';

const COMPUTED: ReadonlySet<string> = new Set([
  'Condition',
  ...COMPUTED_FUNCTIONS.map((name) => `Fn::${name}`),
]);
/**
 * The pseudo parameters whose value counts as known. The account id differs from the one on AWS, but has the same form.
 */
const OF_ACCOUNT = /^AWS::(?:Region|Partition|URLSuffix|AccountId|NoValue)$/;
/** Types whose Ref is a name or a URL ("Return values" of the types). */
const REF_IS_NAME: ReadonlySet<string> = new Set([
  'AWS::IAM::Role',
  'AWS::IAM::InstanceProfile',
  'AWS::Lambda::Function',
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::Kinesis::Stream',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::Events::EventBus',
  'AWS::WAFv2::IPSet',
  'AWS::WAFv2::RegexPatternSet',
  'AWS::WAFv2::RuleGroup',
  'AWS::WAFv2::WebACL',
]);
/** Attributes that are names or URLs, and never ARNs. */
const NAME_ATTRIBUTE = /^\w*(?:Name|Url|DomainName|RootResourceId)$/;
const IN_ACCOUNT = /\{\{resolve:/;

export class KnownValues {
  readonly #template: JsonObject;
  readonly #parameters: JsonObject;
  readonly #placeholders: ReadonlySet<string>;

  /** @param placeholders the parameters whose value is different on AWS */
  constructor(template: JsonObject, placeholders: ReadonlySet<string> = new Set()) {
    this.#template = template;
    this.#parameters = mapOf(template, 'Parameters');
    this.#placeholders = placeholders;
  }

  /**
   * Returns the part of the template at a path below the properties of a resource. If the path goes through an
   * intrinsic function, the function is returned. Returns undefined if there is nothing at the path.
   */
  writtenAt(logicalId: string, path: readonly string[]): Json | undefined {
    const resource = mapOf(mapOf(this.#template, 'Resources'), logicalId);
    let found: Json | undefined = mapOf(resource, 'Properties');
    for (const key of path) {
      if (isFunction(found)) return found;
      if (isJsonList(found)) found = found[Number(key)];
      else found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
    return found;
  }

  /** Returns whether the value that the template has at the path is known exactly. */
  isKnownAt(logicalId: string, path: readonly string[]): boolean {
    return this.isKnown(this.writtenAt(logicalId, path));
  }

  /** Returns whether an intrinsic function produces a string at the path, whatever the string is. */
  isTextAt(logicalId: string, path: readonly string[]): boolean {
    const written = this.writtenAt(logicalId, path);
    if (!isJsonObject(written)) return false;
    const name = functionIn(written);
    if (name === 'Ref') return Object.hasOwn(mapOf(this.#template, 'Resources'), textOf(written, 'Ref'));
    return name === 'Fn::Sub' || name === 'Fn::Join';
  }

  /** Returns whether the value at the path is a Ref or an attribute of a resource that is a name, and never an ARN. */
  isNameAt(logicalId: string, path: readonly string[]): boolean {
    const written = membersOf(this.writtenAt(logicalId, path));
    const resources = mapOf(this.#template, 'Resources');
    const [owner, attribute] = isJsonList(written['Fn::GetAtt']) ? written['Fn::GetAtt'] : [];
    if (typeof owner === 'string' && typeof attribute === 'string')
      return Object.hasOwn(resources, owner) && NAME_ATTRIBUTE.test(attribute);
    return this.namedAt(logicalId, path) !== undefined;
  }

  /** Returns the resource to which a Ref at the path refers, if this Ref returns a name or a URL, and never an ARN. */
  namedAt(
    logicalId: string,
    path: readonly string[],
  ): { readonly name: string; readonly type: string } | undefined {
    const name = textOf(membersOf(this.writtenAt(logicalId, path)), 'Ref');
    const type = textOf(mapOf(mapOf(this.#template, 'Resources'), name), 'Type');
    return REF_IS_NAME.has(type) ? { name, type } : undefined;
  }

  /**
   * Returns whether the value at the path consists of references. In that case its form is known, for example that it
   * is an ARN.
   */
  isReferredAt(logicalId: string, path: readonly string[]): boolean {
    return this.#isReferred(this.writtenAt(logicalId, path));
  }

  #isReferred(value: Json | undefined): boolean {
    if (typeof value === 'string') return true;
    if (!isJsonObject(value)) return false;
    const [name = '', argument = null] = Object.entries(value)[0] ?? [];
    const resources = mapOf(this.#template, 'Resources');
    const [named] = isJsonList(argument) ? argument : [argument];
    if (typeof named === 'string' && name === 'Ref')
      return OF_ACCOUNT.test(named) || Object.hasOwn(resources, named);
    if (typeof named === 'string' && name === 'Fn::GetAtt')
      return Object.hasOwn(resources, named) || Object.hasOwn(resources, named.split('.')[0] ?? '');
    const [, parts] = name === 'Fn::Join' && isJsonList(argument) ? argument : [];
    return isJsonList(parts) && parts.every((part) => this.#isReferred(part));
  }

  /**
   * Returns whether the name at the path is the same each time that the stack is deployed with these parameters. The
   * name may contain the stack's name.
   */
  isNamedAt(logicalId: string, path: readonly string[]): boolean {
    const written = this.writtenAt(logicalId, path);
    return this.isKnown(written) || written === undefined
      ? written !== undefined
      : JSON.stringify(written).includes('AWS::StackName') && this.isKnown(withoutStackName(written));
  }

  isKnown(value: Json | undefined): boolean {
    if (value === undefined) return false;
    if (typeof value === 'string') return !IN_ACCOUNT.test(value);
    if (isJsonList(value)) return value.every((item) => this.isKnown(item));
    if (!isJsonObject(value)) return true;
    const name = functionIn(value);
    if (name === undefined) return Object.values(value).every((item) => this.isKnown(item));
    if (name === 'Ref') return this.#isKnownName(textOf(value, 'Ref'));
    if (name === 'Fn::Sub') return this.#isKnownText(value[name]);
    return COMPUTED.has(name) && this.isKnown(value[name]);
  }

  #isKnownName(name: string): boolean {
    if (OF_ACCOUNT.test(name)) return true;
    if (this.#placeholders.has(name)) return false;
    const type = textOf(mapOf(this.#parameters, name), 'Type');
    return type !== '' && !type.startsWith('AWS::SSM::Parameter::Value');
  }

  #isKnownText(argument: Json | undefined): boolean {
    const [text, variables] = isJsonList(argument) ? argument : [argument];
    if (typeof text !== 'string' || IN_ACCOUNT.test(text)) return false;
    const own = membersOf(variables);
    const names = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name = '']) => name.trim());
    return names.every((name) =>
      Object.hasOwn(own, name) ? this.isKnown(own[name]) : this.#isKnownName(name),
    );
  }
}

/**
 * Replaces the stack's name and account id with fixed strings, because both stay the same when the stack is updated.
 */
function withoutStackName(value: Json): Json {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/\$\{AWS::(?:StackName|AccountId)\}/g, 'x')
      .replaceAll(/\{"Ref":"AWS::(?:StackName|AccountId)"\}/g, '"x"'),
  ) as Json;
}

function functionIn(value: JsonObject): string | undefined {
  const [only, ...others] = Object.keys(value);
  if (only === undefined || others.length > 0) return undefined;
  return only === 'Ref' || only === 'Condition' || only.startsWith('Fn::') ? only : undefined;
}

function isFunction(value: Json | undefined): boolean {
  return isJsonObject(value) && functionIn(value) !== undefined;
}
