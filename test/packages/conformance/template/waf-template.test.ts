import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resourcesOf } from '../../../support/a-parity-case.ts';

const API = { Ref: 'Api' };
const REGION = { Ref: 'AWS::Region' };

/** CloudFormation template reference, AWS::WAFv2. */
describe('the web ACL of a case', () => {
  it('has its sets and groups, rules with what they do not say, and the stage that it guards', () => {
    const found = resourcesOf('rest', {
      stage: 'dev',
      waf: {
        webAcl: {
          Rules: [
            { Statement: { RuleGroupReferenceStatement: { Arn: '${waf:group}' } } },
            {
              Priority: 9,
              Action: { Count: {} },
              Statement: { IPSetReferenceStatement: { Arn: '${waf:four}' } },
            },
            {},
          ],
        },
        ipSets: { four: ['192.0.2.0/24'], six: ['192.0.2.0/24', '2001:db8::/32'] },
        patternSets: { words: ['a+'] },
        ruleGroups: {
          group: { Capacity: 9, Rules: [{ Statement: { NotStatement: {}, ManagedRuleGroupStatement: {} } }] },
        },
      },
    });
    const made = Object.fromEntries(
      Object.entries(found).filter(([id]) => !['Api', 'Deployment', 'Stage'].includes(id)),
    );

    assert.deepEqual(made, {
      Waffour: {
        Type: 'AWS::WAFv2::IPSet',
        Properties: {
          Name: 'Waffour',
          Scope: 'REGIONAL',
          Addresses: ['192.0.2.0/24'],
          IPAddressVersion: 'IPV4',
        },
      },
      Wafsix: {
        Type: 'AWS::WAFv2::IPSet',
        Properties: {
          Name: 'Wafsix',
          Scope: 'REGIONAL',
          Addresses: ['192.0.2.0/24', '2001:db8::/32'],
          IPAddressVersion: 'IPV6',
        },
      },
      Wafwords: {
        Type: 'AWS::WAFv2::RegexPatternSet',
        Properties: { Name: 'Wafwords', Scope: 'REGIONAL', RegularExpressionList: ['a+'] },
      },
      Wafgroup: {
        Type: 'AWS::WAFv2::RuleGroup',
        Properties: {
          Name: 'Wafgroup',
          Scope: 'REGIONAL',
          Capacity: 9,
          VisibilityConfig: {
            CloudWatchMetricsEnabled: false,
            SampledRequestsEnabled: true,
            MetricName: 'group',
          },
          Rules: [
            {
              Name: 'Rule0',
              Priority: 0,
              VisibilityConfig: {
                CloudWatchMetricsEnabled: false,
                SampledRequestsEnabled: true,
                MetricName: 'Rule0',
              },
              OverrideAction: { None: {} },
              Statement: { NotStatement: {}, ManagedRuleGroupStatement: {} },
            },
          ],
        },
      },
      WebAcl: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: {
          Name: 'WafWebAcl',
          Scope: 'REGIONAL',
          DefaultAction: { Allow: {} },
          VisibilityConfig: {
            CloudWatchMetricsEnabled: false,
            SampledRequestsEnabled: true,
            MetricName: 'WebAcl',
          },
          Rules: [
            {
              Name: 'Rule0',
              Priority: 0,
              VisibilityConfig: {
                CloudWatchMetricsEnabled: false,
                SampledRequestsEnabled: true,
                MetricName: 'Rule0',
              },
              OverrideAction: { None: {} },
              Statement: { RuleGroupReferenceStatement: { Arn: { 'Fn::GetAtt': ['Wafgroup', 'Arn'] } } },
            },
            {
              Name: 'Rule1',
              Priority: 9,
              VisibilityConfig: {
                CloudWatchMetricsEnabled: false,
                SampledRequestsEnabled: true,
                MetricName: 'Rule1',
              },
              Action: { Count: {} },
              Statement: { IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': ['Waffour', 'Arn'] } } },
            },
            {
              Name: 'Rule2',
              Priority: 2,
              VisibilityConfig: {
                CloudWatchMetricsEnabled: false,
                SampledRequestsEnabled: true,
                MetricName: 'Rule2',
              },
              Action: { Block: {} },
            },
          ],
        },
      },
      Association: {
        Type: 'AWS::WAFv2::WebACLAssociation',
        Properties: {
          ResourceArn: {
            'Fn::Join': [
              '',
              ['arn:aws:apigateway:', REGION, '::/restapis/', API, '/stages/', { Ref: 'Stage' }],
            ],
          },
          WebACLArn: { 'Fn::GetAtt': ['WebAcl', 'Arn'] },
        },
      },
    });
  });

  it('contains what the case defines', () => {
    const webAcl = { DefaultAction: { Block: {} }, VisibilityConfig: {} };
    const { WebAcl } = resourcesOf('rest', { stage: 'dev', waf: { webAcl } });

    assert.deepEqual(WebAcl?.Properties, { Name: 'WafWebAcl', Scope: 'REGIONAL', ...webAcl, Rules: [] });
  });
});
