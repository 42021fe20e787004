/** Says what to do about calls to integrations that were refused, exceeded a limit, or took too long. */
import { PYTHON_MODULES } from '../../lambda/lent/lock-lists.ts';
import { andDeploy, listed, sentence, toDeploy } from './reason.ts';
import { nameSetting } from './setting-text.ts';
import type { NullBy } from '../../core/ports.ts';
import type { NamedPlace, Circumstances, IntegrationCircumstances } from './circumstances.ts';
import { INTEGRATION_TIMEOUTS } from '../../core/integration-timeouts.ts';

/** Advises on a call that was not accepted, or on a backend that was not reached. */
export function adviseRefused(
  protocol: Circumstances['protocol'],
  {
    refusal,
    target = 'the integration',
    errorMessage = '',
    isTls,
    isUnrunnable,
    nameVariables = [],
  }: IntegrationCircumstances,
): string {
  const deploy = toDeploy(protocol);
  const uri = protocol === 'rest' ? 'Uri' : 'IntegrationUri';
  if (isUnrunnable === true)
    return `Correct the function ${target} as the sentence above says. \`gatewright check\` lists every part of the template that cannot run.`;
  switch (refusal) {
    case 'not-found':
      return target === ''
        ? `Name a function in the ${uri} of the integration${andDeploy(protocol)}.`
        : `Define the function ${target} in a stack that the gateway serves, or correct ${nameVariables.length === 0 ? 'the name in the integration' : `the value of the stage variable ${listed(nameVariables)}, from which the ${uri} of the integration gets this name`}.`;
    case 'throttled':
      return adviseThrottled(target, errorMessage);
    case 'too-large':
      return 'Send a smaller body: Lambda accepts events of at most 6 MB, including base64, and a backend may respond with at most 10 MB. Transfer larger data through S3, with a presigned URL.';
    case 'address':
      return /\.amazonaws\.com\b/.test(errorMessage)
        ? `If the ${uri} refers to a resource of the stack, the gateway does not run the resource, and only AWS gives the resource this host: test the route in an AWS account, or set the ${uri} to a resource that exists in an account. Otherwise, correct the host in the ${uri} of the integration: it cannot be found.`
        : `Correct the host in the ${uri} of the integration: it cannot be found.${deploy}`;
    case 'request':
      return `Correct the mapped headers or the method of the integration: the request cannot be sent as it is.${deploy}`;
    case 'unserved':
      return adviseUnserved(errorMessage);
    case 'role':
      return 'Correct the role of the integration.';
    case 'network':
    case undefined:
      if (isTls === true) return adviseTls(errorMessage);
      return `Start a server at the address of the integration, or change the ${uri} of the integration.${deploy}`;
  }
}

function adviseUnserved(errorMessage: string): string {
  const [, service] = /pass --aws ([\w-]+) to send /i.exec(errorMessage) ?? [];
  const [variable] = /AWS_ENDPOINT_URL_\w+/.exec(errorMessage) ?? [];
  if (service === undefined || variable === undefined)
    return 'Do as the sentence above says, or make the integration call an operation that the gateway serves.';
  return `To send all calls to this service to AWS, start the gateway with \`--aws ${service}\` and AWS credentials. Or set ${variable} to an endpoint that has the operation, or make the integration call an operation that the gateway serves.`;
}

/**
 * InsecureSkipVerification of TlsConfig admits certificates that no public authority signed. It is for HTTP and
 * HTTP_PROXY, and the host is still compared
 * (docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-extensions-integration-tls-config.html).
 */
