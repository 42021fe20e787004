/**
 * Says what to change about well-known errors of handlers. Each row matches an error of a runtime or a library
 * that has only one cause.
 */
import { atErrorPlace } from './reason.ts';
import { adviseThrownError } from './service-advice.ts';
import type { Misread } from '../records/misread-event.ts';

type Failed = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly lines: readonly string[];
  readonly misread?: Misread | undefined;
  /** `the function orders`, within a sentence. */
  readonly named: string;
};

type Row = {
  readonly text: RegExp;
  /** @param at ` at main.js:2`, or empty */
  readonly advise: (match: RegExpExecArray, at: string, named: string) => string;
};

/** Matches the message with which the control port refuses a call to a service or operation that it does not serve. */
const NOT_SERVED = /is not supported by this gateway\..*[Pp]ass --aws ([\w-]+) to send /;

/** Says how to reach a service that is not served, if a text or a printed line names one; undefined otherwise. */
export function adviseNotServed(texts: readonly string[]): string | undefined {
  const [, service] = texts.map((text) => NOT_SERVED.exec(text)).find((match) => match !== null) ?? [];
  return service === undefined
    ? undefined
    : `Start the gateway with --aws ${service}: the calls of functions to ${service} then go to AWS, with your own credentials.`;
}

/** How Python converts values of types that JSON does not have. */
const TO_JSON: Readonly<Record<string, string>> = {
  datetime: 'value.isoformat()',
  date: 'value.isoformat()',
  time: 'value.isoformat()',
  set: 'list(value)',
  frozenset: 'list(value)',
};

const ROWS: readonly Row[] = [
  {
    // See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    text: /^RequestEntityTooLargeException|\(RequestEntityTooLargeException\)/,
    advise: (_, at) =>
      `Send less data in the call${at}: put the data into S3 and pass only its key, or divide the work. An asynchronous invocation (InvocationType Event) takes at most 1 MB, and a synchronous one 6 MB.`,
  },
  {
    text: /\b(?:require|module|exports|__dirname|__filename) is not defined in ES module scope/,
    advise: (_, at) =>
      `Write import … from '…' and export${at}, because the file is an ES module (.mjs, or "type": "module" in package.json); or name the file .cjs to keep require and exports.`,
  },
  {
    text: /Cannot use import statement outside a module|Unexpected token 'export'/,
    advise: (_, at) =>
      `Name the file${at} .mjs, or set "type": "module" in the package.json of the code: it is written as an ES module, and .js alone is CommonJS.`,
  },
  {
    text: /Object of type Decimal is not JSON serializable/,
    advise: (_, at) =>
      `Convert the numbers${at}: boto3 reads numbers of DynamoDB as Decimal, which json.dumps refuses. json.dumps(item, default=str) writes them as strings, default=float as numbers.`,
  },
  {
    // Lambda's runtime writes bytes as UTF-8 text, which fails for bytes that are not UTF-8.
    text: /Runtime\.MarshalError.*(?:Object of type bytes is not|codec can't decode byte)/s,
    advise: (_, __, named) =>
      `Return base64 text in place of the bytes that the result of ${named} has: 'body': base64.b64encode(data).decode(), with 'isBase64Encoded': True. A result must be JSON, which has no bytes.`,
  },
  {
    // Calling an async function of Python only makes a coroutine, and Lambda’s runtime does not await it.
    text: /Object of type coroutine is not JSON serializable/,
    advise: (_, at, named) =>
      `Await the async function${at}, or run it with asyncio.run(…): ${named} returned a coroutine instead of the result of the async function. Lambda itself awaits nothing, so call an async function from a handler that is not async: def handler(event, context): return asyncio.run(main(event, context)).`,
  },
  {
    // The handler has returned. Lambda's runtime then writes the result as JSON, and does not use any conversion of the
    // handler.
    text: /Runtime\.MarshalError.*Object of type (\w+) is not JSON serializable/s,
    advise: ([, type = ''], _, named) =>
      `Return text, a number, a list or a dict in place of the ${type} that the result of ${named} has, for example in headers: ${TO_JSON[type] ?? 'str(value)'}. Lambda's runtime writes the result as JSON, so a conversion in the handler's own json.dumps does not help.`,
  },
  {
    text: /Object of type (\w+) is not JSON serializable/,
    advise: ([, type = ''], at) =>
      type === 'set'
        ? `Convert the set${at} to a list: json.dumps(value, default=list).`
        : type === 'bytes'
          ? `Decode the bytes${at}: value.decode(), or base64 for data that is not text.`
          : `Give json.dumps${at} a conversion for ${type}: json.dumps(value, default=str).`,
  },
  {
    // The parameters of a handler are event, context and callback
    // (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html).
    text: /\b(?:callback|cb|done|next) is not a function/,
    advise: (_, at) =>
      `Return the result from an async handler instead of calling back${at}, or take the callback as the third parameter: Lambda calls a handler with event, context and callback, in this order, and passes no callback from Node.js 24 on.`,
  },
  {
    text: /Do not know how to serialize a BigInt/,
    advise: (_, at) =>
      `Convert the BigInt${at}: JSON.stringify(value, (key, each) => (typeof each === 'bigint' ? each.toString() : each)).`,
  },
  {
    text: /Converting circular structure to JSON/,
    advise: (_, at) =>
      `Stringify${at} only the data that the caller needs, such as response.data instead of the whole response of an HTTP client, or the fields of an object instead of the object: one of its members refers back to it.`,
  },
  {
    text: /(\w+)\(\) takes (\d+) positional arguments? but 2 were given/,
    advise: ([, name = ''], at, named) =>
      at === ''
        ? `Give the handler of ${named} both parameters with which Lambda calls it: def ${name}(event, context):`
        : callWithItsParameters(name, at),
  },
  {
    text: /(\w+)\(\) missing \d+ required positional arguments?: /,
    advise: ([, name = ''], at) =>
      at === ''
        ? `Lambda calls a handler with event and context and nothing else. Give ${name} only these two parameters, or defaults to the others: def ${name}(event, context):`
        : callWithItsParameters(name, at),
  },
  {
    text: /Cannot find module '([^']*\/([\w.-]+))' imported from (\S+)/,
    advise: ([, , file = '', from = '']) =>
      /\.\w+$/.test(file)
        ? `Put ${file} at the path from which ${from} imports it, or correct the import: paths are case-sensitive on Lambda.`
        : `Write the import in ${from} with the extension of the file, such as './${file}.js' or './${file}/index.js': ES modules need it.`,
  },
  {
    text: /AWS_LAMBDA_EXEC_WRAPPER \([^)]*\) starts the handler/,
    advise: (_, __, named) =>
      `Start the program of ${named} yourself, and call it directly: the gateway cannot run it without the layer.`,
  },
  {
    text: /Unable to import module '([^']+)': No module named '([^']+)'/,
    advise: ([, module = '', missing = ''], _, named) =>
      module === missing
        ? `Correct the Handler of ${named}: it names ${module}.py, which its code folder does not have. If a plug-in or a build step writes this file, install the plug-in, or run the build, first.`
        : `Add ${missing} to the requirements.txt in the code folder of ${named}, and build the function (sam build), or give it a layer that has ${missing}.`,
  },
  {
    // See https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html
    text: /EROFS: read-only file system|\[Errno 30\] Read-only file system|ENOENT: no such file or directory, mkdir '(?!\/tmp\/)/,
    advise: (_, at, named) =>
      `Write below /tmp${at}, and keep what later invocations need in S3 or a table: Lambda lets ${named} write nowhere else, and each instance has its own /tmp. To let functions of this gateway write anywhere, start it with --read-only off.`,
  },
  {
    text: /Error: Cannot find module '(\.{1,2}\/[^']+)'/,
    advise: ([, file = ''], at) =>
      `Correct the path ${file} in the require${at}, or add the file to the code: paths are relative to the file that calls require, and case-sensitive on Lambda.`,
  },
];

