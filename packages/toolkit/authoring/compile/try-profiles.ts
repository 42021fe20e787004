/**
 * Evaluates a document for typical callers before it is deployed. These callers have no rights, one right, two rights,
 * or all rights. The evaluation finds policies that are too large or that IAM cannot express.
 */
import type { PolicyDocument } from '@gatewright/handlers/aws/authorizer-result';
import { sizeOf } from '@gatewright/handlers/aws/authorizer-result';
import { NATIVE_VALUE_LENGTH } from '@gatewright/handlers/access/keys/native-key';
import { backendContext, CARRIED_LIMIT_CHARACTERS } from '@gatewright/handlers/access/backend-context';
import { printChannels } from '@gatewright/handlers/access/decide/channel-rules';
import { printMcpRules } from '@gatewright/handlers/access/decide/mcp-rules';
import { compilePolicy, fitsResourceLimit } from '@gatewright/handlers/access/decide/compile-policy';
import type {
  CompiledCondition,
  CompiledDocument,
  CompiledRoute,
} from '@gatewright/handlers/access/compiled-document';
import type { Principal } from '@gatewright/handlers/access/decide/principal';

export type ProfileFailure =
  | { readonly kind: 'too-large'; readonly caller: string; readonly sizeBytes: number }
  | { readonly kind: 'too-many'; readonly caller: string }
  /** The patterns of this caller are too long for the context, so the caller would be granted nothing at all. */
  | {
      readonly kind: 'too-many-patterns';
      readonly of: 'channels' | 'mcp';
      readonly caller: string;
      readonly characters: number;
    }
  | {
      readonly kind: 'unrepresentable';
      readonly caller: string;
      readonly allowed: CompiledRoute;
      readonly denied: CompiledRoute;
    };

export type TooManyPatterns = Extract<ProfileFailure, { readonly kind: 'too-many-patterns' }>;

type ProfileReport = { readonly failures: readonly ProfileFailure[]; readonly largestBytes: number };

type Right = { readonly name: string; readonly give: (draft: Draft) => void };

type Draft = {
  issuerId: string;
  clientId: string | undefined;
  readonly roles: Set<string>;
  readonly scopes: Set<string>;
  readonly claims: Record<string, unknown>;
};

/**
 * The maximum number of rights for which pairs are tried. Trying pairs of more rights would take seconds, so only
 * single rights and all rights together are then tried.
 */
const PAIRS_LIMIT = 40;
const NOW_EPOCH_SECONDS = 1_900_000_000;
/** All conditions on addresses count as true, because the grants are then largest. */
const EVERYWHERE = { nowEpochSeconds: NOW_EPOCH_SECONDS, isInNetwork: () => true };
/** A typical subject. Most subjects are UUIDs. */
const TYPICAL_VALUE = '0f3c9b1e-7d52-4a86-b0c4-3e1f5a7d9c20';
const TYPICAL_ARN = {
  partition: 'aws',
  region: 'ap-southeast-2',
  accountId: '123456789012',
  apiId: 'a1b2c3d4e5',
  target: 'GET/',
};

export function tryProfiles(document: CompiledDocument): ProfileReport {
  if (document.kind === 'websocket') return tryChannels(document);
  if (document.result.format === 'simple' && document.mcp === undefined)
    return { failures: [], largestBytes: 0 };
  const failures: ProfileFailure[] = [];
  let largestBytes = 0;
  for (const profile of profilesOf(document)) {
    const outcome = tryOne(document, profile);
    if (outcome.kind === 'fits') largestBytes = Math.max(largestBytes, outcome.sizeBytes);
    else failures.push(outcome);
  }
  return { failures, largestBytes };
}

/**
 * Computes the channel lists of typical callers. In a WebSocket API, the policy allows only `$connect`. More rights
 * therefore do not enlarge the policy but the channel list.
 */
