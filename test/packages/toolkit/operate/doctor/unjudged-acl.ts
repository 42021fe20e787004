/** A web ACL in front of the stage `prod` of `Api`, with a rule that only AWS can judge. */
export const UNJUDGED_ACL = {
  Acl: {
    Type: 'AWS::WAFv2::WebACL',
    Properties: {
      Name: 'acl',
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Name: 'bots',
          Priority: 0,
          OverrideAction: { None: {} },
          Statement: {
            ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesBotControlRuleSet' },
          },
        },
      ],
    },
  },
  Guard: {
    Type: 'AWS::WAFv2::WebACLAssociation',
    Properties: {
      ResourceArn: { 'Fn::Sub': 'arn:aws:apigateway:us-east-1::/restapis/${Api}/stages/prod' },
      WebACLArn: { 'Fn::GetAtt': ['Acl', 'Arn'] },
    },
  },
};