/** Returns undefined for an unknown error. Its line is then the only known fact. */
export function adviseFunctionError({
  errorType,
  errorMessage,
  lines,
  misread,
  named,
}: Failed): string | undefined {
  if (misread?.isOfConnect === true)
    return `Keep what the messages need of the handshake when $connect gets it, such as in a table under requestContext.connectionId, or in the context that an authorizer of $connect returns, which each message has in requestContext.authorizer. Read it from there instead of ${misread.written} at ${misread.place}.`;
  if (misread !== undefined)
    return misread.isElsewhere
      ? adviseRead(misread)
      : `Give the value a default at ${misread.place}: ${misread.instead} instead of ${misread.written}.`;
  const text = `${errorType}: ${errorMessage}`;
  const notServed = adviseNotServed([text]);
  if (notServed !== undefined) return notServed;
  for (const { text: wanted, advise } of ROWS) {
    const match = wanted.exec(text);
    if (match !== null) return advise(match, atErrorPlace(lines), named);
  }
  // Only an error of an SDK is about a call to a service.
  if (!OF_SDK.test(lines.join('\n'))) return undefined;
  const { code, detail } = readSdkError(errorType, errorMessage);
  return adviseThrownError(code, detail, atErrorPlace(lines));
}

/**
 * If Python's runtime itself calls the handler, no line of the user's code is known. A known place therefore
 * means that the user's code made the call.
 */
function callWithItsParameters(name: string, at: string): string {
  return `Call ${name}${at} with the arguments that it takes, or change its parameters; the first parameter of a method is self.`;
}

/** botocore writes the service's code and message into one string. https://github.com/boto/botocore, exceptions.py */
const OF_BOTOCORE =
  /^An error occurred \((?<code>[\w.]+)\) when calling the \w+ operation(?: \([^)]*\))?: (?<detail>.*)$/s;

/** Returns the code and the message of the service, in an error of any SDK. */
export function readSdkError(errorType: string, errorMessage: string): { code: string; detail: string } {
  const { code = errorType, detail = errorMessage } = OF_BOTOCORE.exec(errorMessage)?.groups ?? {};
  return { code, detail };
}

const OF_SDK = /@aws-sdk|@smithy|\bbotocore\b/;

/** Says what the code has to read instead, and how the integration can send the events for which the code is written. */
export function adviseRead({
  written,
  instead,
  place,
  others = [],
  otherFormat,
  formatPlace,
}: Misread): string {
  const reads = [{ written, instead }, ...others].map((one) => `${one.instead} instead of ${one.written}`);
  const last = reads.pop() ?? '';
  const both = reads.length === 0 ? last : `${reads.join(', ')} and ${last}`;
  return `Read ${both} at ${place}.${otherFormat === undefined ? '' : ` Or set PayloadFormatVersion: '${otherFormat}' of the integration${formatPlace === undefined ? '' : ` (${formatPlace})`}, if the rest of the code is written for payload format ${otherFormat}.`}`;
}

/** Explains why the value that the function read is missing. */
export function describeMisread(misread: Misread | undefined): string[] {
  return misread === undefined ? [] : [`${misread.place} reads ${misread.written}, but ${misread.because}.`];
}