function adviseTls(errorMessage: string): string {
  if (/wrong version number|packet length too long/i.test(errorMessage))
    return 'The server does not speak TLS on this port: write http:// in the Uri, or a port on which the server speaks TLS.';
  if (/does not match certificate's altnames/i.test(errorMessage))
    return 'In the Uri, write a host name for which the certificate was issued, or give the server a certificate for the host in the Uri. With a VPC link, the Uri only sets the Host header and the name with which the certificate is compared; the link decides where the request goes. InsecureSkipVerification does not help, because it does not turn off the comparison of the host name.';
  const isExpired = /certificate has expired/i.test(errorMessage);
  return `${isExpired ? 'Renew the certificate of the server' : 'Give the server a certificate of a public certificate authority for the host in the Uri'}: API Gateway verifies it.${isExpired ? '' : ' If a self-signed certificate has to stay, set TlsConfig: { InsecureSkipVerification: true } on the integration (type HTTP or HTTP_PROXY), and deploy the API again.'}`;
}

/** @param reason the pool's message, which says whose concurrency is used up */
function adviseThrottled(target: string, reason: string): string {
  if (reason.includes(' 0 concurrent executions are reserved'))
    return `Raise ReservedConcurrentExecutions of the function ${target}, or remove the property: with 0, Lambda refuses every invocation.`;
  const slowly = `Send requests to the function ${target} more slowly and retry after the error`;
  if (reason.includes('are reserved for'))
    return `${slowly}, or raise ReservedConcurrentExecutions of the function.`;
  if (reason.includes('unreserved concurrency'))
    return `${slowly}, or raise the concurrency of the account (locally \`gatewright start --concurrency\`).`;
  return `${slowly}, or raise ReservedConcurrentExecutions of the function, or the concurrency of the account (locally \`gatewright start --concurrency\`).`;
}

/**
 * Returns advice with the command that installs a missing package; undefined if the error contains no such command. The
 * gateway's runtimes put this command at the end of their message about the missing package.
 */
export function adviseInstall(errorType: string, errorMessage: string): string | undefined {
  if (errorType === 'Runtime.UserCodeSyntaxError') return adviseUnresolved(errorMessage);
  const [, script, way] = /^Error: (npm run .+?) failed: [^;]*(?:; (.+))?$/s.exec(errorMessage) ?? [];
  if (script !== undefined)
    return way === undefined
      ? `Run \`${script}\` yourself, correct what it reports, and send the request again.`
      : sentence(way);
  if (!/\bImportModuleError$|\bModuleNotFoundError$|^Error$/.test(errorType)) return undefined;
  if (/Cannot find (?:module|package) 'aws-sdk/.test(errorMessage))
    return 'Import the clients of the AWS SDK version 3 (such as @aws-sdk/client-s3), which the runtime includes, or deploy version 2 with the function: `npm install aws-sdk` adds it to the function’s package.json.';
  // A command that names the package installs it on this machine only. AWS gets only the packages that the project
  // lists.
  const [, unlisted, command] =
    /[( ](?:add (\S+(?: \S+)*?) to \S+, and )?run ([^()]+)\)/.exec(errorMessage) ?? [];
  if (command === undefined) return undefined;
  const [, module = ''] = /No module named '([^'.]+)/.exec(errorMessage) ?? [];
  if (PYTHON_MODULES.has(module))
    return `Lambda's runtime includes ${module}, so only this machine lacks it. Run \`${command}\` and send the request again.`;
  const missing = unlisted ?? /\bpip install ([\w.[\]-]+)$/.exec(command)?.[1];
  const listing =
    missing === undefined || missing.startsWith('-')
      ? 'Run'
      : `Add ${missing} to the requirements.txt in the code folder of the function, from which the package for AWS is built. On this machine, run`;
  return `${listing} \`${command}\` and send the request again.`;
}

/**
 * Returns the advice for an import that the bundler did not find. The bundler's message may name a command that adds
 * the package.
 */
function adviseUnresolved(errorMessage: string): string | undefined {
  const [, specifier] = /\bCould not resolve "([^"]+)"/.exec(errorMessage) ?? [];
  if (specifier === undefined) return undefined;
  const [, command] = /\): run (.+?), (?:or, if|which generates)/.exec(errorMessage) ?? [];
  return command === undefined
    ? `Correct the import of "${specifier}" at the line that the message names, or add the imported file; if a build step generates this file, run that step first.`
    : `Run \`${command}\` and send the request again.`;
}

