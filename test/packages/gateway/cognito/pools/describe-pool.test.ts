import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describePool } from '../../../../../packages/gateway/cognito/pools/describe-pool.ts';

describe('what DescribeUserPool shows of a definition', () => {
  // kengraf/nadialin, a printed answer of describe-user-pool; API reference, UserPoolType
  it('contains the defaults of a pool that says nothing', () => {
    const { SchemaAttributes: _, ...shown } = describePool({}, []);

    assert.deepEqual(shown, {
      LambdaConfig: {},
      MfaConfiguration: 'OFF',
      UserPoolTags: {},
      UserPoolTier: 'ESSENTIALS',
      DeletionProtection: 'INACTIVE',
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
    });
  });

  // AWS CLI reference, describe-user-pool
  it('contains the messages, the settings and the domains that a pool has', () => {
    const SourceArn = 'arn:aws:ses:us-west-2:123456789012:identity/admin@example.com';
    const properties = {
      EmailConfiguration: { SourceArn },
      EmailVerificationSubject: 'Your code',
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK', EmailSubject: 'Your code' },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }] },
      UsernameConfiguration: { CaseSensitive: 'false' },
      UserPoolTier: 'PLUS',
    };
    const domains = [
      { Domain: 'shop' },
      { Domain: 'auth.example.com', CustomDomainConfig: { CertificateArn: 'arn' } },
    ];

    assert.partialDeepStrictEqual(describePool(properties, domains), {
      ...properties,
      EmailConfiguration: { SourceArn, EmailSendingAccount: 'DEVELOPER' },
      UsernameConfiguration: { CaseSensitive: false },
      Domain: 'shop',
      CustomDomain: 'auth.example.com',
    });
  });
});
