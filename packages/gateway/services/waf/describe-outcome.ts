/**
 * Creates the sentences of `explain` about web ACLs. They say what a web ACL did with a request, and what would change
 * the result.
 */
import { adviseOversize, describeOversize } from './describe-oversize.ts';
import { fromBytesText } from './rules/bytes-text.ts';
import type { ScreenRule } from '../../core/defect.ts';
import type { Outcome, RuleMatch, Unjudged } from './evaluate/judge-web-acl.ts';
import type { Field, Rule, Statement, WebAcl } from './rules/statement.ts';

type Refusal = {
  readonly reason: string;
  readonly screen: ScreenRule;
  readonly because: readonly string[];
  readonly changes: readonly string[];
};

const DOES: Readonly<Record<string, string>> = {
  BLOCK: 'blocks',
  CAPTCHA: 'asks for a CAPTCHA',
  CHALLENGE: 'sends a challenge',
};

/** @param bodyBytes the size of the request's body, which explains rules about sizes */
export function describeRefusal(
  acl: WebAcl,
  { terminating, action, unjudged }: Outcome,
  bodyBytes?: number,
): Refusal {
  if (terminating === undefined)
    return {
      reason: `default action of web ACL ${acl.name}`,
      screen: { of: acl.name, rule: undefined },
      because: [
        `No rule of the web ACL ${acl.name} allows the request, and its default action is Block.`,
        ...describeAllowing(acl),
      ],
      changes: [
        'Send a request that a rule of the web ACL allows, or add a rule with Action Allow that matches exactly the requests to let through.',
      ],
    };
  const name = nameOfMatch(terminating);
  const does = DOES[action.kind] ?? action.kind;
  return {
    reason: `rule ${name} of web ACL ${acl.name}`,
    screen: {
      of: acl.name,
      rule: terminating.rule.name,
      ...(terminating.oversized !== undefined && { isOversize: true }),
    },
    because: [
      `The rule ${name} of the web ACL ${acl.name} ${does}: ${terminating.oversized === undefined ? describeMatch(terminating, bodyBytes) : describeOversize(terminating.oversized, acl, bodyBytes)}.`,
      ...describeUnjudged(acl, unjudged),
    ],
    changes:
      terminating.oversized === undefined
        ? adviseOn(terminating)
        : adviseOversize(terminating.oversized, acl, bodyBytes),
  };
}

/** Describes the conditions of the rules with the action Allow, because the request matched none of them. */
function describeAllowing({ rules }: WebAcl): readonly string[] {
  const allowing = rules.flatMap(({ name, does }) =>
    does.kind === 'statement' && does.action.kind === 'ALLOW'
      ? [`${name} (${describeStatement(does.statement)})`]
      : [],
  );
  return allowing.length === 0 ? [] : [`These rules allow requests: ${allowing.join('; ')}.`];
}

/** Describes a request that passes, with the rules that counted it and the rules that could not be evaluated. */
export function describePassed(
  acl: WebAcl,
  { matches, unjudged, isAverted, terminating }: Outcome,
): readonly string[] {
  const counted = matches.flatMap((match) =>
    match.isTerminating
      ? []
      : [
          `The rule ${nameOfMatch(match)} of the web ACL ${acl.name} matched the request, and only counted it.`,
        ],
  );
  const averted = isAverted
    ? [
        `On AWS, ${terminating === undefined ? 'the default action' : `the rule ${nameOfMatch(terminating)}`} blocks the request, unless a rule that the gateway did not evaluate allows it. In this gateway, the request passes.`,
      ]
    : [];
  return [...counted, ...describeUnjudged(acl, unjudged), ...averted];
}

/**
 * Describes the rules that could not be evaluated. Rules of one group that have the same reason are combined, because
 * managed groups have many rules.
 */
function describeUnjudged(acl: WebAcl, unjudged: readonly Unjudged[]): readonly string[] {
  const byReason = new Map<string, { readonly rules: string[]; readonly reason: string }>();
  for (const { rule, reasons } of unjudged) {
    const [group = rule, inner] = rule.split(' / ');
    const reason = reasons.join(', ');
    const key = inner === undefined ? `${rule}\n${reason}` : `${group} /\n${reason}`;
    const known = byReason.get(key) ?? { rules: [], reason };
    known.rules.push(rule);
    byReason.set(key, known);
  }
  return [...byReason.values()].map(({ rules, reason }) => {
    const [first = ''] = rules;
    const what =
      rules.length === 1
        ? `The rule ${first} of the web ACL ${acl.name} was`
        : `${rules.length} rules of ${first.split(' / ')[0] ?? ''} in the web ACL ${acl.name} (${listed(rules.map((rule) => rule.split(' / ')[1] ?? rule))}) were`;
    return `${what} not evaluated, because the gateway does not have the following: ${reason}. On AWS, ${rules.length === 1 ? 'the rule' : 'these rules'} may decide differently.`;
  });
}

/**
 * The maximum number of rule names in a sentence. In a managed group, fewer rules than this have the same reason. In a
 * group of the user, more rules may have the same reason.
 */
const MOST_NAMES = 24;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function nameOfMatch({ rule, inner }: RuleMatch): string {
  return inner === undefined ? rule.name : `${rule.name} / ${inner}`;
}

