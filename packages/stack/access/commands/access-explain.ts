/** `gatewright access explain`: one caller under one document, in words. */
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { compilePolicy } from '#shared/access/decide/compile-policy.ts';
import { findAccess, listAccess } from '@gatewright/authoring/find-access';
import type { AccessResult } from '@gatewright/authoring/find-access';
import { AccessQueryError, findRefusal, toCaller } from '@gatewright/authoring/caller-spec';
import type { StoredKeySummary } from '@gatewright/authoring/caller-spec';
import { homeOfEnvironment } from '../../../terminal/load-options.ts';
import { table, UsageError } from '../../../terminal/output.ts';

export type ExplainFlags = {
  readonly token?: string;
  readonly claims?: string;
  readonly issuer?: string;
  readonly role: readonly string[];
  readonly scope: readonly string[];
  readonly ip?: string;
  readonly held?: StoredKeySummary;
  /** Why the ledger would refuse the caller. */
  readonly spent?: string;
  readonly policy: boolean;
  readonly json: boolean;
};

/** Whom an allowed request would be charged to. @throws AccessQueryError */
export function findCharged(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
): AccessResult['charge']['quota'] {
  if (method === undefined && document.kind !== 'websocket') return undefined;
  return findAccess(document, method, path, flags, Math.floor(Date.now() / 1000)).charge.quota;
}

/** With method and path: the decision and its reason; without: one line per route. @throws UsageError */
export function explain(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
): string {
  const nowEpochSeconds = Math.floor(Date.now() / 1000);
  try {
    return describe(document, method, path, flags, nowEpochSeconds).join('\n');
  } catch (error) {
    if (!(error instanceof AccessQueryError)) throw error;
    throw new UsageError(error.part === undefined ? error.message : `--${error.part} ${error.message}`);
  }
}

function describe(
  document: CompiledDocument,
  method: string | undefined,
  path: string | undefined,
  flags: ExplainFlags,
  nowEpochSeconds: number,
): readonly string[] {
  const parts: string[] = [];
  if (method !== undefined || document.kind === 'websocket') {
    const answer = findAccess(document, method, path, flags, nowEpochSeconds);
    const spent = answer.word === 'ALLOW' ? flags.spent : undefined;
    parts.push(
      flags.json
        ? JSON.stringify({ ...answer.verdict, ...answer.charge, ...(spent !== undefined && { spent }) })
        : describeAnswer(
            spent === undefined
              ? answer
              : {
                  ...answer,
                  word: 'DENY',
                  reason: `${spent}: the rules allow it, and the answer is 403, or 429 where the API maps it`,
                },
          ),
    );
  } else {
    const answers = listAccess(document, flags, nowEpochSeconds);
    parts.push(
      flags.json
        ? JSON.stringify(answers.map(({ route, verdict }) => ({ route, decision: verdict })))
        : table(answers.map(({ route, word, reason }) => [route, word, reason])).join('\n'),
    );
  }
  const refusal = findRefusal(document, flags, nowEpochSeconds);
  if (refusal !== undefined && !flags.json)
    parts.push(`but the caller is refused before any rule: ${refusal}`);
  if (flags.policy) parts.push(policyText(document, flags, nowEpochSeconds));
  return parts;
}

function describeAnswer({ verdict, target, word, reason, caller, quota, rules }: AccessResult): string {
  const { route } = verdict;
  return [
    `${word}  ${target.replace('/', ' /')}  ${reason}`.trimEnd(),
    ...(caller === undefined ? [] : [`caller ${caller}`]),
    ...(route === undefined ? [] : [`route  ${route.method} ${route.path}`]),
    ...(quota === undefined ? [] : [`quota  ${quota}`]),
    ...rules.map((rule) => `rule   ${rule}`),
  ].join('\n');
}

function policyText(document: CompiledDocument, flags: ExplainFlags, nowEpochSeconds: number): string {
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
  return JSON.stringify(outcome.kind === 'policy' ? outcome.policy : outcome, null, 2);
}
