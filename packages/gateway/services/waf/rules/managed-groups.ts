/**
 * AWS's managed rule groups by name: their rules, labels, capacity and default actions, as in the developer guide. A
 * rule is evaluated if the guide specifies exactly what it matches. For some of the other rules, the guide publishes
 * example patterns. Such a rule is evaluated by these patterns only, and its result for any other text is unknown.
 */
import { inspectionOf } from './read-field.ts';
import type { ActionKind, Comparison, Field, Statement } from './statement.ts';

type ManagedRule = {
  readonly name: string;
  /** The full name of the rule's label; undefined if the guide gives no name. */
  readonly label: string | undefined;
  readonly action: ActionKind;
  /** The statement of the rule; undefined if the guide does not say what the rule matches. */
  readonly statement: Statement | undefined;
};

export type ManagedGroup = {
  readonly name: string;
  readonly capacity: number;
  readonly prefix: string;
  readonly rules: readonly ManagedRule[];
  /** Prefixes of further labels that the group's rules add. */
  readonly morePrefixes: readonly string[];
};

function sizeOf(field: Field, comparison: Comparison, size: number): Statement {
  return { kind: 'size', inspection: inspectionOf(field, []), comparison, size };
}

const COOKIE: Field = { kind: 'header', name: 'cookie' };
const USER_AGENT: Field = { kind: 'header', name: 'user-agent' };

/** The statements that the guide specifies exactly, mostly sizes in bytes, by group and rule. */
const EXACT: Readonly<Record<string, Statement>> = {
  'core-rule-set/NoUserAgent_HEADER': { kind: 'not', statement: sizeOf(USER_AGENT, 'GE', 0) },
  'core-rule-set/SizeRestrictions_QUERYSTRING': sizeOf({ kind: 'query-string' }, 'GT', 2048),
  'core-rule-set/SizeRestrictions_Cookie_HEADER': sizeOf(COOKIE, 'GT', 10_240),
  'core-rule-set/SizeRestrictions_BODY': sizeOf({ kind: 'body', oversize: 'CONTINUE' }, 'GT', 8192),
  'core-rule-set/SizeRestrictions_URIPATH': sizeOf({ kind: 'uri-path' }, 'GT', 1024),
  'known-bad-inputs/PROPFIND_METHOD': {
    kind: 'bytes',
    inspection: inspectionOf({ kind: 'method' }, []),
    search: 'PROPFIND',
    constraint: 'EXACTLY',
  },
};

/**
 * The example patterns of the guide, by group and by the rule's name without its last part. They are compared with text
 * that is decoded and in lower case. `Host_localhost_HEADER` is left out, because it would block every request: clients
 * call this gateway as localhost, but they never call API Gateway by this name.
 */
const EXAMPLES: Readonly<Record<string, string>> = {
  'core-rule-set/UserAgent_BadBots': 'nessus|nmap',
  'core-rule-set/GenericLFI': String.raw`\.\./\.\./`,
  'core-rule-set/RestrictedExtensions': String.raw`\.(?:log|ini)$`,
  'core-rule-set/GenericRFI': String.raw`(?:https?|ftps?|file)://\d{1,3}(?:\.\d{1,3}){3}`,
  'core-rule-set/CrossSiteScripting': '<script>',
  'admin-protection/AdminProtection': 'sqlmanager',
  'known-bad-inputs/JavaDeserializationRCE': String.raw`\(java\.lang\.runtime\)`,
  'known-bad-inputs/ExploitablePaths': 'web-inf',
  'known-bad-inputs/Log4JRCE': String.raw`\$\{jndi:ldap://`,
  'linux-os/LFI': '/proc/version',
  'posix-os/UNIXShellCommandsVariables': String.raw`echo \$(?:home|path)`,
  'windows-os/WindowsShellCommands': String.raw`\|\| ?nslookup|;cmd`,
  'windows-os/PowerShellCommands': 'invoke-expression',
  'php-app/PHPHighRiskMethodsVariables': String.raw`fsockopen|\$_get`,
  'wordpress-app/WordPressExploitableCommands': 'do-reset-wordpress',
  'wordpress-app/WordPressExploitablePaths': String.raw`xmlrpc\.php`,
};

const LOOPBACK = String.raw`https?://(?:localhost|127\.0\.0\.1)`;

