/** Statements of rules with all of their members (AWS WAF API reference, Statement). */
import type { JsonObject } from '@gatewright/aws/json-object';
import { ABSENT, arnOf, times } from '../../../../support/service-properties.ts';
import type { PropertyRow } from '../../../../support/service-properties.ts';

const FIELD = { FieldToMatch: { UriPath: {} }, TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }] };
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

export const STATEMENT_ROWS: readonly StatementRow[] = [...STATEMENTS, ...INSPECTED, ...COUNTED];
