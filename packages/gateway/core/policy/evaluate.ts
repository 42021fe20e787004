/** Compiles and evaluates IAM policy documents (docs/aws §4.4; IAM user guide, "Policy grammar"). */
import { quote } from '../routing/quote.ts';
import { compileConditions } from './conditions.ts';
import type { Condition } from './conditions.ts';
import type {
  CompiledPolicy,
  ConditionValues,
  PolicyQuestion,
  PolicyReading,
  PolicyPrincipal,
} from './model.ts';
import { PolicyInvalid, readRecord, readTexts, readingAt } from './policy-invalid.ts';
import { compilePattern } from './text-pattern.ts';
import type { Pattern } from './text-pattern.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { parseArn } from '@gatewright/aws/arn';

type PolicyCompilation =
  | { readonly kind: 'compiled'; readonly policy: CompiledPolicy }
  /**
   * The document is not a valid policy. The caller must then refuse the request, because such a policy neither allows
   * nor denies anything.
   */
  | {
      readonly kind: 'invalid';
      readonly reason: string;
      /** The path of the invalid part in the document; empty for the document. */
      readonly at: readonly string[];
    };

type Statement = {
  readonly isDeny: boolean;
  readonly principals: PrincipalTest;
  /**
   * Whether the statement applies to the caller because it names the caller itself or everybody, and not only the
   * caller's account.
   */
  readonly isDirect: PrincipalTest;
  readonly actions: Part;
  readonly resources: Part;
  readonly condition: Condition;
};

/** A list of patterns. With `isExcluding` (`NotAction`, `NotResource`), it matches everything except the patterns. */
type Part = { readonly patterns: readonly Pattern[]; readonly isExcluding: boolean };

export const DOCUMENT_MEMBERS = new Set(['Version', 'Id', 'Statement']);
export const STATEMENT_MEMBERS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Compiles an untrusted document. The compiled policy returns an explicit deny if any matching statement denies,
 * otherwise allow if one allows, and otherwise an implicit deny. Never throws.
 */
export function compilePolicy(document: unknown, options: PolicyReading = {}): PolicyCompilation {
  try {
    const statements = readStatements(document, options);
    const denies = statements.filter((statement) => statement.isDeny);
    const allows = statements.filter((statement) => !statement.isDeny);
    return {
      kind: 'compiled',
      policy: {
        sources: [{ document, options }],
        decide: (question) => decide(denies, allows, question),
      },
    };
  } catch (error) {
    if (error instanceof PolicyInvalid) return { kind: 'invalid', reason: error.message, at: error.at };
    throw error;
  }
}

function decide(
  denies: readonly Statement[],
  allows: readonly Statement[],
  question: PolicyQuestion,
): ReturnType<CompiledPolicy['decide']> {
  const action = question.action.toLowerCase();
  for (const statement of denies) if (applies(statement, action, question)) return 'explicit-deny';
  for (const statement of allows) {
    if (question.isOfOwnAccount === true && !statement.isDirect(question.principal)) continue;
    if (applies(statement, action, question)) return 'allow';
  }
  return 'implicit-deny';
}

/**
 * Compiles one statement, whose parts are then evaluated separately.
 * @throws PolicyInvalid if the statement is invalid
 */
export function compileStatement(statement: unknown, version: unknown, options: PolicyReading): Statement {
  return readStatement(statement, version === '2012-10-17', options);
}

export function covers(part: Part, text: string, values: ConditionValues): boolean {
  for (const pattern of part.patterns) if (pattern(text, values)) return !part.isExcluding;
  return part.isExcluding;
}

function applies(
  statement: Statement,
  action: string,
  { resource, conditions, principal }: PolicyQuestion,
): boolean {
  return (
    statement.principals(principal) &&
    covers(statement.actions, action, conditions) &&
    covers(statement.resources, resource, conditions) &&
    statement.condition(conditions)
  );
}

function readStatements(document: unknown, options: PolicyReading): readonly Statement[] {
  const policy = readRecord(document, 'the policy');
  refuseUnknownMembers(policy, DOCUMENT_MEMBERS, 'the policy');
  const version = policy['Version'] ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17')
    throw new PolicyInvalid('Version is neither 2012-10-17 nor 2008-10-17', ['Version']);
  const { Statement: statement } = policy;
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement];
  if (list.length === 0) throw new PolicyInvalid('Statement is empty', ['Statement']);
  if (options.ofIdentity === true) refuseRepeatedIds(list);
  return list.map((item, index) =>
    readingAt(Array.isArray(statement) ? ['Statement', String(index)] : ['Statement'], () =>
      readStatement(item, version === '2012-10-17', options),
    ),
  );
}

/** @throws PolicyInvalid if two statements have the same Sid. The message is IAM's (kubernetes/kops#4951) */
function refuseRepeatedIds(statements: readonly unknown[]): void {
  const seen = new Set<unknown>();
  for (const [index, statement] of statements.entries()) {
    const { Sid: id = '' } = isJsonObject(statement) ? statement : {};
    if (seen.has(id))
      throw new PolicyInvalid('Statement IDs (SID) in a single policy must be unique.', [
        'Statement',
        String(index),
        'Sid',
      ]);
    if (id !== '') seen.add(id);
  }
}

