import type { JsonObject } from '@gatewright/aws/json-object';
import * as wafv2 from '../../../../../packages/gateway/services/waf/service.ts';
import {
  ABSENT,
  arnOf,
  describeProperties,
  NAMED_BEFORE,
  times,
} from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';
import { STATEMENT_ROWS } from './statement-rows.ts';

const ACL = (rule: JsonObject): JsonObject => ({
  Name: 'acl',
  Scope: 'REGIONAL',
  DefaultAction: { Allow: {} },
  VisibilityConfig: { MetricName: 'm', SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true },
  Rules: [{ Name: 'r', Priority: 0, Action: { Count: {} }, VisibilityConfig: { MetricName: 'm' }, ...rule }],
});
const NO_METRICS = {
  'VisibilityConfig.CloudWatchMetricsEnabled': 'the metrics of web ACLs are always kept',
};
const GROUPS: readonly PropertyRow[] = [
  {
    type: 'AWS::WAFv2::WebACL',
    properties: {
      ...ACL({}),
      Rules: [
        {
          Name: 'r',
          Priority: 0,
          OverrideAction: { Count: {} },
          Statement: {
            RuleGroupReferenceStatement: {
              Arn: arnOf('Group'),
              ExcludedRules: [{ Name: 'a' }],
              RuleActionOverrides: [{ Name: 'b', ActionToUse: { Count: {} } }],
            },
          },
        },
      ],
    },
    unread: { Name: NAMED_BEFORE, ...NO_METRICS },
    others: {
      Group: {
        Type: 'AWS::WAFv2::RuleGroup',
        Properties: { Name: 'g', Scope: 'REGIONAL', Capacity: 10, Rules: [] },
      },
    },
    values: {
      'Rules.0.OverrideAction': { takes: [{ None: {} }], refuses: [{ Block: {} }, {}] },
      'Rules.0.Action': { takes: [], refuses: [{ Count: {} }] },
      'Rules.0.RuleLabels': { takes: [], refuses: [[{ Name: 'l' }]] },
      'Rules.0.Statement.RuleGroupReferenceStatement.ExcludedRules': {
        takes: [times(100, (n) => ({ Name: `r${n}` }))],
        refuses: [times(101, (n) => ({ Name: `r${n}` }))],
      },
    },
  },
];

const AROUND_ACL = {
  Addresses: {
    Type: 'AWS::WAFv2::IPSet',
    Properties: { Name: 's', Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: ['192.0.2.0/24'] },
  },
  Patterns: {
    Type: 'AWS::WAFv2::RegexPatternSet',
    Properties: { Name: 'p', Scope: 'REGIONAL', RegularExpressionList: ['a+'] },
  },
};

