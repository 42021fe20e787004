/** Rules of web ACLs and rule groups, as they are evaluated. Texts to inspect have one character per byte. */
import type { PreParse } from '../evaluate/pre-parse.ts';
import type { Transformations } from '../evaluate/transform.ts';

type OneOf<List extends readonly string[]> = List[number];

export const OVERSIZE = ['CONTINUE', 'MATCH', 'NO_MATCH'] as const;
export const MATCH_SCOPES = ['ALL', 'KEY', 'VALUE'] as const;
export const FALLBACKS = ['MATCH', 'NO_MATCH'] as const;
export const JSON_FALLBACKS = [...FALLBACKS, 'EVALUATE_AS_STRING'] as const;
export const POSITIONS = ['FIRST', 'LAST', 'ANY'] as const;
export const CONSTRAINTS = ['EXACTLY', 'STARTS_WITH', 'ENDS_WITH', 'CONTAINS', 'CONTAINS_WORD'] as const;
export const COMPARISONS = ['EQ', 'NE', 'LE', 'LT', 'GE', 'GT'] as const;
export const LABEL_SCOPES = ['LABEL', 'NAMESPACE'] as const;
export const RATE_KEY_TYPES = ['IP', 'FORWARDED_IP', 'CUSTOM_KEYS', 'CONSTANT'] as const;
/** Action members of rules, and their names in logs and API calls. */
export const ACTIONS = {
  Allow: 'ALLOW',
  Block: 'BLOCK',
  Count: 'COUNT',
  Captcha: 'CAPTCHA',
  Challenge: 'CHALLENGE',
} as const;

export type Oversize = OneOf<typeof OVERSIZE>;
export type MatchScope = OneOf<typeof MATCH_SCOPES>;
type Fallback = OneOf<typeof FALLBACKS>;
export type Constraint = OneOf<typeof CONSTRAINTS>;
export type Comparison = OneOf<typeof COMPARISONS>;
export type ActionKind = (typeof ACTIONS)[keyof typeof ACTIONS];

export type KeyFilter =
  | { readonly kind: 'all' }
  | { readonly kind: 'included' | 'excluded'; readonly names: ReadonlySet<string> };

export type Field =
  | { readonly kind: 'method' | 'uri-path' | 'query-string' }
  | { readonly kind: 'header'; /** The name in lower case. */ readonly name: string }
  | { readonly kind: 'all-query-arguments'; readonly preParse?: readonly PreParse[] }
  | {
      readonly kind: 'query-argument';
      /** The name in lower case. */
      readonly name: string;
      readonly preParse?: readonly PreParse[];
    }
  | { readonly kind: 'uri-fragment'; readonly fallback: Fallback }
  | { readonly kind: 'body'; readonly oversize: Oversize }
  | {
      readonly kind: 'json-body';
      readonly oversize: Oversize;
      readonly scope: MatchScope;
      /** The JSON pointers of the elements to inspect; undefined if all elements are inspected. */
      readonly paths: readonly string[] | undefined;
      /**
       * How a body that is not valid JSON is treated. If it is undefined, the elements before the first fault are
       * inspected.
       */
      readonly fallback: OneOf<typeof JSON_FALLBACKS> | undefined;
    }
  | {
      readonly kind: 'headers' | 'cookies';
      readonly keys: KeyFilter;
      readonly scope: MatchScope;
      readonly oversize: Oversize;
    }
  | { readonly kind: 'header-order'; readonly oversize: Oversize }
  /** TLS fingerprints, which the gateway cannot read. */
  | { readonly kind: 'unseen'; readonly name: 'JA3Fingerprint' | 'JA4Fingerprint' };

/** A field of a request, and the transformations that are applied to it before the inspection. */
export type Inspection = {
  readonly field: Field;
  readonly transformations: Transformations;
  /** The part's unique index among the inspected parts of a request. */
  readonly slot: number;
};

export type ForwardedIp = {
  /** Name of the header in lower case. */
  readonly header: string;
  readonly fallback: Fallback;
};

