import type { JsonObject } from '@gatewright/aws/json-object';
import { arnOf, describeProperties, NAMED_BEFORE } from '../check-properties.ts';
import type { PropertyRow } from '../check-properties.ts';

const FIELD = { FieldToMatch: { UriPath: {} }, TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }] };
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
const FORWARDED = { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH', Position: 'ANY' };
const STATEMENTS: readonly (readonly [
  name: string,
  statement: JsonObject,
  bounds?: PropertyRow['bounds'],
])[] = [
  ['byte match', { ByteMatchStatement: { ...FIELD, SearchString: 'a', PositionalConstraint: 'EXACTLY' } }],
  [
    'byte match in base64',
    { ByteMatchStatement: { ...FIELD, SearchStringBase64: 'YQ==', PositionalConstraint: 'CONTAINS' } },
  ],
  ['pattern', { RegexMatchStatement: { ...FIELD, RegexString: 'a+' } }],
  ['set of patterns', { RegexPatternSetReferenceStatement: { ...FIELD, Arn: arnOf('Patterns') } }],
  [
    'size',
    { SizeConstraintStatement: { ...FIELD, ComparisonOperator: 'GT', Size: 1 } },
    { Size: [0, 21_474_836_480] },
  ],
  [
    'country',
    {
      GeoMatchStatement: {
        CountryCodes: ['DE'],
        ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' },
      },
    },
  ],
  ['IP set', { IPSetReferenceStatement: { Arn: arnOf('Addresses'), IPSetForwardedIPConfig: FORWARDED } }],
  ['label', { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } }],
  ['SQL', { SqliMatchStatement: { ...FIELD, SensitivityLevel: 'HIGH' } }],
  ['script', { XssMatchStatement: FIELD }],
  [
    'and, or, not',
    {
      AndStatement: {
        Statements: [
          {
            OrStatement: {
              Statements: [
                { NotStatement: { Statement: { LabelMatchStatement: { Scope: 'NAMESPACE', Key: 'a:' } } } },
                { LabelMatchStatement: { Scope: 'LABEL', Key: 'b' } },
              ],
            },
          },
          { LabelMatchStatement: { Scope: 'LABEL', Key: 'c' } },
        ],
      },
    },
  ],
  [
    'rate',
    {
      RateBasedStatement: {
        Limit: 100,
        EvaluationWindowSec: 60,
        AggregateKeyType: 'FORWARDED_IP',
        ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' },
        ScopeDownStatement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } },
      },
    },
    { Limit: [10, 2_000_000_000] },
  ],
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

const WALLS: readonly PropertyRow[] = [
  ...STATEMENTS.map(([, statement, bounds = {}]): PropertyRow => ({
    type: 'AWS::WAFv2::WebACL',
    properties: ACL({ Statement: statement }),
    unread: {
      Name: NAMED_BEFORE,
      ...NO_METRICS,
    },
    others: AROUND_ACL,
    bounds: Object.fromEntries(
      Object.entries(bounds).map(([name, range]) => [
        `Rules.0.Statement.${Object.keys(statement)[0]}.${name}`,
        range,
      ]),
    ),
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
    bounds: {
      'Rules.0.Priority': [0, 2 ** 31 - 1],
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
  },
  {
    type: 'AWS::WAFv2::IPSet',
    properties: { Name: 's', Scope: 'REGIONAL', IPAddressVersion: 'IPV4', Addresses: ['192.0.2.0/24'] },
    unread: { Name: NAMED_BEFORE, Scope: NAMED_BEFORE },
  },
  {
    type: 'AWS::WAFv2::RegexPatternSet',
    properties: { Name: 'p', Scope: 'REGIONAL', RegularExpressionList: ['a+'] },
    unread: { Name: NAMED_BEFORE, Scope: NAMED_BEFORE },
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

describeProperties('AWS WAF', WALLS);