/** Returns the advice for errors by which Lambda itself ends an invocation; undefined for errors of the handler. */
export function adviseLimit(
  errorType: string,
  target: string,
  payload?: IntegrationCircumstances['payload'],
  errorMessage?: string,
): string | undefined {
  if (errorMessage === 'Unable to stringify response body')
    return `From the function ${target}, return a value that can be written as JSON: without references to itself, and without BigInt.`;
  switch (errorType) {
    case 'Sandbox.Timedout':
      return `Make the function ${target} finish sooner, or give it a larger Timeout (3 s if the template sets none)${payload === 'function-url' ? '' : '; it must also respond before the integration timeout'}.`;
    case 'Function.ResponseSizeTooLarge':
      return `Return at most 6 MB from the function ${target}, including base64: put larger data into S3 and return a presigned URL, or stream the response (ResponseTransferMode: STREAM on a REST API, InvokeMode: RESPONSE_STREAM on a function URL).`;
    case 'Runtime.OutOfMemory':
      return `Raise MemorySize of the function ${target}, or make it use less memory.`;
    case 'Runtime.ExitError':
      // Node's exit code for a promise that never settles (nodejs.org/api/process.html, "Exit codes").
      if (errorMessage?.endsWith('exit status 13') === true) return adviseUnsettled(`the function ${target}`);
      return `Make the function ${target} return instead of ending its process.`;
    case 'Runtime.NodeJsExit':
      return adviseUnsettled(`the function ${target}`);
    case 'Runtime.CallbackHandlerDeprecated':
      return `Make the handler of the function ${target} async and return its result, as in exports.handler = async (event) => …, without a third parameter. Or, for now, set Runtime of the function to nodejs22.x, which still has callbacks.`;
    case 'Runtime.ImportModuleError': {
      const [, wayOut] = /\bhandler "[^"]*": .*; (set the handler to .*)$/s.exec(errorMessage ?? '') ?? [];
      return wayOut === undefined ? undefined : sentence(wayOut);
    }
    case 'Runtime.HandlerNotFound':
      return `Define the handler in the module of the function ${target} (in JavaScript, export it), or correct Handler, which is <file without extension>.<export>.`;
    case 'Runtime.UserCodeSyntaxError':
      // The wording of Lambda's runtime for Python.
      if (errorMessage?.startsWith('Syntax error in module') === true)
        return `Correct the syntax in the module of the function ${target} at the line that the message names.`;
      return `Correct the syntax in the module of the function ${target}; where the message is about import or export, name the file .mjs, or set "type": "module" in its package.json.`;
    default:
      return undefined;
  }
}

/**
 * Returns the advice for a call to `@connections` whose path has something between the address of the API and
 * `/@connections`; undefined for other texts. At the API's own endpoint, a stage in this position is part of the
 * address, so a superfluous stage means that the mapping of a custom domain has already chosen the stage.
 */
export function adviseEndpoint(
  text: string,
  { stages, domain }: Pick<Circumstances, 'stages' | 'domain'>,
): string | undefined {
  const [, extra] = /[ /]([\w.~$-][\w.~$/-]*)\/@connections\//.exec(text) ?? [];
  if (extra === undefined) return undefined;
  const isStage = stages.includes(extra);
  if (!isStage && domain === undefined)
    return `Remove /${extra} from the endpoint of the Management API client: the endpoint is https://{domainName}/{stage}, both from requestContext of the event.`;
  const address =
    domain === undefined
      ? 'https://{domainName}, followed by the base path of the mapping if it has one'
      : `https://${domain.name}${domain.basePath === '' ? '' : `/${domain.basePath}`}`;
  return `Create the Management API client with the endpoint ${address}, without /${extra}: the mapping of the custom domain${isStage ? ' already chooses the stage' : ' already completes the address'}. At the API’s own host, {api}.execute-api.{region}.amazonaws.com, the endpoint ends with the stage.`;
}

/**
 * Returns the advice for a function of a WebSocket API that failed with an error of the Management API (API model of
 * apigatewaymanagementapi); undefined for other errors.
 */
export function adviseOnConnections(
  errorType: string,
  errorMessage: string,
  about: Pick<Circumstances, 'stages' | 'domain' | 'kind'>,
): string | undefined {
  switch (errorType) {
    case 'NotFoundException':
      return errorMessage.startsWith('No method found matching route')
        ? adviseEndpoint(errorMessage, about)
        : undefined;
    case 'BadRequestException':
      return errorMessage.startsWith('Invalid connectionId')
        ? 'Use the connectionId that API Gateway gave a client of this API and stage (event.requestContext.connectionId, which looks like L0SM9cOFvHcCIhw=), as long as the client is connected. If this id comes from another environment, delete it from the table or message from which the code took it. The refused call POST @connections has its own row in `gatewright requests`.'
        : undefined;
    case 'PayloadTooLargeException':
      return 'Send at most 128 KB with one PostToConnection: split the data into several messages, or send a link to S3. The row of the refused call POST @connections in `gatewright requests` shows the size of the data.';
    case 'GoneException':
      // See
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
      if (about.kind === 'disconnect')
        return 'Send nothing to the connectionId of $disconnect: this route runs after its connection has closed. Send to other connections, or say goodbye from a route that the client calls before it closes the connection. Catch GoneException for the others, because they may have closed, too.';
      if (about.kind === 'handshake')
        return 'From the $connect route, send nothing to the client that connects: its connection opens when $connect has responded, so send the first message from the route of a message. If the code sends to other connections, catch GoneException for them, because they may have closed.';
      return 'Catch GoneException, and forget the connection id: the client has gone, or is still connecting. From the $connect route, send nothing to the client that connects: its connection opens when $connect has responded, so send the first message from the route of a message.';
    case 'ForbiddenException':
      return 'Look at the refused call POST @connections in `gatewright requests`: its explanation says why. Most often the endpoint of the Management API client lacks the stage: it must be https://{domainName}/{stage}, both from requestContext of the event.';
    default:
      return undefined;
  }
}