/**
 * Patterns that public reports name, by group and rule.
 * @see https://github.com/awslabs/nx-plugin-for-aws/pull/1016, localhost
 * @see https://github.com/kirill-markin/expense-budget-tracker/pull/280, 127.0.0.1
 * @see https://github.com/drodil/backstage-plugin-toolbox/issues/251, localhost in a body
 * @see https://github.com/aws-samples/sample-kolya-br-proxy/issues/109, 127.0.0.1 in a body
 */
const REPORTED: Readonly<Record<string, string>> = {
  'core-rule-set/EC2MetaDataSSRF_QUERYARGUMENTS': LOOPBACK,
  'core-rule-set/EC2MetaDataSSRF_BODY': LOOPBACK,
};

/** The part of the request that a rule inspects, by the last part of the rule's name. */
const FIELDS: Readonly<Record<string, Field>> = {
  HEADER: { kind: 'headers', keys: { kind: 'all' }, scope: 'ALL', oversize: 'CONTINUE' },
  BODY: { kind: 'body', oversize: 'CONTINUE' },
  COOKIE: COOKIE,
  URIPATH: { kind: 'uri-path' },
  QUERYSTRING: { kind: 'query-string' },
  QUERYARGUMENTS: { kind: 'all-query-arguments' },
};

/** Returns a statement that matches the example patterns. For any other text, the result is unknown. */
function statementOfExamples(space: string, name: string): Statement | undefined {
  const at = name.lastIndexOf('_');
  const source = EXAMPLES[`${space}/${name.slice(0, at)}`] ?? REPORTED[`${space}/${name}`];
  const field = name === 'UserAgent_BadBots_HEADER' ? USER_AGENT : FIELDS[name.slice(at + 1)];
  if (source === undefined || field === undefined) return undefined;
  // These patterns are safe for JavaScript's own engine, which is faster than the engine for users' patterns.
  const expression = new RegExp(source);
  const pattern = { source, isFoundIn: (text: string) => expression.test(text) };
  return {
    kind: 'or',
    statements: [
      { kind: 'regex', inspection: inspectionOf(field, ['URL_DECODE', 'LOWERCASE']), pattern },
      { kind: 'unjudged', detector: 'managed', what: PATTERNS_OF_AWS, inspection: undefined },
    ],
  };
}

const PATTERNS_OF_AWS = 'unpublished patterns of the managed rule';

export function hasExamplesOnly({ statement }: Pick<ManagedRule, 'statement'>): boolean {
  return statement?.kind === 'or';
}

/**
 * Each line has the group, its WCUs, the namespace of its labels, and its rules. By default, a rule's label is the
 * rule's name with capitalized words in its last part, such as `Body` for `BODY`. Any other label follows the rule
 * after `=`. `!` marks a rule whose action is Count.
 */
const TABLE = `
AWSManagedRulesCommonRuleSet 700 core-rule-set NoUserAgent_HEADER UserAgent_BadBots_HEADER=BadBots_Header
  SizeRestrictions_QUERYSTRING SizeRestrictions_Cookie_HEADER SizeRestrictions_BODY SizeRestrictions_URIPATH
  EC2MetaDataSSRF_BODY EC2MetaDataSSRF_COOKIE EC2MetaDataSSRF_URIPATH EC2MetaDataSSRF_QUERYARGUMENTS
  GenericLFI_QUERYARGUMENTS GenericLFI_URIPATH GenericLFI_BODY RestrictedExtensions_URIPATH
  RestrictedExtensions_QUERYARGUMENTS GenericRFI_QUERYARGUMENTS GenericRFI_BODY GenericRFI_URIPATH
  CrossSiteScripting_COOKIE CrossSiteScripting_QUERYARGUMENTS CrossSiteScripting_BODY
  CrossSiteScripting_URIPATH
AWSManagedRulesAdminProtectionRuleSet 100 admin-protection AdminProtection_URIPATH
AWSManagedRulesKnownBadInputsRuleSet 200 known-bad-inputs JavaDeserializationRCE_HEADER
  JavaDeserializationRCE_BODY JavaDeserializationRCE_URIPATH JavaDeserializationRCE_QUERYSTRING
  Host_localhost_HEADER PROPFIND_METHOD=Propfind_Method ExploitablePaths_URIPATH Log4JRCE_HEADER
  Log4JRCE_QUERYSTRING Log4JRCE_BODY Log4JRCE_URIPATH
AWSManagedRulesSQLiRuleSet 200 sql-database SQLi_QUERYARGUMENTS SQLiExtendedPatterns_QUERYARGUMENTS SQLi_BODY
  SQLiExtendedPatterns_BODY SQLi_COOKIE
AWSManagedRulesLinuxRuleSet 200 linux-os LFI_URIPATH LFI_QUERYSTRING LFI_HEADER
AWSManagedRulesUnixRuleSet 100 posix-os UNIXShellCommandsVariables_QUERYSTRING UNIXShellCommandsVariables_BODY
  UNIXShellCommandsVariables_HEADER
AWSManagedRulesWindowsRuleSet 200 windows-os WindowsShellCommands_COOKIE WindowsShellCommands_QUERYARGUMENTS
  WindowsShellCommands_BODY PowerShellCommands_COOKIE PowerShellCommands_QUERYARGUMENTS PowerShellCommands_BODY
AWSManagedRulesPHPRuleSet 100 php-app PHPHighRiskMethodsVariables_HEADER
  PHPHighRiskMethodsVariables_QUERYSTRING PHPHighRiskMethodsVariables_BODY
AWSManagedRulesWordPressRuleSet 100 wordpress-app
  WordPressExploitableCommands_QUERYSTRING=WordPressExploitableCommands_QUERYSTRING
  WordPressExploitablePaths_URIPATH
AWSManagedRulesAmazonIpReputationList 25 amazon-ip-list AWSManagedIPReputationList
  AWSManagedReconnaissanceList !AWSManagedIPDDoSList
AWSManagedRulesAnonymousIpList 50 anonymous-ip-list AnonymousIPList HostingProviderIPList
`;