/** The same values by their paths within the resource. */
function below<Value>(statement: JsonObject, values: Readonly<Record<string, Value>>): Record<string, Value> {
  const path = `Rules.0.Statement.${Object.keys(statement)[0] ?? ''}`;
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${path}.${name}`, value]));
}

const WALLS: readonly PropertyRow[] = [
  ...GROUPS,
  ...STATEMENT_ROWS.map(([statement, bounds = {}, values = {}]): PropertyRow => ({
    type: 'AWS::WAFv2::WebACL',
    properties: ACL({ Statement: statement }),
    unread: {
      Name: NAMED_BEFORE,
      ...NO_METRICS,
    },
    others: AROUND_ACL,
    bounds: below(statement, bounds),
    values: below(statement, values),
  })),
  {
    type: 'AWS::WAFv2::WebACL',
    properties: {
      ...ACL({
        Statement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } },
        RuleLabels: [{ Name: 'l' }],
        Action: {
          Block: {
            CustomResponse: {
              ResponseCode: 403,
              CustomResponseBodyKey: 'k',
              ResponseHeaders: [{ Name: 'x-a', Value: 'a' }],
            },
          },
        },
      }),
      CustomResponseBodies: { k: { ContentType: 'TEXT_PLAIN', Content: 'no' } },
      AssociationConfig: { RequestBody: { API_GATEWAY: { DefaultSizeInspectionLimit: 'KB_32' } } },
      DefaultAction: { Allow: { CustomRequestHandling: { InsertHeaders: [{ Name: 'a', Value: 'b' }] } } },
    },
    unread: { Name: NAMED_BEFORE, ...NO_METRICS },
    bounds: { 'Rules.0.Priority': [0, 2 ** 31 - 1] },
    values: {
      'Rules.0.Name': { takes: ['a'.repeat(128)], refuses: ['', 'a'.repeat(129)] },
      'Rules.0.RuleLabels': {
        takes: [
          times(100, (n) => ({ Name: `l${n}` })),
          [{ Name: 'a:b:c:d:e:f' }],
          [{ Name: 'a'.repeat(128) }],
        ],
        refuses: [
          times(101, (n) => ({ Name: `l${n}` })),
          [{ Name: 'a:b:c:d:e:f:g' }],
          [{ Name: 'a'.repeat(129) }],
          [{ Name: 'a b' }],
          ...['awswaf', 'aws', 'waf', 'rulegroup', 'webacl', 'regexpatternset', 'ipset', 'managed'].map(
            (name) => [{ Name: `a:${name}` }],
          ),
        ],
      },
      'Rules.0.Action': {
        takes: [{ Captcha: {} }, { Challenge: {} }],
        refuses: [ABSENT, {}, { Deny: {} }, { Allow: {}, Block: {} }],
      },
      'Rules.0.Action.Block.CustomResponse.ResponseCode': {
        takes: [200, 416, 505],
        refuses: [199, 418, 506, 600],
      },
      'Rules.0.Action.Block.CustomResponse.CustomResponseBodyKey': { takes: [ABSENT], refuses: ['other'] },
      'Rules.0.Action.Block.CustomResponse.ResponseHeaders': {
        takes: [
          times(10, (n) => ({ Name: `x-${n}`, Value: 'a' })),
          [{ Name: 'a'.repeat(64), Value: 'a'.repeat(255) }],
        ],
        refuses: [
          times(11, (n) => ({ Name: `x-${n}`, Value: 'a' })),
          [{ Name: 'a'.repeat(65), Value: 'a' }],
          [{ Name: 'a', Value: 'a'.repeat(256) }],
          [{ Name: 'a b', Value: 'a' }],
          [{ Name: 'a', Value: 'a\r\nb: c' }],
        ],
      },
      'CustomResponseBodies.k': {
        takes: [
          { ContentType: 'TEXT_HTML', Content: 'a'.repeat(4096) },
          { ContentType: 'APPLICATION_JSON', Content: '{}' },
        ],
        refuses: [
          { ContentType: 'TEXT_PLAIN', Content: 'a'.repeat(4097) },
          { ContentType: 'TEXT_PLAIN', Content: 'ä'.repeat(2049) },
          { ContentType: 'TEXT_CSS', Content: 'a' },
        ],
      },
      'AssociationConfig.RequestBody.API_GATEWAY.DefaultSizeInspectionLimit': {
        takes: ['KB_16', 'KB_48', 'KB_64'],
        refuses: ['KB_128', ''],
      },
      DefaultAction: { takes: [{ Block: {} }], refuses: [ABSENT, { Count: {} }, {}] },
    },
  },
  {
    type: 'AWS::WAFv2::RuleGroup',
    properties: {
      Name: 'g',
      Scope: 'REGIONAL',
      Capacity: 10,
      CustomResponseBodies: { k: { ContentType: 'TEXT_PLAIN', Content: 'no' } },
      Rules: [
        {
          Name: 'r',
          Priority: 0,
          Action: { Allow: {} },
          Statement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } },
        },
      ],
    },
    unread: { Name: NAMED_BEFORE, Scope: NAMED_BEFORE },
    bounds: { Capacity: [1, 5_000] },
    values: {
      'Rules.0.Statement': {
        takes: [],
        refuses: [
          { RuleGroupReferenceStatement: { Arn: 'a' } },
          { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'a' } },
        ],
      },
    },
  },
  {
    type: 'AWS::WAFv2::IPSet',
    properties: { Name: 's', Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: ['192.0.2.0/24'] },
    unread: { Name: NAMED_BEFORE, Scope: NAMED_BEFORE },
    values: {
      Addresses: {
        takes: [[], ['0.0.0.0/1', '192.0.2.44/32'], times(10_000, (n) => `10.0.${n >> 8}.${n & 255}/32`)],
        refuses: [
          ['192.0.2.1'],
          ['2001:db8::/32'],
          ['0.0.0.0/0'],
          ['192.0.2.0/33'],
          times(10_001, () => '10.0.0.0/8'),
        ],
      },
      IPAddressVersion: { takes: [], refuses: ['IPV6', 'IPV5', ABSENT] },
    },
  },
  {
    type: 'AWS::WAFv2::RegexPatternSet',
    properties: { Name: 'p', Scope: 'REGIONAL', RegularExpressionList: ['a+'] },
    unread: { Name: NAMED_BEFORE, Scope: NAMED_BEFORE },
    values: {
      RegularExpressionList: {
        takes: [times(10, () => 'a'), ['a'.repeat(512)]],
        refuses: [times(11, () => 'a'), ['a'.repeat(513)], ['(a']],
      },
    },
  },
  {
    type: 'AWS::WAFv2::LoggingConfiguration',
    properties: {
      ResourceArn: arnOf('Acl'),
      LogDestinationConfigs: ['arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-a'],
      RedactedFields: [{ SingleHeader: { Name: 'authorization' } }, { Method: {} }],
      LoggingFilter: {
        DefaultBehavior: 'KEEP',
        Filters: [
          {
            Behavior: 'DROP',
            Requirement: 'MEETS_ALL',
            Conditions: [
              { ActionCondition: { Action: 'ALLOW' } },
              { LabelNameCondition: { LabelName: 'awswaf:a' } },
            ],
          },
        ],
      },
    },
    others: {
      Acl: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: { ...ACL({ Statement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } } }) },
      },
    },
  },
];

describeProperties('AWS WAF', { wafv2 }, WALLS);
