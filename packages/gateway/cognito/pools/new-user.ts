/** Checks the requirements of a pool for a new user, whether a call or CloudFormation creates the user. */
import { MUST, validationMessage, violationOf } from '@gatewright/aws/violations';
import type { PoolDefinition } from './pool-model.ts';
import { USER_NAME } from './pool-user.ts';

const NOT_CONFORMING = 'Attributes did not conform to the schema: ';

/** In a pool whose users sign in with an attribute, returns the attribute that has the given name as its value. */
export function attributeOfName(
  name: string,
  { nameAttributes }: Pick<PoolDefinition, 'nameAttributes'>,
): string | undefined {
  return nameAttributes.find((candidate) => (candidate === 'email') === name.includes('@'));
}

/** Returns why the pool refuses the name; undefined means that it is accepted. */
export function refusalOfName(
  name: string,
  pool: Pick<PoolDefinition, 'nameAttributes'>,
): string | undefined {
  if (pool.nameAttributes.length > 0)
    return attributeOfName(name, pool) === undefined
      ? `Username should be ${describeNames(pool.nameAttributes)}.`
      : undefined;
  return USER_NAME.test(name)
    ? undefined
    : validationMessage(violationOf('', 'username', MUST.match('[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+')));
}

function describeNames(names: readonly string[]): string {
  return names.map((name) => (name === 'email' ? 'an email' : 'a phone number')).join(' or ');
}

/**
 * Returns why the pool refuses a user who has only these attributes; undefined means that no required attribute is
 * missing.
 */
export function refusalOfMissing(
  given: readonly string[],
  { required }: Pick<PoolDefinition, 'required'>,
): string | undefined {
  const missing = required.filter((attribute) => attribute !== 'sub' && !given.includes(attribute));
  const faults = missing.map((attribute) => `${attribute}: The attribute ${attribute} is required`);
  return faults.length === 0 ? undefined : `${NOT_CONFORMING}${faults.join('\n')}\n`;
}

/** Returns why the pool refuses the attributes; undefined means that its schema has all of them. */
export function refusalOfAttributes(
  given: readonly string[],
  { custom }: Pick<PoolDefinition, 'custom'>,
): string | undefined {
  const unknown = given.filter((name) => name.includes(':') && custom?.includes(name) === false);
  const faults = unknown.map((name) => `${name}: Attribute does not exist in the schema.\n`);
  return faults.length === 0 ? undefined : `${NOT_CONFORMING}${faults.join('')}`;
}
