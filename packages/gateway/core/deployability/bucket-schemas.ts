/**
 * Schemas for properties of buckets that S3 refuses, although CloudFormation's schema permits them. Most schemas name
 * their source.
 */
import type { JsonObject } from '@gatewright/aws/json-object';
import { has, without } from './exclusive-schemas.ts';

const RECORDED_REDIRECT = 'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.';

/**
 * Refuses reserved prefixes and suffixes, addresses, and `..` in names (S3 user guide, "General purpose bucket naming
 * rules").
 */
const NAME: JsonObject = {
  pattern: String.raw`^(?!(xn--|sthree-|amzn-s3-demo-))(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)`,
  fix: 'use 3 to 63 lower-case letters, digits and hyphens in BucketName, or leave BucketName out',
  says: 'The specified bucket is not valid. ({value} breaks the naming rules: it is an IP address, has two periods in a row, or has a reserved prefix or suffix.)',
};

/** S3 user guide, "General purpose bucket naming rules" */
const CHARACTERS: JsonObject = {
  pattern: '^[a-z0-9.-]*$',
  fix: NAME['fix'] ?? '',
  says: 'The specified bucket is not valid. ({value} has characters other than lower-case letters, digits, periods and hyphens.)',
};

/** The events in S3's service model (botocore, shape Event). The S3 user guide lists the same events. */
const EVENTS =
  'ReducedRedundancyLostObject ObjectCreated:* ObjectCreated:Put ObjectCreated:Post ObjectCreated:Copy ObjectCreated:CompleteMultipartUpload ObjectRemoved:* ObjectRemoved:Delete ObjectRemoved:DeleteMarkerCreated ObjectRestore:* ObjectRestore:Post ObjectRestore:Completed ObjectRestore:Delete Replication:* Replication:OperationFailedReplication Replication:OperationNotTracked Replication:OperationMissedThreshold Replication:OperationReplicatedAfterThreshold LifecycleTransition IntelligentTiering ObjectAcl:Put LifecycleExpiration:* LifecycleExpiration:Delete LifecycleExpiration:DeleteMarkerCreated ObjectTagging:* ObjectTagging:Put ObjectTagging:Delete ObjectAnnotation:* ObjectAnnotation:Put ObjectAnnotation:Delete ObjectRetention:Put'
    .split(' ')
    .map((name) => `s3:${name}`);
/** See matt-filion/serverless-external-s3-event#28 */
const EVENT: JsonObject = {
  enum: EVENTS,
  says: "The event '{value}' is not supported for notifications",
};

/**
 * Requires at least 30 days before a transition to Standard-IA or One Zone-IA (S3 user guide, "Lifecycle transition
 * constraints").
 */
const transition = (days: string): JsonObject => ({
  if: has('StorageClass', { enum: ['STANDARD_IA', 'ONEZONE_IA'] }),
  then: {
    properties: {
      [days]: {
        minimum: 30,
        says: `'Days' in Transition action must be greater than or equal to 30 for the storage classes STANDARD_IA and ONEZONE_IA, not {value}`,
      },
    },
  },
});

/** The dates of a lifecycle are at midnight (aws/aws-sdk#478, aws/aws-cli#7677). */
const MIDNIGHT: JsonObject = {
  pattern: String.raw`^\d{4}-\d{2}-\d{2}(T00:00(:00(\.0+)?)?(Z|\+00:?00)?)?$`,
  fix: 'write the date without a time, or with T00:00:00Z',
  says: "'Date' must be at midnight GMT, not {value}; write a date such as 2027-01-31T00:00:00Z",
};
const onDay = (transitions: JsonObject): JsonObject => ({
  allOf: [transitions, { properties: { TransitionDate: MIDNIGHT } }],
});

/**
 * Each rule needs at least one of these members, which are in the order of AWS's message
 * (aws-cloudformation/cloudformation-coverage-roadmap#132).
 */
const LIFECYCLE_ACTIONS = [
  'ExpirationDate',
  'ExpirationInDays',
  'AbortIncompleteMultipartUpload',
  'Transition',
  'Transitions',
  'NoncurrentVersionExpirationInDays',
  'NoncurrentVersionTransition',
  'NoncurrentVersionTransitions',
  'NoncurrentVersionExpiration',
];

const LIFECYCLE: JsonObject = {
  properties: {
    Rules: {
      items: {
        anyOf: LIFECYCLE_ACTIONS.map((action) => ({ required: [action] })),
        says: `At least one of [${LIFECYCLE_ACTIONS.join(',')}] needs to be specified`,
        fix: 'add an action to the rule, such as NoncurrentVersionExpiration: { NoncurrentDays: 30 }',
        properties: {
          ExpirationDate: MIDNIGHT,
          Transition: onDay(transition('TransitionInDays')),
          Transitions: { items: onDay(transition('TransitionInDays')) },
          NoncurrentVersionTransition: transition('TransitionInDays'),
          NoncurrentVersionTransitions: { items: transition('TransitionInDays') },
        },
      },
    },
  },
};

const WEBSITE: JsonObject = {
  if: has('RedirectAllRequestsTo'),
  then: {
    allOf: ['IndexDocument', 'ErrorDocument', 'RoutingRules'].map((name) => without(name, RECORDED_REDIRECT)),
  },
  else: {
    required: ['IndexDocument'],
    fix: 'add IndexDocument, for example IndexDocument: index.html',
    says: 'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
    properties: {
      RoutingRules: {
        items: {
          properties: {
            RedirectRule: {
              dependentExcluded: { ReplaceKeyPrefixWith: ['ReplaceKeyWith'] },
              says: 'You can only define ReplaceKeyPrefix or ReplaceKey but not both.',
            },
          },
        },
      },
      IndexDocument: {
        pattern: '^[^/]+$',
        fix: 'write the name of the file without a slash, for example index.html',
        says: 'The IndexDocument Suffix is not well formed',
      },
    },
  },
};

