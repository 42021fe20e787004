import { words } from '../../core/resource-types/words.ts';
import type { ResourceTypeTable } from '../../core/resource-types/resource-types.ts';

/** `Ref` and `Fn::GetAtt` of these types are in packages/gateway/templates/cloudformation/service-names.ts. */
export const WAF_TYPES = {
  'AWS::WAFv2::WebACL': {
    enforced: words('Name Scope DefaultAction Rules CustomResponseBodies AssociationConfig VisibilityConfig'),
    noEffect: words('Description Tags CaptchaConfig ChallengeConfig TokenDomains ApplicationConfig'),
    unsupported: {
      DataProtectionConfig: 'the protected fields are logged unchanged',
      OnSourceDDoSProtectionConfig: 'this protection applies only to load balancers',
    },
  },
  'AWS::WAFv2::RuleGroup': {
    enforced: words('Name Scope Capacity Rules CustomResponseBodies'),
    noEffect: words('Description Tags VisibilityConfig AvailableLabels ConsumedLabels'),
  },
  'AWS::WAFv2::IPSet': {
    enforced: words('Name Scope Addresses IPAddressVersion'),
    noEffect: words('Description Tags'),
  },
  'AWS::WAFv2::RegexPatternSet': {
    enforced: words('Name Scope RegularExpressionList'),
    noEffect: words('Description Tags'),
  },
  'AWS::WAFv2::WebACLAssociation': { enforced: words('WebACLArn ResourceArn') },
  'AWS::WAFv2::LoggingConfiguration': {
    enforced: words('ResourceArn LogDestinationConfigs RedactedFields LoggingFilter'),
  },
} satisfies ResourceTypeTable;
