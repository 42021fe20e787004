/** `gatewright access explain` explains the decision for one caller under one document. */
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { routeNameOf } from '#shared/access/charge-quota.ts';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { describeMcpGrants } from '@gatewright/authoring/find/describe-access';
import { findAccess, listAccess } from '@gatewright/authoring/find/find-access';
import type { AccessResult } from '@gatewright/authoring/find/find-access';
import { AccessQueryError, findRefusal, toCaller } from '@gatewright/authoring/find/caller-spec';
import type { StoredKeySummary } from '@gatewright/authoring/find/caller-spec';
import { homeOfEnvironment } from '../../../terminal/load-options.ts';
import { table, UsageError } from '../../../../base/terminal/output.ts';
import type { AdminFlags } from '../../../terminal/admin-client.ts';
import { readGatewayClock } from '../../../terminal/running-gateway.ts';
import { describeTerms, readLedger, withLedger } from './spent-quota.ts';
import type { Ledger } from './spent-quota.ts';

export type ExplainFlags = {
  readonly token?: string | undefined;
  /** The file from which the token was read. */
  readonly tokenFile?: string;
  readonly claims?: string;
  readonly issuer?: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly ip?: string;
  readonly held?: StoredKeySummary | undefined;
  readonly ledger?: Ledger | undefined;
  readonly policy: boolean;
};

/** The options that describe the caller by themselves. Roles, scopes and an address may be added to each of them. */
const OF_CALLER = { token: '--token', tokenFile: '--token-file', key: '--key', claims: '--claims' } as const;

/** @throws UsageError if more than one option describes the caller, because the others would have no effect */
export function refuseSecondCaller(given: Partial<Record<keyof typeof OF_CALLER, string | undefined>>): void {
  const passed = Object.entries(OF_CALLER)
    .filter(([name]) => given[name as keyof typeof OF_CALLER] !== undefined)
    .map(([, option]) => option);
  if (passed.length > 1)
    throw new UsageError(
      `${passed.slice(0, -1).join(', ')} and ${passed.at(-1) ?? ''} each describe the caller: pass only one of them`,
    );
}

/** The explanation of one route or of all routes. If the policy was requested, it comes last. */
type Explained = { readonly answers: readonly object[]; readonly text: string };

/**
 * Explains the decision as the function `explain` does, and adds the ledger to which the caller would be charged.
 * @throws UsageError if a flag or the route cannot be used
 */
export async function explainWithLedger(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags & AdminFlags,
): Promise<Explained> {
  const nowEpochSeconds = await readSeconds(flags);
  const answers = asUsage(flags, () =>
    isOne(document, method)
      ? [findAccess(document, method, path, flags, nowEpochSeconds)]
      : listAccess(document, flags, nowEpochSeconds),
  );
  const ledger = await readLedger(answers, flags);
  return explain(document, method, path, { ...flags, ledger }, nowEpochSeconds);
}

/**
 * The time at which the token is checked: the time of the local gateway if one runs, otherwise the time of this
 * machine.
 */
async function readSeconds({ url, target }: AdminFlags): Promise<number> {
  const isLocal = url === undefined && target === undefined;
  const local = isLocal ? await readGatewayClock().catch(passSilence) : undefined;
  return Math.floor((local ?? Date.now()) / 1000);
}

function passSilence(error: unknown): undefined {
  if (!(error instanceof UsageError)) throw error;
}

/**
 * Explains the decision for one route if method and path are given. Otherwise explains all routes, with one line per
 * route.
 * @throws UsageError if a flag or the route cannot be used
 */
export function explain(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
  nowEpochSeconds = Math.floor(Date.now() / 1000),
): Explained {
  return asUsage(flags, () => describe(document, method, path, flags, nowEpochSeconds));
}

function isOne({ kind }: CompiledDocument, method: string | undefined): boolean {
  return method !== undefined || kind === 'websocket';
}

function asUsage<T>({ tokenFile }: ExplainFlags, answer: () => T): T {
  try {
    return answer();
  } catch (error) {
    if (!(error instanceof AccessQueryError)) throw error;
    const { part, message } = error;
    const option = part === 'token' && tokenFile !== undefined ? `token-file: ${tokenFile}` : part;
    throw new UsageError(option === undefined ? message : `--${option} ${message}`);
  }
}

function describe(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
  nowEpochSeconds: number,
): Explained {
  const answers: object[] = [];
  const parts: string[] = [];
  const { ledger } = flags;
  const unasked = ledger?.kind === 'unasked' ? ledger.reason : undefined;
  if (isOne(document, method)) {
    const answer = withLedger(findAccess(document, method, path, flags, nowEpochSeconds), ledger, document);
    const { verdict, charge, spent, terms, left, mcp } = answer;
    answers.push({ ...verdict, ...charge, spent, terms, left, unasked, mcp });
    parts.push(describeAnswer(answer));
  } else {
    const listed = listAccess(document, flags, nowEpochSeconds).map((answer) =>
      withLedger(answer, ledger, document),
    );
    answers.push(
      ...listed.map(({ route, verdict, spent }) => ({ route, decision: verdict, spent, unasked })),
    );
    parts.push(...table(listed.map(({ route, word, reason }) => [route, word, reason])));
  }
  if (unasked !== undefined) parts.push(`the usage of the quota is unknown: ${unasked}`);
  const refusal = findRefusal(document, flags, nowEpochSeconds);
  if (refusal !== undefined)
    parts.push(`however, the credential is refused before any rule applies: ${refusal}`);
  if (flags.policy) {
    const policy = policyOf(document, flags, nowEpochSeconds);
    answers.push({ policy });
    parts.push(JSON.stringify(policy, null, 2));
  }
  return { answers, text: parts.join('\n') };
}

type Charged = AccessResult & ReturnType<typeof withLedger<AccessResult>>;

function describeAnswer(answer: Charged): string {
  const { verdict, target, word, reason, caller, quota, rules, mcp, terms, left = [] } = answer;
  const { route } = verdict;
  return [
    `${word}  ${target.replace('/', ' /')}  ${reason}`.trimEnd(),
    ...(caller === undefined ? [] : [`caller ${caller}`]),
    ...(route === undefined ? [] : [`route  ${routeNameOf(route)}`]),
    ...(quota === undefined || terms?.['plan'] !== undefined ? [] : [`quota  ${quota}`]),
    ...(terms?.['plan'] === undefined ? [] : [`plan   ${describeTerms(terms)}`]),
    ...left.map((text) => `left   ${text}`),
    ...rules.map((rule) => `rule   ${rule}`),
    ...(mcp === undefined ? [] : describeMcpGrants(mcp).map((text) => `mcp    ${text}`)),
  ].join('\n');
}

function policyOf(document: CompiledDocument, flags: ExplainFlags, nowEpochSeconds: number): object {
  const [api] = document.apis;
  const arn = {
    partition: 'aws',
    ...homeOfEnvironment(),
    apiId: api?.apiId ?? 'api',
    stage: api?.stage ?? 'prod',
    target: '',
  };
  const principal = toCaller(document, flags, nowEpochSeconds);
  const outcome = compilePolicy(document, principal, arn, { nowEpochSeconds });
  return outcome.kind === 'policy' ? outcome.policy : outcome;
}