/** localstack/localstack, test_s3.snapshot.json, recorded */
const ENCRYPTION: JsonObject = {
  properties: {
    ServerSideEncryptionConfiguration: {
      items: {
        properties: {
          ServerSideEncryptionByDefault: {
            if: has('SSEAlgorithm', { const: 'AES256' }),
            then: without(
              'KMSMasterKeyID',
              'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
            ),
          },
        },
      },
    },
  },
};

/** S3 API reference, FilterRule, Name: "prefix | suffix" */
const FILTER: JsonObject = {
  properties: {
    S3Key: {
      properties: {
        Rules: {
          items: {
            properties: {
              Name: {
                pattern: '^([pP]refix|[sS]uffix)$',
                fix: 'set Name to prefix or suffix',
                says: 'filter rule name must be either prefix or suffix',
              },
            },
          },
        },
      },
    },
  },
};

const ENFORCED: JsonObject = has(
  'OwnershipControls',
  has('Rules', { contains: has('ObjectOwnership', { const: 'BucketOwnerEnforced' }) }),
);
const OPENED: JsonObject = has('OwnershipControls', {
  not: has('Rules', { contains: has('ObjectOwnership', { const: 'BucketOwnerEnforced' }) }),
});
const UNBLOCKED: JsonObject = has('PublicAccessBlockConfiguration', {
  not: has('BlockPublicAcls', { const: true }),
});

/**
 * S3 API reference, Tiering, Days: "The minimum number of days specified for Archive Access tier must be at least 90
 * days and Deep Archive Access tier must be at least 180 days. The maximum can be up to 2 years (730 days)."
 */
const TIERING: JsonObject = {
  allOf: [
    ['ARCHIVE_ACCESS', 90],
    ['DEEP_ARCHIVE_ACCESS', 180],
  ].map(([tier = '', least = 0]) => ({
    if: { properties: { AccessTier: { const: tier } }, required: ['AccessTier'] },
    then: {
      properties: {
        Days: {
          minimum: least,
          maximum: 730,
          fix: `write between ${least} and 730 days`,
          says: `Days of the tier ${tier} must be between ${least} and 730`,
        },
      },
    },
  })),
};

/** Allows one * in each entry (versity/versitygw#1870, recorded; S3 API reference, CORSRule, AllowedHeaders). */
const oneWildcard = (name: string): JsonObject => ({
  items: {
    pattern: String.raw`^[^*]*\*?[^*]*$`,
    fix: 'keep at most one * in each entry, and list the others separately',
    says: `${name} "{value}" can not have more than one wildcard.`,
  },
});
const CORS: JsonObject = {
  properties: {
    CorsRules: {
      items: {
        properties: {
          AllowedOrigins: oneWildcard('AllowedOrigin'),
          AllowedHeaders: oneWildcard('AllowedHeader'),
        },
      },
    },
  },
};

export const BUCKET_SCHEMA: JsonObject = {
  properties: {
    CorsConfiguration: CORS,
    BucketName: { allOf: [NAME, CHARACTERS] },
    BucketEncryption: ENCRYPTION,
    NotificationConfiguration: {
      properties: Object.fromEntries(
        ['LambdaConfigurations', 'QueueConfigurations', 'TopicConfigurations'].map((name) => [
          name,
          { items: { properties: { Event: EVENT, Filter: FILTER } } },
        ]),
      ),
    },
    WebsiteConfiguration: WEBSITE,
    IntelligentTieringConfigurations: { items: { properties: { Tierings: { items: TIERING } } } },
    LifecycleConfiguration: LIFECYCLE,
    ObjectLockConfiguration: {
      properties: {
        Rule: {
          properties: {
            // S3 API reference, DefaultRetention: "You cannot specify Days and Years at the same time"
            DefaultRetention: { dependentExcluded: { Days: ['Years'] } },
          },
        },
      },
    },
  },
  allOf: [
    {
      // localstack/localstack, test_s3.snapshot.json, recorded
      if: { required: ['AccelerateConfiguration', 'BucketName'] },
      then: {
        properties: {
          BucketName: {
            pattern: String.raw`^[^.]*$`,
            fix: 'remove AccelerateConfiguration, or use hyphens in place of the periods of BucketName',
            says: 'S3 Transfer Acceleration is not supported for buckets with periods (.) in their names',
          },
        },
      },
    },
    {
      // ACLs are disabled with this setting (S3 user guide, "Object Ownership").
      if: ENFORCED,
      then: {
        properties: {
          AccessControl: {
            enum: ['Private', 'BucketOwnerFullControl'],
            fix: 'remove AccessControl, or set ObjectOwnership: BucketOwnerPreferred in OwnershipControls',
            says: "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
          },
        },
      },
    },
    {
      // AWS says "if your desired bucket ACL grants public access, you must … disable Block Public Access"
      // (aws/aws-sdk#565).
      if: { allOf: [OPENED, { not: UNBLOCKED }] },
      then: {
        properties: {
          AccessControl: {
            not: { enum: ['PublicRead', 'PublicReadWrite', 'AuthenticatedRead'] },
            fix: 'set BlockPublicAcls: false and IgnorePublicAcls: false in PublicAccessBlockConfiguration, or remove AccessControl',
            says: 'Bucket cannot have public ACLs set with BlockPublicAccess enabled (set BlockPublicAcls of PublicAccessBlockConfiguration to false)',
          },
        },
      },
    },
  ],
};
