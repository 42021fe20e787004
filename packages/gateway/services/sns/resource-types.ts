import { arnOf, named, row } from '../../core/resource-types/namers.ts';
import { words } from '../../core/resource-types/words.ts';
import { RECORDED } from '../../core/resource-types/resource-types.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

/** The policies of topics are evaluated for deliveries. For calls, only the caller's role decides who may publish. */
export const SNS_TYPES = {
  'AWS::SNS::Topic': {
    enforced: words('TopicName FifoTopic Subscription ContentBasedDeduplication FifoThroughputScope'),
    noEffect: words(
      `DisplayName Tags KmsMasterKeyId SignatureVersion TracingConfig DataProtectionPolicy DeliveryStatusLogging`,
    ),
    unsupported: {
      ArchivePolicy: 'messages are not archived',
    },
    names: row(arnOf('sns', named('TopicName', 256)), {
      TopicArn: arnOf('sns', named('TopicName', 256)),
      TopicName: named('TopicName', 256),
    }),
  },
  'AWS::SNS::Subscription': {
    enforced: words(
      'TopicArn Protocol Endpoint FilterPolicy FilterPolicyScope RawMessageDelivery RedrivePolicy',
    ),
    noEffect: words('Region SubscriptionRoleArn DeliveryPolicy'),
    unsupported: { ReplayPolicy: 'messages are not archived' },
  },
  // These policies are evaluated for deliveries (control/deliveries).
  'AWS::SNS::TopicPolicy': { enforced: words('PolicyDocument Topics') },
  'AWS::SNS::TopicInlinePolicy': { enforced: words('PolicyDocument TopicArn') },
  'AWS::SNS::*': { consequence: RECORDED },
} satisfies ResourceTypeTable;
