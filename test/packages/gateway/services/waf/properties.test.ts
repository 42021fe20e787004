import type { JsonObject } from '@gatewright/aws/json-object';
import { ABSENT, arnOf, describeProperties, NAMED_BEFORE, times } from '../check-properties.ts';
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
/** A statement, and the bounds and values of its members. */
type StatementRow = readonly [
  statement: JsonObject,
  bounds?: PropertyRow['bounds'],
  values?: PropertyRow['values'],
];
const STATEMENTS: readonly StatementRow[] = [
  [
    { ByteMatchStatement: { ...FIELD, SearchString: 'a', PositionalConstraint: 'EXACTLY' } },
    {},
    {
      SearchString: {
        takes: ['a'.repeat(200), 'ä'.repeat(100)],
        refuses: ['', 'a'.repeat(201), 'ä'.repeat(101)],
      },
      SearchStringBase64: { takes: [], refuses: ['YQ=='] },
      PositionalConstraint: {
        takes: ['STARTS_WITH', 'ENDS_WITH', 'CONTAINS', 'CONTAINS_WORD'],
        refuses: ['WITHIN', ABSENT],
      },
      TextTransformations: {
        takes: [
          times(10, (Priority) => ({ Priority, Type: 'NONE' })),
          [{ Priority: 2 ** 31 - 1, Type: 'NONE' }],
        ],
        refuses: [
          [],
          times(11, (Priority) => ({ Priority, Type: 'NONE' })),
          [{ Priority: 2 ** 31, Type: 'NONE' }],
          [{ Priority: -1, Type: 'NONE' }],
          [{ Priority: 0, Type: 'REVERSE' }],
          times(2, () => ({ Priority: 0, Type: 'NONE' })),
        ],
      },
      FieldToMatch: {
        takes: [
          {
            Headers: {
              MatchPattern: { IncludedHeaders: times(199, (n) => `h${n}`) },
              MatchScope: 'ALL',
              OversizeHandling: 'MATCH',
            },
          },
        ],
        refuses: [
          {},
          { Method: {}, UriPath: {} },
          { Path: {} },
          { SingleHeader: {} },
          { Body: { OversizeHandling: 'IGNORE' } },
          { Headers: { MatchPattern: { All: {} }, MatchScope: 'ALL' } },
          {
            Headers: {
              MatchPattern: { IncludedCookies: ['a'] },
              MatchScope: 'ALL',
              OversizeHandling: 'MATCH',
            },
          },
          {
            Headers: {
              MatchPattern: { IncludedHeaders: times(200, (n) => `h${n}`) },
              MatchScope: 'ALL',
              OversizeHandling: 'MATCH',
            },
          },
          { JsonBody: { MatchPattern: { IncludedPaths: ['a'] }, MatchScope: 'ALL' } },
          { JsonBody: { MatchPattern: { IncludedPaths: [] }, MatchScope: 'ALL' } },
        ],
      },
      PreParseTextTransformations: { takes: [[]], refuses: [[{ Priority: 0, Type: 'URL_DECODE' }]] },
    },
  ],
  [{ ByteMatchStatement: { ...FIELD, SearchStringBase64: 'YQ==', PositionalConstraint: 'CONTAINS' } }],
  [
    { RegexMatchStatement: { ...FIELD, RegexString: 'a+' } },
    {},
    { RegexString: { takes: ['a'.repeat(512)], refuses: ['', 'a'.repeat(513), '(a', '(?=a)'] } },
  ],
  [{ RegexPatternSetReferenceStatement: { ...FIELD, Arn: arnOf('Patterns') } }],
  [
    { SizeConstraintStatement: { ...FIELD, ComparisonOperator: 'GT', Size: 1 } },
    { Size: [0, 21_474_836_480] },
  ],
  [
    {
      GeoMatchStatement: {
        CountryCodes: ['DE'],
        ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' },
      },
    },
    {},
    {
      CountryCodes: { takes: [times(50, () => 'DE')], refuses: [[], ['de'], ['DEU'], times(51, () => 'DE')] },
      ForwardedIPConfig: {
        takes: [{ HeaderName: 'a'.repeat(255), FallbackBehavior: 'NO_MATCH' }],
        refuses: [{ HeaderName: 'a'.repeat(256), FallbackBehavior: 'MATCH' }, { HeaderName: 'a' }],
      },
    },
  ],
  [{ IPSetReferenceStatement: { Arn: arnOf('Addresses'), IPSetForwardedIPConfig: FORWARDED } }],
  [
    { LabelMatchStatement: { Scope: 'LABEL', Key: 'a' } },
    {},
    {
      Key: { takes: ['a'.repeat(1024)], refuses: ['', 'a:', 'a'.repeat(1025)] },
      Scope: { takes: [], refuses: ['NAMESPACE', 'label'] },
    },
  ],
  [{ SqliMatchStatement: { ...FIELD, SensitivityLevel: 'HIGH' } }],
  [{ XssMatchStatement: FIELD }],
  [
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
    {
      EvaluationWindowSec: { takes: [120, 300, 600], refuses: [0, 59, 90, 601] },
      ForwardedIPConfig: { takes: [], refuses: [ABSENT] },
      AggregateKeyType: { takes: ['IP', 'CONSTANT'], refuses: ['CUSTOM_KEYS', 'HEADER'] },
      ScopeDownStatement: { takes: [ABSENT], refuses: [{ RateBasedStatement: {} }, { NoStatement: {} }] },
    },
  ],
];
/** API reference, FieldToMatch. */
const FIELDS: readonly JsonObject[] = [
  { Method: {} },
  { QueryString: {} },
  { AllQueryArguments: {} },
  { SingleHeader: { Name: 'a' } },
  { SingleQueryArgument: { Name: 'a' } },
  { UriFragment: { FallbackBehavior: 'MATCH' } },
  { Body: { OversizeHandling: 'MATCH' } },
  {
    JsonBody: {
      MatchPattern: { IncludedPaths: ['/a'] },
      MatchScope: 'ALL',
      OversizeHandling: 'NO_MATCH',
      InvalidFallbackBehavior: 'EVALUATE_AS_STRING',
    },
  },
  { JsonBody: { MatchPattern: { All: {} }, MatchScope: 'KEY' } },
  { Headers: { MatchPattern: { IncludedHeaders: ['a'] }, MatchScope: 'ALL', OversizeHandling: 'MATCH' } },
  { Headers: { MatchPattern: { All: {} }, MatchScope: 'VALUE', OversizeHandling: 'CONTINUE' } },
  { Cookies: { MatchPattern: { ExcludedCookies: ['a'] }, MatchScope: 'KEY', OversizeHandling: 'MATCH' } },
  { HeaderOrder: { OversizeHandling: 'MATCH' } },
];
const KEYS: readonly JsonObject[] = [
  { IP: {} },
  { HTTPMethod: {} },
  { Header: { Name: 'a', TextTransformations: FIELD.TextTransformations } },
  { QueryArgument: { Name: 'a', TextTransformations: FIELD.TextTransformations } },
  { QueryString: { TextTransformations: FIELD.TextTransformations } },
  { UriPath: { TextTransformations: FIELD.TextTransformations } },
  { Cookie: { Name: 'a', TextTransformations: FIELD.TextTransformations } },
  { LabelNamespace: { Namespace: 'a' } },
];
const INSPECTED = FIELDS.map((field): StatementRow => [
  {
    ByteMatchStatement: { ...FIELD, FieldToMatch: field, SearchString: 'a', PositionalConstraint: 'EXACTLY' },
  },
]);
const COUNTED = KEYS.map((key): StatementRow => [
  {
    RateBasedStatement: {
      Limit: 100,
      AggregateKeyType: 'CUSTOM_KEYS',
      CustomKeys: [key, { HTTPMethod: {} }],
    },
  },
]);
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
  ...[...STATEMENTS, ...INSPECTED, ...COUNTED].map(([statement, bounds = {}, values = {}]): PropertyRow => ({
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

describeProperties('AWS WAF', WALLS);
