/**
 * Explains a refusal by one of the toolkit's authorizers from the record of its decision. A cached result has the same
 * record as a new one, so the explanation only adds its age.
 */
import { findQuotaRefusal } from '@gatewright/aws/access-decision';
import type { AccessOutcome, RuleOutcome } from '@gatewright/aws/access-decision';
import { quote } from '@gatewright/aws/text/token-options';
import type { TokenErrorCode } from '@gatewright/handlers/errors';
import { describeExpiry, renewToken } from './explain-token.ts';
import { formatDuration, sentence } from './reason.ts';
import { adviseOnCharge, describeCharge, isWithoutPlan } from './explain-charge.ts';
import { adviseRefusedKey, describeKeyDefect, hasSentKey, nameRefusedKey } from './refused-key.ts';
import type { RefusedKey } from './refused-key.ts';
import { bearer, tokenCommandOf } from './token-advice.ts';
import type { ShownRule } from '../endpoints/access-model.ts';
import type { Circumstances, DecidedAccess, GuardCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** The command that reads the routes and compiles the documents, so that a change of either takes effect. */
export const COMPILE = 'gatewright access sync';

type DescribeRules = (rules: string, route: string) => string;

/**
 * Describes each outcome that means that the rules, not a quota, refused a request.
 * @see {@link AccessDecision}
 */
const BY_RULES: Readonly<Partial<Record<AccessOutcome, DescribeRules>>> = {
  'no-rule': (_, route) => `no rule allows ${route} to this caller`,
  'no-route': (_, route) => `the document has no entry for ${route}`,
  'deny-rule': (rules, route) => `${rules} denies ${route}`,
  'not-owner': (rules, route) => `${rules} allows ${route} only to the owner of the resource`,
  'missing-claim': () => 'the caller lacks a claim that the document requires',
  'mcp-headers': (_, route) =>
    `the rules under mcp do not allow the tool, prompt or resource that the headers of ${route} announce`,
  'dot-segment': () => 'a server behind the API may resolve the dots of the path to another path',
} satisfies Record<RuleOutcome, DescribeRules>;

/** Outcomes that mean that the credential itself was refused. The keys are codes of the toolkit (docs/errors.md). */
const CREDENTIALS: Readonly<Record<string, string>> = {
  TOKEN_MISSING: 'the request has no credential in a place from which the document reads one',
  TOKEN_MALFORMED: 'it does not have the form of a token or API key that the document accepts',
  TOKEN_ISSUER_UNKNOWN: 'the document does not trust the issuer of the token',
  TOKEN_HEADER_REFUSED: 'the issuer does not allow the algorithm or type of the token',
  TOKEN_KEY_UNKNOWN: 'the issuer publishes no key with the id that the token names',
  TOKEN_SIGNATURE_INVALID: 'its signature does not match the key of the issuer',
  TOKEN_AUDIENCE_MISMATCH: 'the token was issued for another audience',
  TOKEN_EXPIRED: 'it has expired, or expires too soon',
  TOKEN_NOT_YET_VALID: 'it is not valid yet',
  TOKEN_CLAIM_INVALID: 'a required claim is missing or has the wrong type',
  TOKEN_UNKNOWN: 'the API key does not exist, or its secret is wrong',
  TOKEN_REVOKED: 'it was revoked',
} satisfies Record<TokenErrorCode, string>;

/**
 * Describes the defects of a one-time ticket that the authorizer logs
 * (shared/access/tickets/verify-ticket.ts).
 */
const TICKETS: Readonly<Record<string, string>> = {
  'ticket-used': 'the ticket was used already, and a ticket is good for one connection',
  'ticket-expired': 'the ticket has expired',
  'ticket-unknown': 'the ticket does not exist, or was deleted after it had expired',
  'ticket-foreign': 'the ticket is for the API of another access document',
};

/** Returns undefined if the text names no defect of a ticket. */
export function describeTicketDefect(defect: string | undefined): string | undefined {
  return defect !== undefined && Object.hasOwn(TICKETS, defect) ? TICKETS[defect] : undefined;
}

/**
 * Returns undefined if the code does not say that a credential was refused.
 * @param key the API key that the credential is; undefined for other credentials
 */
export function describeCredentialDefect(
  code: string,
  guard: Pick<GuardCircumstances, 'token'>,
  key?: RefusedKey,
): string | undefined {
  if (code === 'TOKEN_MALFORMED' && guard.token?.isBare === true)
    return 'the header has the token without the scheme Bearer; it must be "Bearer", a space and the token';
  return describeKeyDefect(key) ?? (Object.hasOwn(CREDENTIALS, code) ? CREDENTIALS[code] : undefined);
}

export function explainAccess(
  about: Circumstances,
  guard: GuardCircumstances,
  decided: DecidedAccess,
): Reason {
  const { verdict } = decided;
  const isCurrent = verdict !== undefined && verdict.version === decided.version;
  const reason = decided.outcome.startsWith('TOKEN_')
    ? explainCredential(about, guard, decided)
    : isRefusedCharge(about, decided)
      ? explainCharge(about, decided)
      : verdict === undefined
        ? explainRecord(about, guard, decided)
        : verdict.word === 'DENY'
          ? explainVerdict(about, guard, decided, verdict)
          : explainStale(about, guard, decided, isCurrent);
  return {
    because: [
      ...reason.because,
      ...describeAge(about, guard, decided, isCurrent),
      ...(guard.token === undefined ? [] : describeExpiry(guard.token)),
    ],
    changes: [
      ...(guard.token?.overForMs === undefined ? [] : [renewToken(about.isDeployed)]),
      ...reason.changes,
    ],
  };
}

type Verdict = NonNullable<DecidedAccess['verdict']>;

/** The credential is refused before any rule applies. */
function explainCredential(
  { isDeployed, sourceIp }: Circumstances,
  guard: GuardCircumstances,
  { document, outcome, key, customer, defect, since }: DecidedAccess,
): Reason {
  const refused = key === undefined ? undefined : { key, customer, defect, since, sourceIp };
  return {
    because: [
      `The authorizer refuses the credential before any rule of the access document ${document} applies: ${describeCredentialDefect(outcome, guard, refused) ?? outcome}.`,
      ...(refused === undefined ? [] : nameRefusedKey(refused)),
    ],
    changes:
      refused === undefined ? [adviseCredential(guard, isDeployed, document)] : adviseRefusedKey(refused),
  };
}

/** A client that sent an API key needs an API key; a token is another client's credential. */
function adviseCredential(guard: GuardCircumstances, isDeployed: boolean, document: string): string {
  if (hasSentKey(guard))
    return `Send a complete API key of the toolkit in the header x-api-key. To create one, run \`gatewright keys create --customer NAME --prefix PREFIX --role ROLE\` with the prefix and a role of ${document}.`;
  const command = tokenCommandOf({ ...guard, isDeployed });
  return `Send a valid credential from an issuer that ${document} trusts${command === undefined ? '' : `, for example ${bearer(guard)}a new token from ${command}`}.`;
}

/** Returns whether the rules allowed the request but its quota refused it. Such a result is never cached. */
function isRefusedCharge({ routeKey }: Circumstances, decided: DecidedAccess): boolean {
  const isOfRequest = decided.routeKey === undefined || decided.routeKey === routeKey;
  return isOfRequest && decided.outcome !== 'allow' && !Object.hasOwn(BY_RULES, decided.outcome);
}

function explainCharge({ failure = '' }: Circumstances, decided: DecidedAccess): Reason {
  const said = findQuotaRefusal(failure);
  return {
    because: [
      `The rules of the access document ${decided.document} allow the request, but its quota refuses it${said === undefined ? '' : `: ${said}`}.`,
      ...(isWithoutPlan(decided) && decided.customer !== undefined
        ? [
            `At the time of the request, no plan of the customer ${quote(decided.customer)} was in force, and the credential names none.`,
          ]
        : []),
      ...describeCharge(decided),
    ],
    changes: [adviseOnCharge(decided)],
  };
}

function explainVerdict(
  about: Circumstances,
  { name }: GuardCircumstances,
  { document, outcome, roles }: DecidedAccess,
  { reason, caller, file, isFileNewer, isListedOpen = false, rules: ofRoute }: Verdict,
): Reason {
  const route = about.routeKey ?? 'the route';
  const listed = ofRoute.map(printRule);
  return {
    because: [
      sentence(`The access document ${document} refuses ${route}: ${reason}`),
      ...(caller === undefined
        ? []
        : [`The caller, as the rules see it: ${caller.replaceAll(/\s{2,}/g, ', ')}.`]),
      ...(about.sourceIp !== undefined && ofRoute.some(({ text }) => /\baddress\b/.test(text))
        ? [`The request came from the address ${about.sourceIp}.`]
        : []),
      ...describeForeignRoles(about, document, roles),
      listed.length === 0
        ? `No rule of ${document} names ${route}.`
        : `The rules for ${route}: ${listed.join('; ')}.`,
      ...(isListedOpen
        ? [
            `The rules apply because authorizer ${name} is attached to ${route}. The list of routes from which ${document} was compiled still says that the route has no authorizer.`,
          ]
        : []),
    ],
    changes: [
      ...(isFileNewer
        ? [`Run \`${COMPILE}\`, because ${file ?? document} was changed after it was compiled.`]
        : []),
      ...adviseOnRules(about, document, outcome, file, ofRoute),
    ],
  };
}

export function printRule({ text, place }: ShownRule): string {
  return place === undefined ? text : `${text} (${place})`;
}

/** Names the roles of the token that have no meaning, because a misspelled role is a common mistake. */
function describeForeignRoles(
  { guard }: Circumstances,
  document: string,
  known: readonly string[],
): string[] {
  const foreign = (guard?.token?.roles ?? []).filter((role) => !known.includes(role));
  return foreign.length === 0
    ? []
    : [
        `The token has ${foreign.length === 1 ? 'the role' : 'the roles'} ${foreign.join(', ')}, which ${document} does not declare.`,
      ];
}

function adviseOnRules(
  { routeKey = 'the route', ...about }: Circumstances,
  document: string,
  outcome: AccessOutcome,
  file: string | undefined,
  ofRoute: Verdict['rules'],
): readonly string[] {
  const allowing = ofRoute.filter(isAllowing);
  const denying = ofRoute.filter(({ text }) => /^[^:]+: deny\b/.test(text));
  const command = explainCommand(about, document);
  return [
    // A deny overrides every allow, so meeting the condition of an allow alone would not help.
    ...(outcome === 'deny-rule' && denying.length > 0
      ? [
          `Use a caller to whom ${named(denying)} does not apply${allowing.length > 0 ? `, and who meets the condition of ${named(allowing)}` : ''}. A deny overrides every allow.`,
        ]
      : adviseLacking(allowing, about)),
    `Or change the rules in ${file ?? `the access document ${document}`} so that exactly the callers that need ${routeKey} may call it, and run \`${COMPILE}\`. To try a change, run ${command}.`,
  ];
}

export function isAllowing({ text }: ShownRule): boolean {
  return /^[^:]+: allow\b/.test(text);
}

/** Names what the caller lacks for each rule that could allow the request, and a command for a token that has it. */
export function adviseLacking(
  rules: readonly ShownRule[],
  { guard, isDeployed }: Pick<Circumstances, 'guard' | 'isDeployed'>,
): string[] {
  if (rules.length === 0) return [];
  const lacking = rules.filter(({ lacks }) => lacks.length > 0);
  if (lacking.length === 0) return [`Use a caller that meets the condition of ${named(rules)}.`];
  const needed = lacking.map((rule) => {
    const place = rule.place === undefined ? '' : ` (${rule.place})`;
    return `${rule.lacks.join(' and ')}, which ${named([rule])}${place} requires`;
  });
  // The suggested token has a subject only if the rules would admit the token.
  const command = guard?.localToken?.sub === undefined ? undefined : tokenCommandOf({ ...guard, isDeployed });
  const example = command === undefined ? '' : `: for example, send a token from ${command}`;
  return [`Use a caller with ${needed.join('; or with ')}${example}.`];
}

function named(rules: readonly ShownRule[]): string {
  return rules.map(({ text }) => text.slice(0, text.indexOf(':'))).join(' or ');
}

/** Explains a refusal by an earlier result, although the rules would allow the request now. */
function explainStale(
  { routeKey = 'the route', ...about }: Circumstances,
  guard: GuardCircumstances,
  { document, routeKey: first }: DecidedAccess,
  isCurrent: boolean,
): Reason {
  const why = isCurrent
    ? `it was made ${first === undefined ? 'earlier' : `for ${first}`}, under other circumstances, such as another address or an earlier time`
    : 'the document has changed since the result was made';
  return {
    because: [
      `The access document ${document} allows ${routeKey} now, but the result of authorizer ${guard.name} does not: ${why}.`,
    ],
    changes: [
      guard.ttlSeconds > 0
        ? `Flush the authorizer’s cache: ${flushCommand(about)}. Without that, the result is used for at most ${guard.ttlSeconds} s.`
        : isCurrent
          ? `Run ${explainCommand(about, document)}: it names the rules of the route and their conditions.`
          : 'Send the request again: results of this authorizer are not cached, so the next result is made by the current version.',
    ],
  };
}

/**
 * Returns the command that flushes the authorizer's cache. On this machine, the AWS CLI needs the gateway's address.
 */
export function flushCommand({
  protocol,
  apiId,
  stageName = '',
  isDeployed,
}: Pick<Circumstances, 'protocol' | 'apiId' | 'stageName' | 'isDeployed'>) {
  const command =
    protocol === 'http'
      ? `\`aws apigatewayv2 reset-authorizers-cache --api-id ${apiId} --stage-name '${stageName}'\``
      : `\`aws apigateway flush-stage-authorizers-cache --rest-api-id ${apiId} --stage-name ${stageName}\``;
  return isDeployed ? command : `${command} (in a shell in which you have run \`eval "$(gatewright env)"\`)`;
}

/**
 * Explains a refusal if only the record of the decision is available, as for a deployed API. The record may have been
 * made for another route, because authorizer results are cached.
 */
function explainRecord(about: Circumstances, guard: GuardCircumstances, decided: DecidedAccess): Reason {
  const { document, outcome, rules, roles, routeKey: first } = decided;
  const { routeKey = 'the route' } = about;
  const describe = Object.hasOwn(BY_RULES, outcome) ? BY_RULES[outcome] : undefined;
  const isOfRequest = first === routeKey || (first === undefined && guard.from === 'function');
  const has =
    roles.length === 0 ? 'no roles' : `the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')}`;
  const ruled = rules.length === 1 ? `rule ${rules[0]}` : `rules ${rules.join(', ')}`;
  return {
    because: [
      isOfRequest && describe !== undefined
        ? `The access document ${document} refuses the request: ${describe(ruled, routeKey)}.`
        : `The access document ${document} does not allow ${routeKey} to this caller.`,
      `The caller comes from the issuer ${decided.issuer} and has ${has}.`,
    ],
    changes: [
      `Run ${explainCommand(about, document)}: it names the rules of the route and their conditions.`,
    ],
  };
}

function describeAge(
  { routeKey }: Circumstances,
  { from, ageMs, ttlSeconds, name }: GuardCircumstances,
  { verdict, document, version, routeKey: first }: DecidedAccess,
  isCurrent: boolean,
): readonly string[] {
  const isOther = first !== undefined && first !== routeKey;
  const made = isOther ? ` for ${first}` : '';
  return [
    ...(from === 'cache'
      ? [
          `Authorizer ${name} was not called: its result${ageMs === undefined ? '' : ` from ${formatDuration(ageMs)} before this request`}${made} is cached${ttlSeconds > 0 ? ` for ${ttlSeconds} s` : ''}.`,
        ]
      : []),
    ...(verdict === undefined || version === undefined
      ? []
      : isCurrent
        ? isOther
          ? [`This explanation applies the same version of ${document} (${version}) to this request.`]
          : []
        : [
            `The result was made by version ${version} of ${document}. This explanation applies the current version${verdict.version === undefined ? '' : ` (${verdict.version})`}, which may differ.`,
          ]),
  ];
}

/** Returns the command with what the reader has to add, because the gateway does not keep credentials. */
export function explainCommand(
  { protocol, method, path }: Pick<Circumstances, 'protocol' | 'method' | 'path'>,
  document: string,
): string {
  const isPlain = /^[\w/.~-]+$/.test(path);
  const request = protocol === 'websocket' || !isPlain ? '' : ` ${method} ${path}`;
  return `\`gatewright access explain ${document}${request}\` with the same credential (--token-file FILE, or --key KEY)`;
}