/** The groups whose rules and labels depend on their settings. None of their rules is evaluated. */
const OPAQUE: Readonly<Record<string, { readonly capacity: number; readonly prefixes: readonly string[] }>> =
  {
    AWSManagedRulesBotControlRuleSet: { capacity: 50, prefixes: ['bot-control:', 'token:'] },
    AWSManagedRulesATPRuleSet: { capacity: 50, prefixes: ['atp:', 'token:'] },
    AWSManagedRulesACFPRuleSet: { capacity: 50, prefixes: ['acfp:', 'token:'] },
    AWSManagedRulesAntiDDoSRuleSet: { capacity: 50, prefixes: ['anti-ddos:', 'token:'] },
  };

function readTable(): ReadonlyMap<string, ManagedGroup> {
  const rows = TABLE.trim().split(/\n(?! )/);
  const listed = rows.map((row): readonly [string, ManagedGroup] => {
    const [name = '', capacity, space = '', ...rules] = row.split(/\s+/);
    const prefix = `awswaf:managed:aws:${space}:`;
    const group = {
      name,
      prefix,
      capacity: Number(capacity),
      rules: rules.map((text) => readRule(text, space, prefix)),
      morePrefixes: [],
    };
    return [name, group];
  });
  const opaque = Object.entries(OPAQUE).map(
    ([name, { capacity, prefixes }]): readonly [string, ManagedGroup] => [
      name,
      {
        name,
        capacity,
        prefix: `awswaf:managed:aws:${prefixes[0] ?? ''}`,
        rules: [],
        morePrefixes: prefixes.map((one) =>
          one === 'token:' ? `awswaf:managed:${one}` : `awswaf:managed:aws:${one}`,
        ),
      },
    ],
  );
  return new Map([...listed, ...opaque]);
}

function readRule(text: string, space: string, prefix: string): ManagedRule {
  const [marked = '', label] = text.split('=');
  const name = marked.replace('!', '');
  return {
    name,
    label: prefix + (label ?? labelOf(name)),
    action: marked.startsWith('!') ? 'COUNT' : 'BLOCK',
    statement: EXACT[`${space}/${name}`] ?? statementOfExamples(space, name),
  };
}

const PARTS: Readonly<Record<string, string>> = {
  HEADER: 'Header',
  BODY: 'Body',
  COOKIE: 'Cookie',
  URIPATH: 'URIPath',
  QUERYSTRING: 'QueryString',
  QUERYARGUMENTS: 'QueryArguments',
};

/** Returns the label of a rule: `GenericLFI_QueryArguments` for `GenericLFI_QUERYARGUMENTS`. */
function labelOf(name: string): string {
  const at = name.lastIndexOf('_');
  const part = PARTS[name.slice(at + 1)];
  return at === -1 || part === undefined ? name : `${name.slice(0, at)}_${part}`;
}

const GROUPS = readTable();

export function findManagedGroup(vendor: string, name: string): ManagedGroup | undefined {
  return vendor === 'AWS' ? GROUPS.get(name) : undefined;
}
