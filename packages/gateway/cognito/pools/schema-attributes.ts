/**
 * The attributes of a user pool as DescribeUserPool lists them (AWS CLI reference, create-user-pool and
 * describe-user-pool).
 */
import { isJsonObject, isTrue, listOf, membersOf, textOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

const ANY_LENGTH = { MinLength: '0', MaxLength: '2048' };
const texts = (names: string): readonly UnknownMembers[] =>
  names.split(' ').map((name) => standard(name, 'String', { StringAttributeConstraints: ANY_LENGTH }));

function standard(name: string, type: string, more: object): UnknownMembers {
  const members = { AttributeDataType: type, DeveloperOnlyAttribute: false, Mutable: true, Required: false };
  return { Name: name, ...members, ...more };
}

/** Every pool has these attributes, in this order. */
const STANDARD: readonly UnknownMembers[] = [
  standard('sub', 'String', {
    Mutable: false,
    Required: true,
    StringAttributeConstraints: { MinLength: '1', MaxLength: '2048' },
  }),
  ...texts(
    'name given_name family_name middle_name nickname preferred_username profile picture website email',
  ),
  standard('email_verified', 'Boolean', {}),
  ...texts('gender'),
  standard('birthdate', 'String', { StringAttributeConstraints: { MinLength: '10', MaxLength: '10' } }),
  ...texts('zoneinfo locale phone_number'),
  standard('phone_number_verified', 'Boolean', {}),
  ...texts('address'),
  standard('updated_at', 'Number', { NumberAttributeConstraints: { MinValue: '0' } }),
];

/** Returns the attributes of a pool. `Schema` changes standard attributes and adds custom ones. */
export function listAttributes(properties: UnknownMembers): readonly UnknownMembers[] {
  const given = listOf(properties, 'Schema').filter(isJsonObject);
  const isStandard = ({ Name }: UnknownMembers): boolean => STANDARD.some((one) => one['Name'] === Name);
  const changed = STANDARD.map((one) => ({
    ...one,
    ...chosen(given.find(({ Name }) => Name === one['Name']) ?? {}),
  }));
  return [...changed, ...given.filter((one) => !isStandard(one)).map(custom)];
}

function custom(attribute: UnknownMembers): UnknownMembers {
  const isDeveloperOnly = isTrue(attribute['DeveloperOnlyAttribute']);
  const type = textOf(attribute, 'AttributeDataType') || 'String';
  const constraints = type === 'String' || type === 'Number' ? { [`${type}AttributeConstraints`]: {} } : {};
  return {
    ...standard(`${isDeveloperOnly ? 'dev:' : ''}custom:${textOf(attribute, 'Name')}`, type, {
      DeveloperOnlyAttribute: isDeveloperOnly,
      Mutable: attribute['Mutable'] === undefined || isTrue(attribute['Mutable']),
    }),
    ...constraints,
    ...chosen(attribute),
  };
}

/** Returns an attribute of a schema in the form that API calls use, in which limits are strings. */
function chosen(attribute: UnknownMembers): UnknownMembers {
  const flags = ['Mutable', 'Required'].filter((name) => attribute[name] !== undefined);
  const limits = ['StringAttributeConstraints', 'NumberAttributeConstraints'].filter((name) =>
    isJsonObject(attribute[name]),
  );
  return {
    ...Object.fromEntries(flags.map((name): [string, unknown] => [name, isTrue(attribute[name])])),
    ...Object.fromEntries(
      limits.map((name): [string, unknown] => [name, asTexts(membersOf(attribute[name]))]),
    ),
  };
}

function asTexts(limits: UnknownMembers): UnknownMembers {
  return Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, String(limit)]));
}
