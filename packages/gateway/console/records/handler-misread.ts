/**
 * Finds members that a function reads from its event, although the event of the recorded request does not have them.
 */
import { isPythonCode } from './handler-lines.ts';
import { findErrorPlace } from '../explain/reason.ts';
import { requestIdOf } from './function-lines.ts';
import { findMisread, TEMPLATE_FORM } from './misread-event.ts';
import { describeSent } from './sent.ts';
import type { LambdaAuthorizer } from '../../core/deployment/model.ts';
import type { Matched } from '../../core/exchange.ts';
import type { FunctionLines } from './function-lines.ts';
import type { HandlerText } from './handler-lines.ts';
import type { Misread } from './misread-event.ts';
import type { RecordedEvent, RecordedRequest } from './recorded-request.ts';

/** @returns the file of the function's handler, and the names of its environment variables */
export type ReadHandler = (
  functionName: string,
) => (HandlerText & { readonly environment: readonly string[] }) | undefined;

/** Returns the missing member that a proxy's function read at the line at which it failed. */
export function findFailedRead(
  recorded: RecordedRequest,
  lines: FunctionLines,
  readHandler: ReadHandler,
): Misread | undefined {
  const { outcome } = recorded;
  const requestId = requestIdOf(outcome);
  if (requestId === undefined) return undefined;
  const printed = lines.ofInvocation(requestId).map(({ message }) => message);
  return findReadOf(recorded, readHandler, printed);
}

/**
 * Returns a member that the code of a function reads, although the event does not have it.
 * @param failedWith what a failed function printed: only the line at which it failed is read. Without it, the
 * whole file is read
 */
export function findReadOf(
  { received, sent: kept }: RecordedRequest,
  readHandler: ReadHandler,
  failedWith?: readonly string[],
): Misread | undefined {
  const integration = received.route?.integration;
  if (integration === undefined) return undefined;
  const form =
    'payload' in integration
      ? integration.payload
      : integration.kind === 'function'
        ? TEMPLATE_FORM
        : undefined;
  if (form === undefined) return undefined;
  const sent = kept ?? describeSent(received);
  const source = sent === undefined ? undefined : readHandler(sent.target);
  if (sent === undefined || source === undefined) return undefined;
  const line = failedWith === undefined ? undefined : lineOf(source, failedWith);
  if (failedWith !== undefined && line === undefined) return undefined;
  return findMisread({
    source,
    event: sent.body?.toString(),
    form,
    line,
    environment: source.environment,
    stageVariables: Object.keys(received.stage?.variables ?? {}),
  });
}

/** Returns the missing member that the function for a message read at the line at which it failed. */
export function findMessageRead(
  { outcome, payload }: Pick<RecordedEvent, 'outcome' | 'payload'>,
  functionName: string | undefined,
  { lines, readHandler }: { readonly lines: FunctionLines; readonly readHandler: ReadHandler },
): Misread | undefined {
  const source = functionName === undefined ? undefined : readHandler(functionName);
  if (outcome?.kind !== 'failed' || source === undefined) return undefined;
  const printed = lines.ofOutcome(outcome, functionName).map(({ message }) => message);
  const line = lineOf(source, printed);
  return line === undefined ? undefined : findMisread({ source, event: payload, form: 'websocket', line });
}

const FORMS: Readonly<Record<LambdaAuthorizer['payload'], string>> = {
  'rest-token': 'authorizer-token',
  'rest-request': 'authorizer-request',
  'http-1.0': 'authorizer-request',
  'http-2.0': 'authorizer-2.0',
  websocket: 'authorizer-request',
};

/** Returns the missing member that an authorizer's function read at the line at which it failed. */
export function findAuthorizerRead(
  call: RecordedRequest['authorizerCall'],
  lines: readonly string[],
  at: {
    readonly received: Matched;
    readonly lambda: Pick<LambdaAuthorizer, 'functionName' | 'payload'> | undefined;
    readonly readHandler: ReadHandler;
  },
): Misread | undefined {
  const { lambda, received } = at;
  if (lambda === undefined || call?.result?.kind !== 'failed') return undefined;
  const source = at.readHandler(lambda.functionName.render(received.stage.variables));
  const line = source && lineOf(source, lines);
  return source === undefined || line === undefined
    ? undefined
    : findMisread({ source, event: call.event, form: FORMS[lambda.payload], line });
}

/**
 * Returns the lines of the code up to the line at which a function failed; empty if that line is not in the file of its
 * handler.
 */
export function findFailedCode(
  { outcome }: Pick<RecordedRequest, 'outcome'>,
  functionName: string,
  { lines, readHandler }: { readonly lines: FunctionLines; readonly readHandler: ReadHandler },
): readonly string[] {
  const requestId = requestIdOf(outcome);
  const source = readHandler(functionName);
  if (requestId === undefined || source === undefined) return [];
  const line = lineOf(
    source,
    lines.ofInvocation(requestId).map(({ message }) => message),
  );
  return line === undefined ? [] : source.text.split('\n').slice(0, line);
}

/**
 * Returns the line of the handler's own file at which a function failed, from what it printed; undefined if it failed
 * in another file or at an unknown line.
 */
export function lineOf({ file, linesBefore }: HandlerText, lines: readonly string[]): number | undefined {
  const place = findErrorPlace(lines);
  if (place === undefined) return undefined;
  const isInline =
    (linesBefore !== undefined || file.startsWith('ZipFile ')) &&
    /^ZipFile$|(?:^|[\\/])index\.\w+$/.test(place.file);
  return isInline || place.file === file ? place.line + (linesBefore ?? 0) : undefined;
}

const KEEPS_BUSY =
  /\b(setInterval|createPool|createConnection|createClient|mongoose\.connect|new (?:Pool|Client|MongoClient|Redis|Sequelize|Worker)|\.listen)\s*\(/;

/**
 * A handler that calls its callback responds only when its event loop is empty. callbackWaitsForEmptyEventLoop = false
 * changes this.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html, callbackWaitsForEmptyEventLoop
 */
export function findKeptBusy(
  errorType: string,
  functionName: string,
  readHandler: ReadHandler,
): string | undefined {
  if (errorType !== 'Sandbox.Timedout') return undefined;
  const source = readHandler(functionName);
  if (source === undefined || isPythonCode(source) || !/\bcallback\s*\(/.test(source.text)) return undefined;
  if (/callbackWaitsForEmptyEventLoop\s*=\s*false/.test(source.text)) return undefined;
  for (const { file, text } of [source, ...(source.modules ?? [])]) {
    const lines = text.split('\n');
    const line = lines.findIndex((each) => KEEPS_BUSY.test(each) && !/\.unref\(/.test(each));
    const [, what = ''] = KEEPS_BUSY.exec(lines[line] ?? '') ?? [];
    if (line !== -1) return `${what} at ${file}:${line + 1}`;
  }
  return undefined;
}