/**
 * See
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export const ADD_DISCONNECT =
  'Add a route $disconnect whose function deletes what $connect stored, and delete it as well when a message is refused with 410, because AWS sends $disconnect on a best-effort basis.';

/**
 * Says what the status 410 of `@connections` means.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function describeGone(errorType: string, untold: readonly NamedPlace[] = []): string[] {
  if (errorType !== 'GoneException') return [];
  return [
    'GoneException is the status 410 of @connections: the connection to which the message was sent has closed, or has never been open.',
    ...untold.map(
      ({ what, place }) =>
        `The WebSocket API ${what} has no route $disconnect (${place}), so no function learns that a connection has closed, and the data that $connect stored about the connection is not removed.`,
    ),
  ];
}

/** Lambda's result null looks like the result of a handler that returns nothing. */
export function describeNull(by: NullBy, named: string): string {
  if (by === 'ignored')
    return `The handler of ${named} returned a value, but it is not async, returned no promise, and called no callback. Up to nodejs22.x, Lambda ignores such a value and responds with null.`;
  return `The promise that the handler of ${named} returned never settled. When no timer, socket or request was left that could settle it, Lambda ended the invocation. Because the handler is not an async function, the result is null instead of the error Runtime.NodeJsExit.`;
}

export function adviseNull(by: NullBy, named: string): string {
  return by === 'ignored'
    ? `Make the handler of ${named} async, as in exports.handler = async (event) => …, or pass its result to the callback: callback(null, result).`
    : adviseUnsettled(named);
}

/** Advises on a handler whose promise never settles. */
function adviseUnsettled(named: string): string {
  return `Settle the promise on every path of ${named}: look for a new Promise that calls neither resolve nor reject, and for a callback that is never called.`;
}

/** Advises on an integration that did not respond before its timeout (docs/aws §2.5, §13). */
export function adviseTimeout(
  { protocol, definition }: Pick<Circumstances, 'protocol' | 'definition'>,
  { kind, payload, isColdStart, startMs, timeoutMs = 0 }: IntegrationCircumstances,
): readonly string[] {
  const isFunction = kind.startsWith('lambda') || kind === 'function';
  const raised = payload === 'function-url' ? [] : adviseLonger(protocol, timeoutMs, definition);
  const longer = isFunction
    ? raised.map(
        (one) => `${one} If the Timeout of the function (3 s if none is set) is shorter, raise it, too.`,
      )
    : raised;
  // If the timeout is below the maximum, the owner of the API chose it, and this setting ended the request.
  const isChosen = timeoutMs < INTEGRATION_TIMEOUTS[protocol].usual;
  return [
    ...(isChosen ? longer : []),
    ...(isFunction && isColdStart === undefined
      ? [
          'If the function had to start a new instance, send the request again: the start counts toward the timeout.',
        ]
      : []),
    `${isChosen ? 'Or make' : 'Make'} the integration respond sooner, or hand long work to another process and respond at once.`,
    ...(isFunction && isColdStart === true && (startMs === undefined || startMs * LONG_SHARE >= timeoutMs)
      ? [
          'If the function is quick once it has started, send the request again: the start of a new instance counted toward the timeout, in the gateway as on AWS.',
        ]
      : []),
    ...(payload === 'function-url'
      ? ['Or raise Timeout of the function: a function URL has no other timeout.']
      : isChosen
        ? []
        : longer),
  ];
}

/** A timeout that is at its maximum cannot be raised further. Only REST APIs have a quota for it. */
function adviseLonger(
  protocol: Circumstances['protocol'],
  timeoutMs: number,
  definition: Circumstances['definition'],
): readonly string[] {
  const { usual: ms } = INTEGRATION_TIMEOUTS[protocol];
  const note = protocol === 'rest' ? RAISED_BY_AWS : '';
  if (timeoutMs < ms)
    return [
      `Raise ${nameSetting('integrationTimeout', definition)}, which is currently ${timeoutMs}; the maximum is ${ms.toLocaleString('en-US')}${note}.${toDeploy(protocol)}`,
    ];
  return protocol === 'rest'
    ? [
        `Or, for a regional or private API, ask AWS to raise the quota of the account for the integration timeout (Service Quotas), and then raise TimeoutInMillis of the integration.${toDeploy(protocol)}`,
      ]
    : [];
}

/** The start of an instance counts as a cause of the timeout if it took at least the timeout divided by this number. */
const LONG_SHARE = 4;

const RAISED_BY_AWS = ' unless AWS has raised the quota of the account for a regional or private API';