export type AggregateKey =
  | { readonly kind: 'ip' | 'method' }
  | { readonly kind: 'forwarded-ip' }
  | { readonly kind: 'label-namespace'; readonly namespace: string }
  | { readonly kind: 'field'; readonly inspection: Inspection }
  | { readonly kind: 'cookie'; readonly name: string; readonly transformations: Transformations }
  | { readonly kind: 'unseen'; readonly name: string };

export type Detector = 'sqli' | 'sqli-high' | 'xss' | 'asn' | 'managed';

export type RateStatement = {
  readonly kind: 'rate';
  /** The statement as written. If it changes, the requests are counted from zero again. */
  readonly id: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly keyType: OneOf<typeof RATE_KEY_TYPES>;
  readonly keys: readonly AggregateKey[];
  readonly forwarded: ForwardedIp | undefined;
  readonly scopeDown: Statement | undefined;
};

export type Statement =
  | { readonly kind: 'and' | 'or'; readonly statements: readonly Statement[] }
  | { readonly kind: 'not'; readonly statement: Statement }
  | {
      readonly kind: 'ip-set';
      readonly arn: string;
      readonly forwarded: (ForwardedIp & { readonly position: OneOf<typeof POSITIONS> }) | undefined;
    }
  | {
      readonly kind: 'geo';
      readonly countries: ReadonlySet<string>;
      readonly forwarded: ForwardedIp | undefined;
    }
  | {
      readonly kind: 'bytes';
      readonly inspection: Inspection;
      readonly search: string;
      readonly constraint: Constraint;
    }
  | { readonly kind: 'regex'; readonly inspection: Inspection; readonly pattern: Pattern }
  | { readonly kind: 'regex-set'; readonly inspection: Inspection; readonly arn: string }
  | {
      readonly kind: 'size';
      readonly inspection: Inspection;
      readonly comparison: Comparison;
      readonly size: number;
    }
  | { readonly kind: 'label'; readonly scope: OneOf<typeof LABEL_SCOPES>; readonly key: string }
  | {
      readonly kind: 'unjudged';
      readonly detector: Detector;
      readonly what: string;
      readonly inspection: Inspection | undefined;
    }
  | RateStatement;

/** A compiled regular expression that runs in linear time. */
export interface Pattern {
  readonly source: string;
  isFoundIn(text: string): boolean;
}

export type InsertedHeader = { readonly name: string; readonly value: string };

export type CustomResponse = {
  readonly status: number;
  readonly headers: readonly InsertedHeader[];
  readonly body: { readonly text: string; readonly contentType: string } | undefined;
};

export type RuleAction =
  | {
      readonly kind: Exclude<ActionKind, 'BLOCK'>;
      readonly inserts: readonly InsertedHeader[];
    }
  | { readonly kind: 'BLOCK'; readonly response: CustomResponse | undefined };

export type Rule = {
  readonly name: string;
  readonly priority: number;
  readonly metricName: string;
  readonly isSampled: boolean;
  readonly does:
    | {
        readonly kind: 'statement';
        readonly statement: Statement;
        readonly action: RuleAction;
        /** Full names of the labels. */
        readonly labels: readonly string[];
      }
    | {
        readonly kind: 'group';
        readonly group: GroupReference;
        readonly scopeDown: Statement | undefined;
        /** Whether the group has the setting `OverrideAction: Count`. */
        readonly isCounted: boolean;
        readonly overrides: ReadonlyMap<string, RuleAction>;
      };
};

export type GroupReference =
  | { readonly kind: 'own'; readonly arn: string }
  | { readonly kind: 'managed'; readonly vendor: string; readonly name: string };

/** Rules with the prefix of their labels, such as `awswaf:{account}:webacl:{name}:`. */
export type RuleSet = { readonly prefix: string; readonly rules: readonly Rule[] };

export type WebAcl = RuleSet & {
  readonly arn: string;
  readonly name: string;
  readonly metricName: string;
  readonly isSampled: boolean;
  readonly defaultAction: RuleAction;
  readonly bodyLimitBytes: number;
};
