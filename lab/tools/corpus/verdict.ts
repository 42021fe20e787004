/** Verdicts of a newcomer on a first try: works, wrong, refused clearly, unclear or crash. Pure. */
import { allows } from './expectation.ts';
import type { ExpectedRoute } from './expectation.ts';

export const VERDICTS = ['works', 'wrong', 'refused clearly', 'unclear', 'crash'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Finding = {
  readonly logicalId: string;
  readonly property?: string;
  readonly message?: string;
  readonly consequence: string;
  readonly file?: string;
  readonly line?: number;
};

/** The result of `start`. */
export type Start =
  | { readonly kind: 'ready'; readonly findings: readonly Finding[] }
  | { readonly kind: 'ended'; readonly code: number | null; readonly stderr: string }
  /** The gateway was not ready in time, or exceeded its memory limit. */
  | { readonly kind: 'stopped'; readonly reason: string };

export type Answer = {
  readonly route: ExpectedRoute;
  /** Undefined if no response came in time, or the connection broke. */
  readonly status: number | undefined;
  /** True if the gateway responded with 404 or 403 because it does not know the route. */
  readonly isUnknownRoute: boolean;
  /**
   * True if the text of the response comes from the function and not from the gateway. The project defines the meaning
   * of such a text.
   */
  readonly isOwnWords: boolean;
  /** The gateway's log line for the request. */
  readonly log: string;
};

type Run = { readonly start: Start; readonly answers: readonly Answer[]; readonly diedLater: boolean };
type Judged = { readonly verdict: Verdict; readonly reasons: readonly string[] };

/** Maximum number of lines of a clear message, because a newcomer does not read more lines than this. */
const MAX_MESSAGE_LINES = 25;
/**
 * Matches anything that a reader can look up: a file with its line, a resource or property, an option, a variable, a
 * package.
 */
const NAMES_SOMETHING =
  /[\w./-]+\.(?:ya?ml|json|[cm]?[jt]s)\b|["'`][^"'`]+["'`]|--[a-z][\w-]+|\$\{[^}]+\}|\b\w+::\w+::\w+|\b[\w/]+\.[A-Z]\w+/;
const STACK_LINE = /^\s+at (?:async )?[\w.<>[\] ]*\(?(?:node:|file:|\/).*:\d+:\d+\)?$/m;

export function judge({ start, answers, diedLater }: Run): Judged {
  if (start.kind === 'stopped') return { verdict: 'crash', reasons: [start.reason] };
  if (start.kind === 'ended') return judgeEnd(start.code, start.stderr);
  if (diedLater) return { verdict: 'crash', reasons: ['the gateway ended during the requests'] };
  const judged = answers.map((answer) => judgeAnswer(answer, start.findings));
  const verdict = (['unclear', 'wrong', 'refused clearly'] as const).find((each) =>
    judged.some((one) => one.verdict === each),
  );
  const reasons = judged.flatMap((one) => (one.verdict === 'works' ? [] : one.reasons));
  if (answers.length === 0) return { verdict: 'wrong', reasons: ['no route was called'] };
  return { verdict: verdict ?? 'works', reasons };
}

function judgeEnd(code: number | null, stderr: string): Judged {
  const text = stderr.trim();
  const lines = text.split('\n');
  const reasons = [lines.slice(-3).join(' | ').slice(0, 400)];
  if (code === null || code > 128 || /^(?:Uncaught|node:internal|\s*throw )/m.test(text))
    return { verdict: 'crash', reasons };
  const isClear =
    lines.length <= MAX_MESSAGE_LINES && !STACK_LINE.test(text) && NAMES_SOMETHING.test(lines.at(-1) ?? '');
  return { verdict: isClear || isClearError(text) ? 'refused clearly' : 'unclear', reasons };
}

/**
 * Returns whether the text ends with a clear error message. The message may have several lines, and only the part after
 * "error:" counts.
 */
function isClearError(text: string): boolean {
  const from = text.lastIndexOf('error: ');
  if (from === -1 || STACK_LINE.test(text)) return false;
  const message = text.slice(from + 'error: '.length);
  return message.split('\n').length <= MAX_MESSAGE_LINES && NAMES_SOMETHING.test(message);
}

function judgeAnswer(answer: Answer, findings: readonly Finding[]): Judged {
  const { route, status, isUnknownRoute, isOwnWords, log } = answer;
  const what = `${route.method} ${route.path}`;
  if (status === undefined) return { verdict: 'wrong', reasons: [`${what}: no response ${log}`.trim()] };
  if (!isUnknownRoute && allows(route.statuses, status)) return { verdict: 'works', reasons: [] };
  const reasons = [`${what}: responded with ${status}, expected ${route.statuses.join(' or ')}; log: ${log}`];
  if (status < 500 || isUnknownRoute) return { verdict: 'wrong', reasons };
  const reason = /\((.+)\)\s*$/.exec(log)?.[1];
  if (reason === undefined) return { verdict: isOwnWords ? 'wrong' : 'unclear', reasons };
  return { verdict: isForetold(reason, findings) ? 'refused clearly' : 'wrong', reasons };
}

/**
 * Returns true if the startup already reported the problem. In that case, the log repeats one of the startup's
 * findings, or calls the problem a configuration error.
 */
function isForetold(reason: string, findings: readonly Finding[]): boolean {
  if (findings.length === 0) return false;
  return (
    reason.includes('configuration error') ||
    findings.some(({ message, consequence }) =>
      [message, consequence].some((text) => text !== undefined && reason.includes(text)),
    )
  );
}
