import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

const GUARDED = 'behaviors that use this resource return 500';

/** `Ref` and `Fn::GetAtt` of these types are in packages/gateway/templates/cloudformation/service-names.ts. */
export const CLOUDFRONT_TYPES = {
  // read-distribution.ts reports unsupported members with their consequences.
  'AWS::CloudFront::Distribution': { enforced: words('DistributionConfig'), noEffect: words('Tags') },
  'AWS::CloudFront::CachePolicy': { enforced: words('CachePolicyConfig') },
  'AWS::CloudFront::OriginRequestPolicy': { enforced: words('OriginRequestPolicyConfig') },
  'AWS::CloudFront::ResponseHeadersPolicy': { enforced: words('ResponseHeadersPolicyConfig') },
  'AWS::CloudFront::Function': { consequence: GUARDED },
  'AWS::CloudFront::KeyGroup': { consequence: GUARDED },
  'AWS::CloudFront::VpcOrigin': { consequence: GUARDED },
  'AWS::CloudFront::OriginAccessControl': {
    consequence: 'behaviors with an origin that uses this resource return 500',
  },
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': {
    consequence: 'the gateway does not support S3 origins',
  },
  'AWS::CloudFront::PublicKey': { isWithoutEffect: true },
  'AWS::CloudFront::MonitoringSubscription': { isWithoutEffect: true },
} satisfies ResourceTypeTable;
