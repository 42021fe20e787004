import { host, row, lowerNamed } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const bucketName = lowerNamed('BucketName', 63);

export const S3_TYPES = {
  // Objects come from calls that are made while the gateway runs, and from the values file.
  'AWS::S3::Bucket': {
    enforced: words(
      `BucketName NotificationConfiguration.LambdaConfigurations NotificationConfiguration.QueueConfigurations
       NotificationConfiguration.TopicConfigurations NotificationConfiguration.EventBridgeConfiguration CorsConfiguration.CorsRules`,
    ),
    noEffect: words(
      `AccessControl BucketEncryption Tags OwnershipControls PublicAccessBlockConfiguration LoggingConfiguration
       AccelerateConfiguration AnalyticsConfigurations MetricsConfigurations InventoryConfigurations
       IntelligentTieringConfigurations AbacStatus MetadataConfiguration
       MetadataTableConfiguration`,
    ),
    unsupported: {
      LifecycleConfiguration: 'objects stay as long as the gateway runs',
      WebsiteConfiguration: 'the bucket is not served as a website',
      VersioningConfiguration: 'versions can be read and deleted by their ids, but not listed',
      ReplicationConfiguration: 'objects are not copied',
      ObjectLockConfiguration: 'every object can be deleted',
      ObjectLockEnabled: 'every object can be deleted',
    },
    names: row(bucketName, {
      Arn: (resource) => `arn:${resource.partition}:s3:::${bucketName(resource)}`,
      DomainName: host((resource) => `${bucketName(resource)}.s3`),
      RegionalDomainName: host((resource) => `${bucketName(resource)}.s3.${resource.region}`),
      WebsiteURL: (resource) =>
        `http://${bucketName(resource)}.s3-website-${resource.region}.${resource.urlSuffix}`,
    }),
  },
  // CDK’s custom resource, whose function is not called, because the service reads the notifications itself.
  'Custom::S3BucketNotifications': {
    enforced: words(
      `BucketName NotificationConfiguration.LambdaFunctionConfigurations NotificationConfiguration.QueueConfigurations
       NotificationConfiguration.TopicConfigurations NotificationConfiguration.EventBridgeConfiguration`,
    ),
    noEffect: words('ServiceToken Managed SkipDestinationValidation'),
    names: row((resource) => resource.text('BucketName') ?? ''),
  },
  'AWS::S3::BucketPolicy': { names: row((resource) => resource.text('Bucket') ?? ''), isWithoutEffect: true },
} satisfies ResourceTypeTable;
