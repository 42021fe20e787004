/**
 * Replaces dynamic references (`{{resolve:ssm:…}}`, `{{resolve:secretsmanager:…}}`) in properties of resources with
 * their values. As in CloudFormation, this happens after all intrinsic functions.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import type { RuleId } from '../../core/deployability/rules.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { StoredParameter, StoredValues } from '../../core/stack/stored-values.ts';
import type { Path } from './template-source.ts';

type ReferenceSource = Pick<StackParts, 'madeParameter' | 'madeSecret'> & {
  readonly stored: StoredValues | undefined;
  /** Throws a `DefinitionError`. No message may contain the value of a parameter or secret. */
  readonly fail: (message: string, rule?: RuleId) => never;
};

type StackParts = {
  /** The value of an SSM parameter that a stack of this run defines. */
  readonly madeParameter: (name: string) => string | undefined;
  readonly madeSecret: (id: string) => string | undefined;
  readonly fail: (at: Path, message: string, rule?: RuleId) => never;
};

const REFERENCE = /\{\{resolve:([^{}]*)\}\}/g;
/** `arn:aws:secretsmanager:{region}:{account}:secret:{name}` */
const ARN_PARTS = 7;

export class DynamicReferences {
  readonly #stored: StoredValues | undefined;
  readonly #stack: StackParts;

  constructor(stored: StoredValues | undefined, stack: StackParts) {
    this.#stored = stored;
    this.#stack = stack;
  }

  /**
   * Replaces each reference with its value.
   * @throws what `fail` throws, if a reference has no value
   */
  fill(value: Json, at: Path): Json {
    if (typeof value === 'string') return this.fillText(value, at);
    if (isJsonList(value)) return value.map((item) => this.fill(item, at));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.fill(member, at)]));
  }

  fillText(text: string, at: Path): string {
    if (!text.includes('{{resolve:')) return text;
    const source: ReferenceSource = {
      ...this.#stack,
      stored: this.#stored,
      fail: (message, rule) => this.#stack.fail(at, message, rule),
    };
    return text.replace(REFERENCE, (_whole, reference: string) => readReference(reference, source));
  }
}

function readReference(reference: string, source: ReferenceSource): string {
  const [service = '', ...rest] = reference.split(':');
  switch (service) {
    case 'ssm':
    case 'ssm-secure':
      return readParameter(rest, service === 'ssm-secure', source);
    case 'secretsmanager':
      return readSecret(rest, source);
    default:
      return source.fail(`{{resolve:${reference}}}: only ssm, ssm-secure and secretsmanager are supported`);
  }
}

function readParameter(
  [name = '', version]: readonly string[],
  isSecure: boolean,
  source: ReferenceSource,
): string {
  const { stored, madeParameter, fail } = source;
  // See aws/aws-cdk#18747
  if (name === '' || version === '') {
    const written = [
      'resolve',
      isSecure ? 'ssm-secure' : 'ssm',
      name,
      ...(version === undefined ? [] : [version]),
    ];
    return fail(`Incorrect format is used in the following SSM reference: [{{${written.join(':')}}}]`);
  }
  if (version !== undefined && !/^[1-9]\d*$/.test(version))
    return fail(`{{resolve:…:${name}:${version}}}: the version of a parameter must be a number`);
  const found = stored?.parameter(name) ?? asPlain(madeParameter(name));
  if (found === undefined)
    return fail(missing('parameter', name, `ssm: { ${name}: … }`, stored), 'value-elsewhere');
  if ((found.type === 'SecureString') !== isSecure)
    return fail(
      isSecure
        ? `{{resolve:ssm-secure:${name}}}: the parameter is a ${found.type}; use {{resolve:ssm:${name}}}`
        : `{{resolve:ssm:${name}}}: the parameter is a SecureString; use {{resolve:ssm-secure:${name}}}`,
    );
  return found.value;
}

/**
 * Returns a plain value as an SSM parameter. Its type is always String, because CloudFormation cannot create a
 * SecureString.
 */
function asPlain(value: string | undefined): StoredParameter | undefined {
  return value === undefined ? undefined : { type: 'String', value };
}

/** Reads a reference of the form `id[:SecretString[:key[:stage[:version]]]]`. */
function readSecret(parts: readonly string[], source: ReferenceSource): string {
  const { stored, madeSecret, fail } = source;
  const idParts = parts[0] === 'arn' ? ARN_PARTS : 1;
  const id = parts.slice(0, idParts).join(':');
  const [written = '', key = '', stage = '', version = ''] = parts.slice(idParts);
  // An empty part means the default, as in `id::key`.
  if (written !== '' && written !== 'SecretString')
    return fail(`the secret ${id}: only its SecretString is supported`);
  if ((stage !== '' && stage !== 'AWSCURRENT') || version !== '')
    return fail(`the secret ${id}: the gateway has only its version AWSCURRENT`, 'value-elsewhere');
  const text = stored?.secret(id) ?? madeSecret(id);
  const name = nameOf(id);
  if (text === undefined)
    return fail(missing('secret', id, `secretsmanager: { ${name}: … }`, stored), 'value-elsewhere');
  return key === '' ? text : readSecretMember(text, id, key, source);
}

function readSecretMember(text: string, id: string, key: string, { fail }: ReferenceSource): string {
  let members: unknown;
  try {
    members = JSON.parse(text);
  } catch {
    return fail(`the secret ${id} is not JSON, so it has no "${key}"`, 'value-elsewhere');
  }
  const member = isJsonObject(members) && Object.hasOwn(members, key) ? members[key] : undefined;
  if (member === undefined || member === null)
    return fail(`the secret ${id} has no "${key}"`, 'value-elsewhere');
  return typeof member === 'object' ? JSON.stringify(member) : String(member);
}

function missing(what: string, id: string, wayOut: string, stored: StoredValues | undefined): string {
  return `the ${what} ${id} is not on this machine: write it to ${stored?.file ?? 'gatewright.values.yml'} as ${wayOut}`;
}

function nameOf(id: string): string {
  return id.startsWith('arn:') ? (id.split(':').at(-1) ?? id) : id;
}