/**
 * @throws PolicyInvalid if a Sid has characters other than letters and digits. The message is IAM's
 *   (Wolox/carthage_cache#22)
 */
function refuseId(id: unknown): void {
  if (typeof id === 'string' && !/^[0-9A-Za-z]*$/.test(id))
    throw new PolicyInvalid(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
      ['Sid'],
    );
}

function readStatement(value: unknown, hasVariables: boolean, options: PolicyReading): Statement {
  const statement = readRecord(value, 'Statement');
  refuseUnknownMembers(statement, STATEMENT_MEMBERS, 'Statement');
  const effect = readEffect(statement['Effect'], options);
  if (options.ofIdentity === true) refuseId(statement['Sid']);
  if (options.ofIdentity === true && ('Principal' in statement || 'NotPrincipal' in statement))
    throw new PolicyInvalid('an identity-based policy must not have a Principal', [
      'Principal' in statement ? 'Principal' : 'NotPrincipal',
    ]);
  return {
    isDeny: effect === 'Deny',
    principals: compilePrincipals(statement, effect, options.ofResource === true),
    isDirect: compileDirect(statement['Principal']),
    actions: readPart(statement, 'Action', (text) =>
      compilePattern(readAction(text, options).toLowerCase(), false),
    ),
    resources: readPart(statement, 'Resource', (text) =>
      compilePattern(readResource(text, options), hasVariables),
    ),
    condition: compileConditions(statement['Condition'], hasVariables),
  };
}