function tryChannels(document: CompiledDocument): ProfileReport {
  const failures: ProfileFailure[] = [];
  let largestBytes = 0;
  for (const profile of profilesOf(document)) {
    const characters = printChannels(document, principalWith(document, profile), EVERYWHERE)?.length ?? 0;
    largestBytes = Math.max(largestBytes, characters);
    if (characters > CARRIED_LIMIT_CHARACTERS)
      failures.push({ kind: 'too-many-patterns', of: 'channels', caller: nameOf(profile), characters });
  }
  return { failures, largestBytes };
}

export function describeTooMany({ caller, characters }: TooManyPatterns): string {
  return `the patterns for ${caller} have ${characters} characters, more than the limit of ${CARRIED_LIMIT_CHARACTERS}, so nothing would be granted: use wildcards`;
}

function profilesOf(document: CompiledDocument): readonly (readonly Right[])[] {
  const rights = rightsOf(document);
  const pairs =
    rights.length > PAIRS_LIMIT
      ? []
      : rights.flatMap((first, index) => rights.slice(index + 1).map((second) => [first, second]));
  return [[], ...rights.map((right) => [right]), ...pairs, rights];
}

function nameOf(profile: readonly Right[]): string {
  return profile.map(({ name }) => name).join(', ') || 'a caller without rights';
}

function tryOne(
  document: CompiledDocument,
  profile: readonly Right[],
): ProfileFailure | { readonly kind: 'fits'; readonly sizeBytes: number } {
  const principal = principalWith(document, profile);
  const caller = nameOf(profile);
  const { mcpGrants = '' } = printMcpRules(document, principal, EVERYWHERE, CARRIED_LIMIT_CHARACTERS);
  if (mcpGrants.length > CARRIED_LIMIT_CHARACTERS)
    return { kind: 'too-many-patterns', of: 'mcp', caller, characters: mcpGrants.length };
  const stage = document.apis[0]?.stage ?? 'prod';
  let sizeBytes = 0;
  for (const merge of [false, true]) {
    const outcome = compilePolicy(
      document,
      principal,
      { ...TYPICAL_ARN, stage },
      { nowEpochSeconds: NOW_EPOCH_SECONDS, merge },
    );
    if (outcome.kind === 'too-many') return { kind: 'too-many', caller };
    if (outcome.kind === 'unrepresentable') {
      const [allowed, denied] = [
        document.routes[outcome.conflict.allowed],
        document.routes[outcome.conflict.denied],
      ];
      if (allowed && denied) return { kind: 'unrepresentable', caller, allowed, denied };
      continue;
    }
    sizeBytes = sizeWith(document, principal, outcome.policy);
    if (sizeBytes <= document.result.maxBytes && fitsResourceLimit(outcome.policy))
      return { kind: 'fits', sizeBytes };
  }
  return { kind: 'too-large', caller, sizeBytes };
}

function sizeWith(document: CompiledDocument, principal: Principal, policyDocument: PolicyDocument): number {
  const { principalId } = principal;
  const usageIdentifierKey = 'x'.repeat(NATIVE_VALUE_LENGTH);
  const isNative = document.apiKeys.some(({ nativeUsagePlan }) => nativeUsagePlan);
  return sizeOf({
    principalId,
    policyDocument,
    context: backendContext(
      document,
      principal,
      printMcpRules(document, principal, EVERYWHERE, CARRIED_LIMIT_CHARACTERS),
    ),
    ...(isNative && { usageIdentifierKey }),
  });
}

function principalWith(document: CompiledDocument, profile: readonly Right[]): Principal {
  const draft: Draft = {
    issuerId: document.issuers[0]?.id ?? 'main',
    clientId: undefined,
    roles: new Set(),
    scopes: new Set(),
    claims: {},
  };
  for (const name of document.result.claims?.required ?? []) draft.claims[name] = TYPICAL_VALUE;
  for (const { bind = [] } of document.rules)
    for (const { claim, max } of bind) {
      const values = Array.from(
        { length: max ?? 1 },
        (_, index) => `${TYPICAL_VALUE.slice(0, -2)}${index + 10}`,
      );
      putClaim(draft.claims, claim, max === undefined ? TYPICAL_VALUE : values);
    }
  for (const { patterns } of document.channels?.rules ?? [])
    for (const segment of patterns.flat())
      if (typeof segment !== 'string') putClaim(draft.claims, segment.claim, TYPICAL_VALUE);
  for (const { effect, when } of allRules(document))
    if (effect === 'deny' && when !== undefined) addHarmlessClaims(draft.claims, when);
  for (const right of profile) right.give(draft);
  return {
    ...draft,
    principalId: `${draft.issuerId}|${TYPICAL_VALUE}`,
    issuer: document.issuers[0]?.trust.issuer ?? '',
    subject: TYPICAL_VALUE,
    expiresAtEpochSeconds: NOW_EPOCH_SECONDS + 3600,
  };
}

