/**
 * Returns the definition of a pool as DescribeUserPool shows it, with the values that AWS shows for omitted
 * properties.
 */
import { asNonEmptyText, isJsonObject, isTrue, mapOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ResolvedResource } from '../../core/stack/model.ts';
import { listAttributes } from './schema-attributes.ts';

type Properties = ResolvedResource['properties'];

/** Properties that are shown as they were given, and are absent otherwise (AWS CLI reference, describe-user-pool). */
const AS_GIVEN = [
  'AccountRecoverySetting',
  'DeviceConfiguration',
  'EmailVerificationMessage',
  'EmailVerificationSubject',
  'SmsAuthenticationMessage',
  'SmsConfiguration',
  'SmsVerificationMessage',
  'UserAttributeUpdateSettings',
  'UserPoolAddOns',
];

/** @param domains the pool's domains */
export function describePool(properties: Properties, domains: readonly Properties[]): UnknownMembers {
  const given = AS_GIVEN.filter((name) => properties[name] !== undefined);
  const email = mapOf(properties, 'EmailConfiguration');
  const isOfDeveloper = email['SourceArn'] !== undefined;
  return {
    LambdaConfig: mapOf(properties, 'LambdaConfig'),
    MfaConfiguration: asNonEmptyText(properties['MfaConfiguration']) ?? 'OFF',
    UserPoolTags: mapOf(properties, 'UserPoolTags'),
    // The default of new pools since November 2024 (API reference, UserPoolType).
    UserPoolTier: asNonEmptyText(properties['UserPoolTier']) ?? 'ESSENTIALS',
    DeletionProtection: asNonEmptyText(properties['DeletionProtection']) ?? 'INACTIVE',
    SchemaAttributes: listAttributes(properties),
    // Every pool has these two members (kengraf/nadialin, a printed response of describe-user-pool).
    VerificationMessageTemplate: {
      DefaultEmailOption: 'CONFIRM_WITH_CODE',
      ...mapOf(properties, 'VerificationMessageTemplate'),
    },
    EmailConfiguration: { EmailSendingAccount: isOfDeveloper ? 'DEVELOPER' : 'COGNITO_DEFAULT', ...email },
    ...Object.fromEntries(given.map((name) => [name, properties[name]])),
    ...describeUsernames(properties),
    ...describeDomains(domains),
  };
}

function describeUsernames(properties: Properties): UnknownMembers {
  const configuration = properties['UsernameConfiguration'];
  return isJsonObject(configuration)
    ? { UsernameConfiguration: { CaseSensitive: isTrue(configuration['CaseSensitive']) } }
    : {};
}

/** A pool has at most one Cognito domain and one custom domain. */
function describeDomains(domains: readonly Properties[]): UnknownMembers {
  return Object.fromEntries(
    domains.map(({ Domain, CustomDomainConfig }) => [
      CustomDomainConfig === undefined ? 'Domain' : 'CustomDomain',
      Domain,
    ]),
  );
}