function describeMatch(
  { rule, inner, innerStatement, limited }: RuleMatch,
  bodyBytes: number | undefined,
): string {
  if (limited !== undefined) {
    const { statement } = rateOf(rule) ?? {};
    const what = limited.value === '' ? 'the requests together' : limited.value;
    return statement === undefined
      ? `${what} exceeded the rate limit`
      : `${what} exceeded the limit of ${statement.limit} requests in ${statement.windowSeconds} s`;
  }
  const statement = rule.does.kind === 'group' ? innerStatement : rule.does.statement;
  const absent = statement && missingField(statement);
  if (absent !== undefined) return `the request does not have ${absent}`;
  // The statements of other rules of a group are long lists of patterns.
  if (statement === undefined || (inner !== undefined && statement.kind !== 'size'))
    return 'the request matches the rule';
  const isOfBody = statement.kind === 'size' && /body/.test(statement.inspection.field.kind);
  const measured = isOfBody && bodyBytes !== undefined ? ` (this one has ${bodyBytes})` : '';
  return `${describeStatement(statement)}${measured}`;
}

/**
 * Returns the field that a rule requires, if the rule matches all requests without this field. Such a rule matches if
 * the size of the field is not at least 0.
 */
function missingField(statement: Statement): string | undefined {
  if (statement.kind !== 'not' || statement.statement.kind !== 'size') return undefined;
  const { comparison, size, inspection } = statement.statement;
  return comparison === 'GE' && size === 0 ? describeField(inspection.field) : undefined;
}

function rateOf({ does }: Rule): { readonly statement: Extract<Statement, { kind: 'rate' }> } | undefined {
  return does.kind === 'statement' && does.statement.kind === 'rate'
    ? { statement: does.statement }
    : undefined;
}

const RELATIONS = {
  EXACTLY: 'is',
  STARTS_WITH: 'begins with',
  ENDS_WITH: 'ends with',
  CONTAINS: 'contains',
  CONTAINS_WORD: 'contains the word',
} as const;

const COMPARISONS = {
  EQ: 'equal to',
  NE: 'not equal to',
  LE: 'at most',
  LT: 'less than',
  GE: 'at least',
  GT: 'greater than',
} as const;

function describeStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'and':
      return statement.statements.map(describeStatement).join(', and ');
    case 'or':
      return `one of: ${statement.statements.map(describeStatement).join('; ')}`;
    case 'not':
      return `not: ${describeStatement(statement.statement)}`;
    case 'bytes':
      return `${describeField(statement.inspection.field)} ${RELATIONS[statement.constraint]} "${fromBytesText(statement.search)}"`;
    case 'regex':
      return `${describeField(statement.inspection.field)} matches ${statement.pattern.source}`;
    case 'regex-set':
      return `${describeField(statement.inspection.field)} matches the pattern set ${lastName(statement.arn)}`;
    case 'size':
      return `the size of ${describeField(statement.inspection.field)} is ${COMPARISONS[statement.comparison]} ${statement.size} bytes`;
    case 'ip-set':
      return `the address is in the IP set ${lastName(statement.arn)}`;
    case 'geo':
      return `the country is one of ${[...statement.countries].join(', ')}`;
    case 'label':
      return `the request has the label ${statement.key}`;
    case 'unjudged':
      return statement.what;
    case 'rate':
      return `more than ${statement.limit} requests in ${statement.windowSeconds} s`;
  }
}

function describeField(field: Field): string {
  switch (field.kind) {
    case 'header':
      return `the header ${field.name}`;
    case 'query-argument':
      return `the query argument ${field.name}`;
    default:
      return `the ${field.kind.replaceAll('-', ' ')}`;
  }
}

function lastName(arn: string): string {
  return arn.split('/').at(-2) ?? arn;
}

function adviseOn({ rule, inner, innerStatement, limited, action }: RuleMatch): readonly string[] {
  if (limited !== undefined) return ['Send fewer requests, or raise the Limit of the rule.'];
  const isLimit = innerStatement?.kind === 'size' && innerStatement.comparison === 'GT';
  const size = isLimit ? innerStatement : undefined;
  if (inner !== undefined && size !== undefined)
    return [
      `Send a request in which ${describeField(size.inspection.field)} has at most ${size.size} bytes. Or, if larger requests should pass, set the action of ${inner} to Count in RuleActionOverrides of the rule ${rule.name}; the other rules of the group then still apply.`,
    ];
  const absent = innerStatement && missingField(innerStatement);
  if (inner !== undefined && absent !== undefined)
    return [
      `Send ${absent}: the rule blocks requests without it. Or, if such requests should pass, set the action of ${inner} to Count in RuleActionOverrides of the rule ${rule.name}.`,
    ];
  if (inner !== undefined)
    return [
      `If such requests should pass, set the action of ${inner} to Count in RuleActionOverrides of the rule ${rule.name}, which then lets through all requests that it blocks today; a log of the web ACL (AWS::WAFv2::LoggingConfiguration) shows which requests it counts.`,
    ];
  if (action.kind === 'CAPTCHA' || action.kind === 'CHALLENGE')
    return [
      'On AWS, a request with a valid AWS WAF token passes, but the gateway does not issue such tokens. For tests, set the Action to Count.',
    ];
  return [
    `Change the request so that the rule does not match. Or, if such requests should pass, narrow the Statement of ${rule.name}, or set its Action to Count, which then lets through all requests that it blocks today; a log of the web ACL (AWS::WAFv2::LoggingConfiguration) shows which requests it counts.`,
  ];
}
