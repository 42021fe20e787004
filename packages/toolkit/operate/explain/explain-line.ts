/**
 * Explains a line of an access log. It uses the gateway's own explanations, and the rules of the access document for
 * the caller.
 */
import { explain } from '../../../gateway/engine/index.ts';
import type { GuardCircumstances, Story } from '../../../gateway/engine/index.ts';
import { findAccess, withAuthorizers } from '@gatewright/authoring/find/find-access';
import { describeAccess } from '@gatewright/authoring/find/describe-access';
import { AccessQueryError, findRefusal } from '@gatewright/authoring/find/caller-spec';
import type { CallerSpec } from '@gatewright/authoring/find/caller-spec';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { canaryOf } from '../release/stage-release.ts';
import { describeLine } from './line-circumstances.ts';
import type { LineFacts } from './line-circumstances.ts';
import { missingFields } from './log-line.ts';

export type LineStory = Story & {
  readonly phase: string;
  /** The fields that the log format lacks. With them, the explanation would be more complete. */
  readonly missing: readonly string[];
};

export type Since = {
  readonly deploymentId: string;
  readonly deployedAt: string | undefined;
};

/**
 * Explains a log line.
 * @param caller the assumed caller; undefined if none is given
 */
export function explainLine(
  facts: LineFacts,
  format: string,
  since: Since,
  document: CompiledDocument | undefined,
  caller: CallerSpec | undefined,
  nowEpochSeconds: number,
): LineStory {
  const about = describeLine(facts);
  const mayBeCanary = canaryOf(facts.live.stageShown) !== undefined || facts.fields.has('isCanaryRequest');
  const missing = missingFields(format, facts.live.kind, mayBeCanary);
  const story = explain(about);
  const isGuarded = about.phase === 'authenticate' || about.phase === 'authorize';
  const open =
    isGuarded && about.guard?.kind === 'lambda' && about.code === 'UNAUTHORIZED'
      ? explainOpen(facts, missing, about.guard)
      : [];
  const applied = about.guard?.kind === 'lambda' && document ? withAuthorizers(document) : document;
  const ruled =
    isGuarded && applied !== undefined
      ? explainRules(applied, about.method, about.path, caller, nowEpochSeconds)
      : [];
  return {
    phase: about.phase,
    headline: story.headline,
    missing,
    sentences: [
      ...(open.length === 0 ? story.sentences : open),
      ...explainGone(facts),
      ...ruled,
      ...explainSince(facts, since),
    ],
    changes: story.changes,
  };
}

/**
 * Explains a 401 with two possible reasons. This is needed if the log line does not show whether the function was
 * called.
 */
function explainOpen(
  { live, fields }: LineFacts,
  missing: readonly string[],
  { name, places }: GuardCircumstances,
): string[] {
  const telling = ['authorizer.status', 'authorizer.latency', 'authorizer.error'];
  if (live.kind === 'rest' && !telling.every((name) => missing.includes(name))) return [];
  if (fields.has('authorizer.error')) return [];
  return [
    'Either the request had no credential where the authorizer reads it, or the function threw Unauthorized; the log line does not show which of the two happened.',
    ...(places.length === 0
      ? []
      : [
          `Authorizer ${name} reads the credential from ${places.map((place) => `${place.kind === 'header' ? 'header' : 'query parameter'} ${place.name}`).join(' and ')}.`,
        ]),
  ];
}

/**
 * Explains a 410. The API itself never responds with this status. A backend gets it when it sends a message to a
 * connection that has ended.
 */
function explainGone({ live, fields }: LineFacts): string[] {
  const said = [fields.get('status'), fields.get('integration.status')].includes('410');
  const error = fields.get('integration.error') ?? fields.get('error.message') ?? '';
  if (live.kind !== 'websocket' || (!said && !/\b410\b|GoneException/.test(error))) return [];
  return [
    '@connections returns 410 (GoneException) for a connection that has ended. Delete the connection id in that case, because $disconnect is not always sent.',
  ];
}

function explainRules(
  document: CompiledDocument,
  method: string,
  path: string,
  callerSpec: CallerSpec | undefined,
  nowEpochSeconds: number,
): string[] {
  if (callerSpec === undefined) {
    const rows =
      document.kind === 'websocket'
        ? describeAccess(document).rows
        : describeAccess(document).rows.filter(
            ({ route }) => fits(route.path, path) && route.method === method,
          );
    const rules = [...new Set(rows.flatMap((row) => row.rules))];
    return [
      rules.length === 0
        ? `No rule of the access document ${document.name} allows ${method} ${path}.`
        : `The access document ${document.name} decides about ${method} ${path} by these rules: ${rules.join('; ')}.`,
    ];
  }
  try {
    const { word, reason, caller } = findAccess(document, method, path, callerSpec, nowEpochSeconds);
    const refusal = findRefusal(document, callerSpec, nowEpochSeconds);
    return [
      ...(caller === undefined ? [] : [`The caller is ${caller}.`]),
      ...(refusal === undefined ? [] : [`The credential is refused before any rule applies: ${refusal}.`]),
      `The decision of the access document ${document.name} in this folder is ${word.toLowerCase()}: ${reason}.`,
    ];
  } catch (error) {
    if (!(error instanceof AccessQueryError)) throw error;
    const subject = error.part === undefined ? '' : `${SUBJECTS[error.part]} `;
    const advice = error.part === 'token' ? ` ${ADVICE_ON_TOKEN}` : '';
    return [`The access document could not be applied to this request: ${subject}${error.message}.${advice}`];
  }
}

/** Where the faulty part of the caller comes from. */
const SUBJECTS: Readonly<Record<NonNullable<AccessQueryError['part']>, string>> = {
  token: 'the credential in --token-file',
  claims: 'the value of --claims',
  ip: 'the source address in the log line',
};
const ADVICE_ON_TOKEN =
  'Pass a file with the token of the caller (header.payload.signature), or with the API key as gatewright keys create has printed it.';

function fits(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => /^\{.+\}$/.test(segment) || segment === given[index])
  );
}

function explainSince({ live: { stage, drift } }: LineFacts, { deploymentId, deployedAt }: Since): string[] {
  const made = deployedAt === undefined ? '' : `, which was created at ${deployedAt}`;
  return [
    `Stage ${stage} serves deployment ${deploymentId}${made}.`,
    ...(drift === undefined || drift.length === 0
      ? []
      : [`The current configuration differs from that deployment: ${drift.slice(0, 3).join('; ')}.`]),
  ];
}
