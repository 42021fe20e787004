/** Reads an instance that a call, a template or a file registers. */
import { isIPv4, isIPv6 } from 'node:net';
import { isJsonObject } from '@gatewright/aws/json-object';

export type Attributes = Readonly<Record<string, string>>;

export type Registration = {
  readonly id: string;
  readonly attributes: Attributes;
  readonly creatorRequestId?: string | undefined;
  /** Whether the instance comes from the user's file, which may contain addresses of other machines. */
  readonly isOfFile?: true;
};

/** Thrown if AWS would refuse the instance. The message contains the reason. */
export class InvalidInstance extends Error {
  override readonly name = 'InvalidInstance';
}

const ID = /^[0-9a-zA-Z_/:.@-]{1,64}$/;
const KEY = /^[!-~]{1,255}$/;
const VALUE = /^[\t -~]{0,1024}$/;
const MAX_CUSTOM = 30;
const MAX_CHARACTERS = 5000;
const OF_AWS = /^AWS_/;

/**
 * Reads an instance and checks its attributes.
 * @param recordTypes the types of the service's DNS records, which determine the required attributes
 * @throws InvalidInstance if the id or an attribute is invalid
 * @see RegisterInstance in the API reference
 */
export function readInstance(
  id: unknown,
  given: unknown,
  recordTypes: readonly string[] = [],
): Pick<Registration, 'id' | 'attributes'> {
  if (typeof id !== 'string' || !ID.test(id))
    throw new InvalidInstance(`InstanceId is ${show(id)}; it must have 1 to 64 letters, digits and _/:.@-`);
  const attributes = readAttributes(given);
  const count = Object.keys(attributes).filter((key) => !OF_AWS.test(key)).length;
  if (count > MAX_CUSTOM)
    throw new InvalidInstance(`${id} has ${count} custom attributes; at most ${MAX_CUSTOM} are allowed`);
  const characters = Object.entries(attributes).reduce((sum, pair) => sum + pair.join('').length, 0);
  if (characters > MAX_CHARACTERS)
    throw new InvalidInstance(
      `the attributes of ${id} have ${characters} characters; at most ${MAX_CHARACTERS} are allowed`,
    );
  for (const [key, isValid] of Object.entries(RULES)) {
    const value = attributes[key];
    if (value !== undefined && !isValid(value))
      throw new InvalidInstance(`${key} of ${id} is invalid: ${show(value)}`);
  }
  const missing = recordTypes
    .flatMap((type) => NEEDED[type] ?? [])
    .find((keys) => !keys.some((key) => attributes[key] !== undefined));
  if (missing !== undefined)
    throw new InvalidInstance(
      `${id} has no ${missing.join(' or ')}, which a DNS record of the service needs`,
    );
  return { id, attributes };
}

/**
 * Reads the attributes of an instance.
 * @throws InvalidInstance unless the value is a map of strings
 */
export function readAttributes(given: unknown): Attributes {
  if (!isJsonObject(given)) throw new InvalidInstance('the attributes must be a map');
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (!KEY.test(key)) throw new InvalidInstance(`${show(key)} is not a valid attribute name`);
      if (typeof value === 'string' && VALUE.test(value)) return [key, value];
      throw new InvalidInstance(
        `the attribute ${key} must be a string of at most 1024 characters, not ${show(value)}`,
      );
    }),
  );
}

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_-]+)*\.?$/;

const RULES: Readonly<Record<string, (value: string) => boolean>> = {
  AWS_INSTANCE_IPV4: isIPv4,
  AWS_INSTANCE_IPV6: isIPv6,
  AWS_INSTANCE_PORT: isPort,
  AWS_INSTANCE_CNAME: (value) => HOST_NAME.test(value),
  AWS_INIT_HEALTH_STATUS: (value) => value === 'HEALTHY' || value === 'UNHEALTHY',
};

/** The required attributes by type of DNS record. One attribute of each list is required. An alias needs no address. */
const NEEDED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  A: [['AWS_INSTANCE_IPV4', 'AWS_ALIAS_DNS_NAME']],
  AAAA: [['AWS_INSTANCE_IPV6', 'AWS_ALIAS_DNS_NAME']],
  CNAME: [['AWS_INSTANCE_CNAME']],
  SRV: [['AWS_INSTANCE_PORT'], ['AWS_INSTANCE_IPV4', 'AWS_INSTANCE_IPV6']],
};

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100);
}
