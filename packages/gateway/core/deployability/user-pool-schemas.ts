/** Schemas for user pools that Cognito refuses although CloudFormation's schemas permit them. */
import type { JsonObject } from '@gatewright/aws/json-object';

/**
 * The attributes that every user pool has. A template can require only these.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
 */
const STANDARD_ATTRIBUTES = (
  'address birthdate email email_verified family_name gender given_name locale middle_name name nickname ' +
  'phone_number phone_number_verified picture preferred_username profile sub updated_at website zoneinfo'
).split(' ');

/** See aws-samples/serverless-streaming-data-application#1 */
const MFA_WITHOUT_SMS =
  'SMS configuration and Auto verification for phone_number are required when MFA is required/optional';

const MFA =
  'add EnabledMfas: [SOFTWARE_TOKEN_MFA], or SmsConfiguration with SnsCallerArn, or set MfaConfiguration: "OFF"';

const NO_KEY = 'KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.';

/** Requires an entry in AutoVerifiedAttributes for each attribute that is verified before its update. */
const VERIFIED_FIRST: readonly JsonObject[] = ['email', 'phone_number'].map((name) => ({
  if: {
    not: {
      properties: { AutoVerifiedAttributes: { type: 'array', contains: { const: name } } },
      required: ['AutoVerifiedAttributes'],
    },
  },
  then: {
    properties: {
      UserAttributeUpdateSettings: {
        properties: {
          AttributesRequireVerificationBeforeUpdate: {
            items: {
              not: { const: name },
              fix: `add ${name} to AutoVerifiedAttributes`,
              says: 'All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes',
            },
          },
        },
      },
    },
  },
}));

/**
 * Refusals of a user pool by Cognito, measured by deploying templates (https://github.com/badmintoncryer/cdk-preflight,
 * `rules/cognito`; each `meta.yaml` quotes the answer).
 */
