import { pathShown } from '../../core/stack/source-format.ts';
import { isMetricLine } from '../../lambda/function-log-line.ts';
import { INLINE, findOwnFrame, foldFrames } from '../../lambda/stack-frames.ts';

/** A part of an explanation: why the request ended, and what would change that. */
export type Reason = {
  readonly because: readonly string[];
  readonly changes: readonly string[];
  /** General advice, which is given only if nothing says what caused the outcome. */
  readonly otherwise?: string | undefined;
};

/** Turns a clause into a sentence with a capital letter and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return withStop(trimmed.charAt(0).toUpperCase() + trimmed.slice(1));
}

/**
 * Ends a text with a full stop, unless it already ends with a punctuation mark, as some messages of AWS and
 * of functions do.
 */
export function withStop(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Writes a duration as `584 ms`, `12 s`, `40 min`, `3 h` or `2 days`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 3 * MINUTE_MS) return `${Math.round(ms / 1000)} s`;
  if (ms < 3 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < 48 * HOUR_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / HOUR_MS / 24)} days`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const DEPLOY = ' A change to the API takes effect when you deploy it again.';
const AND_DEPLOY = ', and deploy the API again';

/** Only a deployment changes what a stage of a REST or WebSocket API serves (docs/aws §10.2). */
export function toDeploy(protocol: 'rest' | 'http' | 'websocket'): string {
  return protocol === 'http' ? '' : DEPLOY;
}

/** Returns the same advice as the end of a sentence that advises a change to the API. */
export function andDeploy(protocol: 'rest' | 'http' | 'websocket'): string {
  return protocol === 'http' ? '' : AND_DEPLOY;
}

/** Whether the advice says that the API must be deployed again; `of any change` if it does not mean only its own. */
export function tellsDeployment(advice: string, scope?: 'of any change'): boolean {
  return scope === undefined
    ? /\bdeploy (?:it|the API) again\b/.test(advice)
    : advice.includes(DEPLOY.trim());
}

/** Returns advice for a stage with AutoDeploy, which each change of its API deploys. */
export function withoutDeployment(advice: string): string {
  return advice.replace(DEPLOY, '').replace(AND_DEPLOY, '');
}

export function list(texts: readonly string[]): string {
  return texts.length === 0 ? 'none' : texts.join(', ');
}

/** Joins names as `a, b or c`. */
export function listed(names: readonly string[], word: 'and' | 'or' = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1) ?? ''}`;
}

const TELLING = ['outcome', 'reason', 'lacks', 'level', 'message', 'msg', 'error'];

/**
 * Matches lines that Python prints after an error about a coroutine that was not awaited. The error itself
 * says more.
 */
const NOISE = /\bRuntimeWarning: |^\s*api\.post\(/;
/** A traceback that has only frames of the gateway's runtime for Python, in which the user has nothing to change. */
const OF_RUNTIME =
  /\s*Traceback \(most recent call last\):(?:\s*File "[^"]*[\\/]lambda[\\/]process[\\/]python[\\/][^"]*", line \d+, in [^\n\r]*[\n\r]+[^\n\r]*)+$/;

/**
 * Describes the last line that a function printed. Of a structured line, it shows the members that explain the outcome.
 * Lines with embedded metrics, which are printed last, are skipped unless they have such members.
 */
export function formatLastLine(lines: readonly string[]): string[] {
  const last = lines.findLast(
    (line) => !NOISE.test(line) && (!isMetricLine({ message: line }) || tellingOf(line).length > 0),
  );
  if (last === undefined) return [];
  const parts = tellingOf(last);
  return [
    parts.length === 0
      ? `It printed: ${foldFrames(last.replace(OF_RUNTIME, ''))}`
      : `Its last log line says: ${parts.join(', ')}.`,
  ];
}

function tellingOf(line: string): readonly string[] {
  const fields = readFields(line);
  // A function that refuses a request itself does not fail, so the reason says more than its log.
  const isPlain = fields?.['outcome'] === 'Done' && fields['reason'] !== undefined;
  return TELLING.flatMap((name) => {
    const value = fields?.[name];
    if (name === 'outcome' && isPlain) return [];
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : [];
  });
}

/**
 * Returns a member of the last structured line that has it; undefined if no line does. Lambda's runtime prints the
 * error of a function after the function's own lines.
 */
export function findNotedLine(lines: readonly string[], name: string): string | undefined {
  for (const line of lines.toReversed()) {
    const value = readFields(line)?.[name];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/**
 * Returns the innermost line of the user's own code in the stack that was printed last, such as ` at /shop/pay.ts:41`.
 * Empty if the last line has no such stack.
 */
export function atErrorPlace(lines: readonly string[]): string {
  const own = findErrorPlace(lines);
  return own === undefined ? '' : ` at ${own.file}:${own.line}`;
}

export function findErrorPlace(
  lines: readonly string[],
): { readonly file: string; readonly line: number } | undefined {
  const last = lines.at(-1) ?? '';
  const fields = readFields(last);
  const stack = fields?.['stackTrace'] ?? fields?.['stack'];
  const text = Array.isArray(stack) ? stack.join('\n') : typeof stack === 'string' ? stack : last;
  const own = findOwnFrame(text);
  if (own === undefined) return undefined;
  // The gateway itself writes inline code to a file that the author does not have.
  const { file, line } = own;
  return { file: INLINE.test(file) ? 'ZipFile' : pathShown(file), line };
}

/** Reads a structured line; undefined if it is not a JSON object. */
export function readFields(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