function readEffect(value: unknown, { effectInAnyCase = false }: PolicyReading): 'Allow' | 'Deny' {
  const effect = typeof value === 'string' && effectInAnyCase ? capitalise(value) : value;
  if (effect === 'Allow' || effect === 'Deny') return effect;
  throw new PolicyInvalid('Effect is neither Allow nor Deny', value === undefined ? [] : ['Effect']);
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

function refuseUnknownMembers(record: UnknownMembers, known: ReadonlySet<string>, what: string): void {
  const unknown = Object.keys(record).find((member) => !known.has(member));
  if (unknown !== undefined)
    throw new PolicyInvalid(`${what} has an unknown member ${quote(unknown)}`, [unknown]);
}

/** Reads the member `Name` or `NotName` of a statement, which must contain exactly one of the two. */
function readPart(
  statement: UnknownMembers,
  name: 'Action' | 'Resource',
  compile: (text: string) => Pattern,
): Part {
  const included = statement[name];
  const excluded = statement[`Not${name}`];
  if ((included === undefined) === (excluded === undefined))
    throw new PolicyInvalid(`a statement needs exactly one of ${name} and Not${name}`);
  const member = included === undefined ? `Not${name}` : name;
  const texts = readingAt([member], () => readTexts(included ?? excluded, name));
  const patterns = texts.map((text, index) =>
    readingAt(Array.isArray(included ?? excluded) ? [member, String(index)] : [member], () => compile(text)),
  );
  return { patterns, isExcluding: included === undefined };
}

/**
 * Returns the action unchanged. In a policy of an identity, an action without its service, with several colons or with
 * a wildcard in the service is refused in IAM's words (garnaat/kappa#111).
 */
function readAction(text: string, { ofIdentity }: PolicyReading): string {
  const colons = text.split(':').length - 1;
  if (ofIdentity !== true || text === '*') return text;
  // See boogy/iam-policy-validator#172
  if (/[*?].*:/.test(text))
    throw new PolicyInvalid('Action vendors (e.g., aws, ec2, etc.) must not contain wildcards');
  if (colons === 1) return text;
  throw new PolicyInvalid(
    colons === 0
      ? 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
      : 'Actions/Condition can contain only one colon.',
  );
}

const ABBREVIATION = 'execute-api:/';

function readResource(text: string, { apiArn, ofIdentity }: PolicyReading): string {
  if (apiArn !== undefined && text.startsWith(ABBREVIATION))
    return `${apiArn}/${text.slice(ABBREVIATION.length)}`;
  // See cloud-gov/terraform-provision#1838
  if (ofIdentity === true && /^arn:[^:]+:iam:[a-z0-9-]+:/.test(text))
    throw new PolicyInvalid(`IAM resource ${text} cannot contain region information.`);
  if (ofIdentity === true) refuseForeignVariables(text);
  if (text.startsWith('arn:') || text.startsWith('*')) return text;
  throw new PolicyInvalid(`Resource ${quote(text)} is not an ARN`);
}

/**
 * Refuses an ARN whose region or account is a variable that was not replaced, such as `#{AWS::AccountId}` without its
 * plug-in, or `${AWS::Region}` without Fn::Sub (serverless/serverless#8512).
 */
function refuseForeignVariables(arn: string): void {
  const [, variable] = /^arn:[^:]*:[^:]*:(?:[a-z0-9*?-]*:)?([#$]\{[^}]*\})/.exec(arn) ?? [];
  if (variable !== undefined)
    throw new PolicyInvalid(`The policy failed legacy parsing: ${quote(arn)} contains ${variable} as text`);
}

// The `Principal` and `NotPrincipal` of a policy statement (IAM user guide, "AWS JSON policy elements:
// Principal").

/** Returns whether a statement applies to this caller; undefined means an anonymous caller. */
type PrincipalTest = (principal: PolicyPrincipal | undefined) => boolean;

const EVERYBODY: PrincipalTest = () => true;

/**
 * Compiles `"*"`, `{"AWS": "*"}`, accounts (`123456789012`, `arn:aws:iam::123456789012:root`) and single identities. A
 * service (`{"Service": "sns.amazonaws.com"}`) delivers to queues and topics. Federated identities and canonical users
 * are valid principals, but never call the gateway.
 * @throws PolicyInvalid if the principals are invalid
 */
function compilePrincipals(
  statement: UnknownMembers,
  effect: 'Allow' | 'Deny',
  isRequired: boolean,
): PrincipalTest {
  const { Principal: included, NotPrincipal: excluded } = statement;
  if (included === undefined && excluded === undefined) {
    if (isRequired) throw new PolicyInvalid('a statement has no Principal');
    return EVERYBODY;
  }
  if (included !== undefined && excluded !== undefined)
    throw new PolicyInvalid('a statement needs exactly one of Principal and NotPrincipal');
  if (!isRequired) return refuseAllBut(included);
  if (included !== undefined) return readNames(included).includes;
  const names = readNames(excluded);
  // A Deny statement with NotPrincipal exempts an identity only if the statement lists both the identity and its
  // account.
  return effect === 'Deny'
    ? (principal) => !names.includesFully(principal)
    : (principal) => !names.includes(principal);
}

function compileDirect(principal: unknown): PrincipalTest {
  return principal === undefined ? EVERYBODY : readNames(principal).includesDirectly;
}

/**
 * Accepts only `"Principal": "*"`. A policy of an identity does not need a principal, because it applies only to the
 * identity that it is attached to. AWS's sample authorizers write `*` nevertheless.
 */
function refuseAllBut(principal: unknown): PrincipalTest {
  if (principal !== undefined && readNames(principal).isEverybody) return EVERYBODY;
  throw new PolicyInvalid('the only supported Principal is "*"');
}

type Names = {
  readonly isEverybody: boolean;
  /** Whether the principals include everybody, the caller's identity or the caller's account. */
  readonly includes: PrincipalTest;
  /** Whether the principals include everybody or the caller's identity. */
  readonly includesDirectly: PrincipalTest;
  /**
   * Whether the principals include everybody, or both the caller's identity and the caller's account. For a service, no
   * account has to be listed.
   */
  readonly includesFully: PrincipalTest;
};

const KINDS = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);
const ACCOUNT_ID = /^\d{12}$/;

function readNames(value: unknown): Names {
  const byKind = value === '*' ? { AWS: '*' } : readRecord(value, 'Principal');
  const unknown = Object.keys(byKind).find((kind) => !KINDS.has(kind));
  if (unknown !== undefined) throw new PolicyInvalid(`Principal has an unknown kind ${quote(unknown)}`);
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const { AWS: names } = byKind;
  for (const name of names === undefined ? [] : readTexts(names, 'Principal')) {
    const arn = parseArn(name);
    if (ACCOUNT_ID.test(name)) accounts.add(name);
    else if (arn?.service === 'iam' && arn.resource === 'root') accounts.add(arn.accountId);
    else if (name === '*' || isIdentity(name)) arns.add(name);
    else throw new PolicyInvalid(`Principal ${quote(name)} is not an account, user or role`);
  }
  const { Service: serviceNames } = byKind;
  const services = new Set(serviceNames === undefined ? [] : readTexts(serviceNames, 'Principal'));
  const isEverybody = arns.has('*');
  const isNamed = ({ arn, roleArn, service }: PolicyPrincipal): boolean =>
    service === undefined
      ? arns.has(arn) || (roleArn !== undefined && arns.has(roleArn))
      : services.has(service) || services.has('*');
  return {
    isEverybody,
    includes: (principal) =>
      isEverybody || (principal !== undefined && (accounts.has(principal.accountId) || isNamed(principal))),
    includesDirectly: (principal) => isEverybody || (principal !== undefined && isNamed(principal)),
    includesFully: (principal) =>
      isEverybody ||
      (principal !== undefined &&
        (principal.service !== undefined || accounts.has(principal.accountId)) &&
        isNamed(principal)),
  };
}

/**
 * Whether the name identifies a single user, role or session. IAM does not allow a wildcard in it, because a wildcard
 * would match no identity or too many.
 */
function isIdentity(name: string): boolean {
  const arn = parseArn(name);
  return (
    (arn?.service === 'iam' || arn?.service === 'sts') &&
    ACCOUNT_ID.test(arn.accountId) &&
    arn.resource !== '' &&
    !/[*?]/.test(name)
  );
}