const POOL: readonly JsonObject[] = [
  ...VERIFIED_FIRST,
  {
    if: { not: { required: ['SmsConfiguration'] } },
    then: {
      properties: {
        AutoVerifiedAttributes: {
          items: {
            not: { const: 'phone_number' },
            fix: 'add SmsConfiguration with SnsCallerArn, or remove phone_number',
            says: 'SMS configuration is required when phone_number is selected for auto verification',
          },
        },
      },
    },
  },
  {
    properties: {
      LambdaConfig: {
        allOf: ['CustomEmailSender', 'CustomSMSSender'].map((name) => ({
          if: { required: [name] },
          then: {
            required: ['KMSKeyID'],
            fix: 'add KMSKeyID with the ARN of the key that encrypts the codes',
            says: NO_KEY,
          },
        })),
      },
      EmailConfiguration: {
        allOf: [
          {
            if: {
              properties: { EmailSendingAccount: { const: 'DEVELOPER' } },
              required: ['EmailSendingAccount'],
            },
            then: {
              required: ['SourceArn'],
              fix: 'add SourceArn with the ARN of a verified identity of SES, or set EmailSendingAccount: COGNITO_DEFAULT',
              says: 'Source ARN is required to use DEVELOPER email sending owner',
            },
          },
          {
            if: {
              properties: { EmailSendingAccount: { const: 'COGNITO_DEFAULT' } },
              required: ['EmailSendingAccount'],
            },
            then: {
              properties: {
                SourceArn: {
                  not: {},
                  fix: 'set EmailSendingAccount: DEVELOPER, or remove SourceArn',
                  says: 'Cognito is not allowed to use your email identity',
                },
              },
            },
          },
        ],
      },
      AdminCreateUserConfig: {
        properties: {
          InviteMessageTemplate: {
            properties: Object.fromEntries(
              ['EmailMessage', 'SMSMessage'].map((name) => [
                name,
                {
                  pattern: String.raw`^(?=[\s\S]*\{username\})[\s\S]*\{####\}`,
                  fix: 'write {username} where the name of the user belongs, and {####} for the password',
                  says: `${name} of an invitation must contain {username} and {####}`,
                },
              ]),
            ),
          },
        },
      },
      // The message has {####} for a code, and {##TEXT##} for a link (aws-amplify/amplify-cli#5907).
      VerificationMessageTemplate: {
        properties: {
          EmailMessageByLink: {
            pattern: String.raw`\{##[^#]+##\}`,
            fix: 'write the text of the link between {## and ##}, as in {##Verify your address##}',
            says: 'The message is invalid. (EmailMessageByLink must contain {##TEXT##}.)',
          },
        },
      },
      UserPoolName: {
        pattern: String.raw`^[\w\s+=,.@-]+$`,
        fix: 'use only letters, digits, spaces and + = , . @ - _ in UserPoolName',
        says: String.raw`Value '{value}' at 'poolName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w\s+=,.@-]+`,
      },
      AccountRecoverySetting: {
        properties: {
          RecoveryMechanisms: {
            if: { contains: { properties: { Name: { const: 'admin_only' } }, required: ['Name'] } },
            then: {
              maxItems: 1,
              fix: 'keep admin_only alone, or remove it',
              says: 'Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.',
            },
          },
        },
      },
      // Cognito API reference, PasswordPolicyType: "replaces UnusedAccountValidityDays"
      Policies: { properties: { PasswordPolicy: { properties: { PasswordHistorySize: { maximum: 24 } } } } },
    },
  },
  {
    if: {
      properties: {
        Policies: {
          properties: { PasswordPolicy: { required: ['TemporaryPasswordValidityDays'] } },
          required: ['PasswordPolicy'],
        },
      },
      required: ['Policies'],
    },
    then: {
      properties: {
        AdminCreateUserConfig: {
          properties: {
            UnusedAccountValidityDays: {
              not: {},
              fix: 'remove UnusedAccountValidityDays',
              says: 'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
            },
          },
        },
      },
    },
  },
  {
    if: { properties: { UserPoolTier: { const: 'LITE' } }, required: ['UserPoolTier'] },
    then: {
      properties: {
        LambdaConfig: {
          properties: {
            PreTokenGenerationConfig: {
              properties: {
                LambdaVersion: {
                  const: 'V1_0',
                  fix: 'set LambdaVersion: V1_0, or UserPoolTier: ESSENTIALS',
                  says: 'The following features need to be disabled for the LITE pricing tier configured: Token Customization with Pre-Token Generation Lambda {value}',
                },
              },
            },
          },
        },
      },
    },
  },
];

export const USER_POOL_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'AWS::Cognito::UserPool': {
    properties: {
      Schema: {
        items: {
          if: { properties: { Name: { not: { enum: STANDARD_ATTRIBUTES } } }, required: ['Name'] },
          then: {
            properties: {
              // See hashicorp/terraform-provider-aws#18430, boto/boto3#2317
              Required: {
                not: { const: true },
                says: 'Required custom attributes are not supported currently.',
              },
            },
          },
          // badmintoncryer/cdk-preflight, pf-cognito-schema-standard-attr-datatype, deployed
          else: {
            if: { properties: { Name: { enum: ['email_verified', 'phone_number_verified', 'updated_at'] } } },
            else: {
              properties: {
                AttributeDataType: {
                  const: 'String',
                  fix: 'write AttributeDataType: String, or give the attribute a name that no standard attribute has',
                  says: 'You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute',
                },
              },
            },
          },
        },
      },
    },
    allOf: [
      ...POOL,
      {
        dependentExcluded: { UsernameAttributes: ['AliasAttributes'] },
        says: 'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
      },
      {
        if: { not: { anyOf: [{ required: ['EnabledMfas'] }, { required: ['SmsConfiguration'] }] } },
        then: {
          properties: {
            MfaConfiguration: { not: { enum: ['ON', 'OPTIONAL'] }, says: MFA_WITHOUT_SMS, fix: MFA },
          },
        },
      },
      {
        if: { not: { required: ['SmsConfiguration'] } },
        then: {
          properties: {
            EnabledMfas: { items: { not: { const: 'SMS_MFA' }, says: MFA_WITHOUT_SMS, fix: MFA } },
          },
        },
      },
    ],
  },
};