/**
 * Adds claims to a typical caller. A deny rule also denies callers who lack the claim that it reads, so the caller
 * needs this claim. The value is one that the rule does not match.
 */
function addHarmlessClaims(claims: Record<string, unknown>, condition: CompiledCondition): void {
  switch (condition.is) {
    case 'all':
    case 'any':
      for (const inner of condition.of) addHarmlessClaims(claims, inner);
      break;
    case 'claim':
      if (condition.op !== 'exists') putClaim(claims, condition.claim, harmlessValue(condition));
      break;
    case 'mfa':
      putClaim(claims, ['amr'], []);
      break;
    case 'auth-age':
      putClaim(claims, ['auth_time'], 0);
      break;
    default:
      break;
  }
}

function harmlessValue({ op, values: [value] }: Extract<CompiledCondition, { is: 'claim' }>): unknown {
  if (op === 'contains') return [];
  if (typeof value === 'number') return op === 'gte' ? value - 1 : value + 1;
  return typeof value === 'boolean' ? !value : TYPICAL_VALUE;
}

function rightsOf(document: CompiledDocument): readonly Right[] {
  const rights = new Map<string, Right>();
  const add = (name: string, give: Right['give'], value = '') =>
    rights.set(`${name} ${value}`, { name, give });
  const walk = (condition: CompiledCondition): void => {
    switch (condition.is) {
      case 'all':
      case 'any':
        condition.of.forEach(walk);
        break;
      case 'not':
        walk(condition.of);
        break;
      case 'issuer':
        add(`issuer ${condition.name}`, (draft) => (draft.issuerId = condition.name));
        break;
      case 'client':
        add(`client ${condition.name}`, (draft) => (draft.clientId = condition.name));
        break;
      case 'scope':
        add(`scope ${condition.name}`, ({ scopes }) => scopes.add(condition.name));
        break;
      case 'role':
        add(`role ${condition.name}`, (draft) => addRole(document, draft, condition.name));
        break;
      case 'claim':
        add(
          `claim ${condition.claim.join('.')}`,
          ({ claims }) =>
            putClaim(
              claims,
              condition.claim,
              condition.op === 'contains' ? [...condition.values] : (condition.values[0] ?? 'x'),
            ),
          JSON.stringify([condition.op, condition.values]),
        );
        break;
      case 'mfa':
        add('mfa', ({ claims }) => putClaim(claims, ['amr'], ['mfa']));
        break;
      case 'auth-age':
        add('recent sign-in', ({ claims }) => putClaim(claims, ['auth_time'], NOW_EPOCH_SECONDS));
        break;
      case 'network':
        break;
    }
  };
  for (const { when } of allRules(document)) if (when) walk(when);
  return [...rights.values()];
}

function allRules({ rules, channels, mcp }: CompiledDocument) {
  return [...rules, ...(channels?.rules ?? []), ...(mcp?.rules ?? [])];
}

function addRole({ roles }: CompiledDocument, draft: Draft, name: string): void {
  for (const role of roles[name]?.roles ?? [name]) draft.roles.add(role);
  for (const scope of roles[name]?.scopes ?? []) draft.scopes.add(scope);
}

function putClaim(claims: Record<string, unknown>, [name, ...rest]: readonly string[], value: unknown): void {
  if (name === undefined) return;
  if (rest.length === 0) {
    claims[name] = value;
    return;
  }
  const known = claims[name];
  const inner: Record<string, unknown> = typeof known === 'object' && known !== null ? { ...known } : {};
  putClaim(inner, rest, value);
  claims[name] = inner;
}
