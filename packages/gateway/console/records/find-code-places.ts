/**
 * Finds the line that produced a response or a result: in the stack of an error, or else in the text of the handler.
 * A line is named only if the text leaves no doubt about it.
 */
import { escapeForRegExp } from '@gatewright/aws/text/escape-for-regexp';
import { asText, parseJsonObject } from '@gatewright/aws/json-object';
import { findErrorPlace } from '../explain/reason.ts';
import { findLines } from './handler-lines.ts';
import { lineOf } from './handler-misread.ts';
import type { AuthorizerResultPart, Defect, ProxyFault } from '../../core/defect.ts';
import type { NamedPlace } from '../explain/circumstances.ts';
import type { HandlerText } from './handler-lines.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** Match lines that write a body. They do not match `body = json.loads(event['body'])`, which reads the request. */
export const WRITES_BODY = [/['"]?\bbody['"]?\s*:/, /\breturn\b.*\bbody\b/];
/** Matches code that ends the process of the function. */
const EXITS = /\b(?:process\.exit|sys\.exit|os\._exit)\s*\(/;
const RETURNS = /\breturn\b|=>\s*\(?\{/;

/** @param lines what the function printed */
export function findHandlerLine(
  { outcome, error, status, failure }: Pick<RecordedRequest, 'outcome' | 'error' | 'status' | 'failure'>,
  handler: HandlerText | undefined,
  lines: readonly string[],
): readonly NamedPlace[] {
  if (outcome?.kind === 'failed') {
    const own = ofError(lines, handler);
    if (own.length > 0) return own;
    // The result was too large to be handed on: the function itself ended without an error.
    if (outcome.errorType === 'Function.ResponseSizeTooLarge' && handler !== undefined)
      return ofLarge(handler);
    if (outcome.errorType === 'Runtime.ExitError' && handler !== undefined)
      return ofPatterns(handler, [EXITS]);
    return ofImport(outcome.errorMessage, handler);
  }
  if (outcome?.kind !== 'returned' || handler === undefined) return [];
  const defect = error?.detail.defect;
  if (defect?.kind === 'proxy-response') return ofResult(handler, patternsOfResult(defect), outcome.payload);
  if (failure !== undefined || status < 400) return [];
  return ofStatus(handler, status, outcome.payload);
}

/** @param lines what the authorizer's function printed */
export function findAuthorizerLine(
  { phase, error }: Pick<RecordedRequest, 'phase' | 'error'>,
  handler: HandlerText | undefined,
  lines: readonly string[],
): readonly NamedPlace[] {
  const defect = error?.detail.defect;
  const isFailed = defect?.kind === 'authorizer' && defect.code === 'failed';
  const thrown = isFailed || error?.code === 'UNAUTHORIZED' ? ofError(lines, handler) : [];
  if (thrown.length > 0) return thrown;
  // Without the credential, or with one of another form, the function is not called.
  const isUncalled =
    defect?.kind === 'authorizer' &&
    (defect.code === 'identity-missing' || defect.code === 'identity-mismatch');
  if (handler === undefined || isUncalled) return [];
  if (phase === 'authorize') return ofPatterns(handler, PATTERNS_OF_POLICY);
  if (
    defect?.kind === 'authorizer' &&
    defect.code === 'malformed' &&
    defect.part === 'context-value' &&
    defect.member !== undefined
  )
    return ofNested(handler, 'context', defect.member);
  if (
    defect?.kind === 'authorizer' &&
    defect.code === 'malformed' &&
    defect.part === 'policyDocument' &&
    defect.given === undefined
  )
    return ofReturnWithout(handler, 'policyDocument');
  return ofPatterns(handler, patternsOfAuthorizer(defect));
}

/** Finds the only `return` whose value lacks the member. Lines that write the member returned something else. */
function ofReturnWithout(handler: HandlerText, name: string): readonly NamedPlace[] {
  const lines = handler.text.split('\n');
  const found = findLines(handler, RETURNS).filter((place) => {
    const at = Number(/\d+$/.exec(place)?.[0]) - 1;
    const [first = '', ...others] = statementAt(lines, at);
    return ![first.slice(first.search(RETURNS)), ...others].some((text) => text.includes(name));
  });
  const [place, ...others] = found;
  return place === undefined || others.length > 0 ? [] : [{ what: 'its code', place }];
}

function ofError(lines: readonly string[], handler: HandlerText | undefined): readonly NamedPlace[] {
  const own = findErrorPlace(lines);
  if (own === undefined) return [];
  const first = handler === undefined ? undefined : lineOf(handler, lines);
  const line =
    first === undefined || handler === undefined
      ? own.line + (own.file === 'ZipFile' ? (handler?.linesBefore ?? 0) : 0)
      : findNamedInCall(handler.text.split('\n'), first, lines.at(-1) ?? '');
  const file = own.file === 'ZipFile' ? (handler?.file ?? own.file) : own.file;
  return [{ what: 'its code', place: `${file}:${line}` }];
}

/** An SDK call has a few members, each on a line of its own. */
const MOST_LINES_OF_CALL = 30;

/**
 * Returns the line of the member of a call that the message of its error names, such as `ConditionExpression`, or else
 * the line at which the call begins.
 * @param first the line at which the call begins, counted from 1
 */
function findNamedInCall(code: readonly string[], first: number, printed: string): number {
  const call = statementAt(code, first - 1);
  // The stack follows the message.
  const [message = ''] = printed.split(/\n\s+at |\nTraceback|\\n\s+at /, 1);
  const names = [...message.matchAll(/['"`]([A-Za-z_]\w{2,})['"`]|\b([A-Z][a-z]+(?:[A-Z][a-z]+)*)\b/g)];
  // A word in quotes is certainly a member, but a word with a capital letter may begin a sentence.
  for (const [, quoted, name] of names.toSorted(
    ([, one], [, other]) => Number(one === undefined) - Number(other === undefined),
  )) {
    const wanted = new RegExp(
      `^\\s*['"]?${quoted ?? name ?? ''}['"]?\\s*[:=]`,
      quoted === undefined ? '' : 'i',
    );
    const line = call.findIndex((text, index) => index > 0 && wanted.test(text));
    if (line !== -1) return first + line;
  }
  return first;
}

/** Returns the lines of the statement that begins at a line, up to the one that closes its brackets. */
function statementAt(code: readonly string[], index: number): string[] {
  let depth = 0;
  const statement: string[] = [];
  for (const text of code.slice(index, index + MOST_LINES_OF_CALL)) {
    statement.push(text);
    depth += countOf(text, /[([{]/g) - countOf(text, /[)\]}]/g);
    if (depth <= 0) break;
  }
  return statement;
}

function countOf(text: string, sign: RegExp): number {
  return [...text.matchAll(sign)].length;
}

/** Finds the line that imports the missing module. The error has no line of the handler. */
function ofImport(message: string, handler: HandlerText | undefined): readonly NamedPlace[] {
  const [, script, python] =
    /Cannot find (?:module|package) '([^']+)'|No module named '([^'.]+)/.exec(message) ?? [];
  const name = script ?? python;
  if (name === undefined || handler === undefined) return [];
  const imports =
    script === undefined
      ? new RegExp(`^\\s*(?:import|from)\\s+${escapeForRegExp(name)}\\b`)
      : new RegExp(`['"]${escapeForRegExp(name)}['"]`);
  return ofPatterns(handler, [imports]);
}

/** Uses the first pattern that matches any line. */
function ofPatterns(handler: HandlerText, patterns: readonly RegExp[]): readonly NamedPlace[] {
  for (const pattern of patterns) {
    const [place] = findLines(handler, pattern);
    if (place !== undefined) return [{ what: 'its code', place }];
  }
  return [];
}

/** Uses the first pattern that matches a line, but skips lines of a response with a status other than the result's. */
function ofResult(handler: HandlerText, patterns: readonly RegExp[], payload: string): readonly NamedPlace[] {
  const { statusCode } = parseJsonObject(payload) ?? {};
  const status = typeof statusCode === 'number' || typeof statusCode === 'string' ? String(statusCode) : '';
  const lines = handler.text.split('\n');
  for (const pattern of patterns) {
    const places = findLines(handler, pattern);
    const [place] = places.filter((one) => {
      const line = Number(/\d+$/.exec(one)?.[0]);
      const before = lines.slice(Math.max(0, line - MOST_LINES_OF_RESPONSE), line).join('\n');
      const [, own = status] = [...before.matchAll(STATUS)].at(-1) ?? [];
      return status === '' || own === status;
    });
    if (place !== undefined) return [{ what: 'its code', place }];
  }
  return ofPatterns(handler, patterns);
}

const STATUS = /status_?code['"]?\s*[:=(,]\s*['"]?(\d{3})\b/gi;

const member = (name: string): RegExp => new RegExp(`['"]?\\b${escapeForRegExp(name)}\\b['"]?\\s*[:=]`);

function patternsOfResult({ part, name, others = [] }: Partial<ProxyFault>): readonly RegExp[] {
  const named = [name ?? '', ...others].filter((one) => one !== '').map(member);
  switch (part) {
    case 'statusCode':
      return [member('statusCode'), RETURNS];
    case 'body':
    case 'buffer':
    case 'base64':
    case 'frame-size':
      return [...WRITES_BODY, RETURNS];
    case 'isBase64Encoded':
      return [member('isBase64Encoded')];
    case 'headers':
    case 'multiValueHeaders':
    case 'cookies':
    case 'cookie':
    case 'cookie-text':
      return [member(part.startsWith('cookie') ? 'cookies' : part), RETURNS];
    default:
      return [...named, RETURNS];
  }
}

/** Patterns of the lines that decide about a policy. The line that is most often wrong comes first. */
const PATTERNS_OF_POLICY = [
  /Resource['"]?\s*[:=].*(?:methodArn|routeArn)/i,
  /\bDeny\b/,
  /['"]?isAuthorized['"]?\s*[:=]/,
  /Resource['"]?\s*[:=]/i,
];

const PATTERNS_OF_PART: Partial<Readonly<Record<AuthorizerResultPart, readonly RegExp[]>>> = {
  isAuthorized: [member('isAuthorized')],
  policy: [/['"]?Statement['"]?\s*[:=]/, member('policyDocument'), RETURNS],
  resource: [/['"]?Resource['"]?\s*[:=]/],
  principalId: [member('principalId'), RETURNS],
  usageIdentifierKey: [member('usageIdentifierKey')],
  context: [member('context'), RETURNS],
  'context-claims': [member('claims'), member('context')],
};

function patternsOfAuthorizer(defect: Defect | undefined): readonly RegExp[] {
  if (defect?.kind !== 'authorizer') return [/Unauthorized/];
  if (defect.code !== 'malformed') return [/Unauthorized/];
  const { part, given } = defect;
  if (given?.kind === 'response') return [/status_?code/i, RETURNS];
  return PATTERNS_OF_PART[part] ?? [RETURNS];
}

/** Finds the line that writes a member of an object, which may have the same name as other values in the code. */
function ofNested(handler: HandlerText, outer: string, name: string): readonly NamedPlace[] {
  const lines = handler.text.split('\n');
  for (const place of findLines(handler, member(outer))) {
    const first = Number(/:(\d+)$/.exec(place)?.[1] ?? 0);
    const within = lines
      .slice(first - 1, first - 1 + MOST_LINES_OF_OBJECT)
      .findIndex((line, index) =>
        new RegExp(`\\b${escapeForRegExp(name)}\\b`).test(
          index === 0 ? line.slice(line.search(member(outer))) : line,
        ),
      );
    if (within !== -1) return [{ what: 'its code', place: `${handler.file}:${first + within}` }];
  }
  return ofPatterns(handler, [member(name), member(outer)]);
}

/** Maximum number of lines of an object. A context has only a few members. */
const MOST_LINES_OF_OBJECT = 20;

/** Finds the line that writes the body. If there are several, only a line of a successful response counts. */
function ofLarge(handler: HandlerText): readonly NamedPlace[] {
  const found = WRITES_BODY.map((pattern) => findLines(handler, pattern)).find(({ length }) => length > 0);
  const lines = handler.text.split('\n');
  const [only, ...others] =
    found === undefined || found.length < 2
      ? (found ?? [])
      : found.filter((place) => !/\b[45]\d\d\b/.test(lines[Number(/\d+$/.exec(place)?.[0]) - 1] ?? ''));
  return only === undefined || others.length > 0 ? [] : [{ what: 'its code', place: only }];
}

/** Finds the place in the code of a response with this status; undefined if the code leaves doubt. */
export function findStatusLine(handler: HandlerText, status: number, payload: string): string | undefined {
  return ofStatus(handler, status, payload)[0]?.place;
}

/**
 * Finds the line with the status of the response. If there are several, it is the line before a string from the body.
 */
function ofStatus(handler: HandlerText, status: number, payload: string): readonly NamedPlace[] {
  const asStatus = new RegExp(`status(?:_?code)?['"]?\\s*[:=(,]\\s*['"]?${status}\\b`, 'i');
  const found = [asStatus, new RegExp(`\\b${status}\\b`)].map((pattern) => findLines(handler, pattern));
  const places = found.find(({ length }) => length > 0) ?? [];
  const [only] = places;
  if (only !== undefined && places.length === 1) return [{ what: 'its code', place: only }];
  const texts = textsOf(payload);
  const lines = handler.text.split('\n');
  for (let after = 1; after <= MOST_LINES_OF_RESPONSE; after += 1)
    for (const place of places) {
      const line = Number(/:(\d+)$/.exec(place)?.[1] ?? 0);
      const around = lines.slice(line - 1, line - 1 + after).join('\n');
      if (texts.some((text) => around.includes(text))) return [{ what: 'its code', place }];
    }
  return [];
}

/** A response is usually written in a few lines, beginning with its status. */
const MOST_LINES_OF_RESPONSE = 4;

function textsOf(payload: string): readonly string[] {
  const body = asText(parseJsonObject(payload)?.['body']) ?? '';
  const members = Object.values(parseJsonObject(body) ?? {}).flatMap((value) => asText(value) ?? []);
  return [body, ...members].filter((text) => text.length > 2);
}
