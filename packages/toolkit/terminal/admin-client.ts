/**
 * Calls the toolkit's admin endpoints (an HTTP API with IAM authorization) with signed requests, in a deployed stack or
 * the local gateway.
 */
import { randomUUID } from 'node:crypto';
import { membersOf, parseJson } from '@gatewright/aws/json-object';
import { Option } from 'commander';
import type { Command } from 'commander';
import * as RETRIES from '@gatewright/aws/retry-rules';
import type { CallPorts } from '@gatewright/aws/retry';
import { COMMAND_LIMITS } from '@gatewright/aws/bounded-reply';
import { callSigned } from '@gatewright/aws/signed-call';
import type { CallReply } from '@gatewright/aws/signed-call';
import type { AwsCredentials } from '@gatewright/aws/sign-request';
import type { AdminRequest } from './admin-request.ts';
import { createAws } from './aws-call.ts';
import { findCredentials, isSafeEndpoint } from './aws-session.ts';
import { invokeAdmin, regionOfFunction } from './invoke-admin.ts';
import { UsageError } from '../../base/terminal/output.ts';
import { addGatewayOptions, callGateway, findGateway, readMember } from './running-gateway.ts';

export type AdminFlags = {
  readonly url?: string | undefined;
  /** The AWS profile whose credentials sign calls to `url`. */
  readonly profile?: string | undefined;
  readonly target?: AdminTarget;
  /** Clock, timer and random numbers for repeating calls; by default, the process's own. */
  readonly ports?: CallPorts;
};

export type AdminTarget = AwsCredentials & {
  /**
   * ARN of the function access-admin. If set, the stack has no admin API, and the function is called with Lambda's
   * Invoke.
   */
  readonly functionArn?: string;
  readonly origin: string;
  readonly region: string;
  /** Marks the call as sent by the local console or by a command, so that the gateway does not record it. */
  readonly consoleCall?: string;
  /** Text to add to the message if the API cannot be reached. */
  readonly ifUnreachable?: string;
  /** If set, only GET requests are sent. Any other request is refused before it is signed. */
  readonly readsOnly?: true;
};

/** Timeout of a call. It is longer than the timeouts of the functions. */
const TIMEOUT_MS = 30_000;
const EXECUTE_API = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Adds the options `--url` and `--profile`. */
export function addAdminOptions(command: Command): Command {
  return addGatewayOptions(command)
    .addOption(
      new Option(
        '--url <url>',
        'output AdminApiUrl of the deployed stack, or AccessAdminArn if it has no AdminApiUrl (default: local gateway, which loses its data when it ends unless it was started with --data)',
      ).env('GATEWRIGHT_ADMIN_URL'),
    )
    .option(
      '--profile <name>',
      'AWS profile in ~/.aws that signs the calls to --url (default: the AWS_* variables, then the SDK’s default credential chain)',
    );
}

/** Members of a problem document, except its title and its detail. */
type AdminProblem = {
  /** Status of the response. It is set for every refusal, even if API Gateway itself refused the request. */
  readonly status?: number | undefined;
  /** Code of a `DomainError`, such as `STORE_UNAVAILABLE`. */
  readonly code?: string | undefined;
  /** The invalid field of the request, such as `limits[1].burst`. */
  readonly field?: string | undefined;
  /** The number that the resource's next version must have. It is set only for resources that have versions. */
  readonly nextVersion?: number | undefined;
};

/** An admin endpoint refused a request, or did not respond. */
export class AdminError extends UsageError {
  override readonly name = 'AdminError';
  /** The code in the response; `USAGE` if the response contains no code. */
  override readonly code: string;
  readonly kind: 'refused' | 'unreachable';
  readonly problem: AdminProblem;

  constructor(
    kind: AdminError['kind'],
    message: string,
    { problem = {}, ...options }: ErrorOptions & { readonly problem?: AdminProblem } = {},
  ) {
    super(message, options);
    this.code = problem.code ?? 'USAGE';
    this.kind = kind;
    this.problem = problem;
  }
}

export function newOperationId(): string {
  return randomUUID();
}

/**
 * Sends a request to the admin endpoints and returns the reply.
 * @throws AdminError with the function's message if the function refuses the request, or with the reason why the API
 * cannot be reached
 */
export async function callAdmin(request: AdminRequest, flags: AdminFlags): Promise<CallReply> {
  const { url, target: known, ports } = flags;
  const target = known ?? (url === undefined ? await findLocal(flags) : await readDeployed(url, flags));
  const reply = await send(target, request, ports);
  if (reply.status >= 200 && reply.status < 300) return reply;
  throw readRefusal(reply.status, reply.text, request);
}

/** Like `callAdmin`, for a response that is a JSON object. */
export async function callAdminJson(
  request: AdminRequest,
  flags: AdminFlags,
): Promise<Readonly<Record<string, unknown>>> {
  const answer: unknown = JSON.parse((await callAdmin(request, flags)).text);
  if (typeof answer === 'object' && answer !== null) return { ...answer };
  throw new UsageError(
    'the admin endpoint returned something other than a JSON object; check the address in --url',
  );
}

/**
 * Only reads are repeated. The stage of the admin API has a throttle (parameter `throttleRate`), which a reader of many
 * pages reaches.
 */
async function send(target: AdminTarget, request: AdminRequest, ports?: CallPorts): Promise<CallReply> {
  const { origin, region, functionArn, consoleCall, ifUnreachable, readsOnly, ...credentials } = target;
  const { method, path, query, body, operationId } = request;
  if (readsOnly === true && method !== 'GET')
    throw new UsageError(`${method} ${path} was not sent, because this command only reads`);
  if (functionArn !== undefined) return sendToFunction(target, functionArn, request);
  const url = new URL(`${origin}${path}`);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, value);
  const retry = method === 'GET' ? { rule: RETRIES.command, ...(ports && { ports }) } : {};
  const { status, headers, text, cause } = await callSigned(
    {
      ...COMMAND_LIMITS,
      timeoutMs: TIMEOUT_MS,
      method,
      url,
      service: 'execute-api',
      region,
      credentials,
      headers: {
        ...(consoleCall !== undefined && { 'X-Gatewright-Console': consoleCall }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(operationId !== undefined && { 'Idempotency-Key': operationId }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    },
    retry,
  );
  if (status === 0)
    throw new AdminError(
      'unreachable',
      [`${origin} cannot be reached`, ...(ifUnreachable === undefined ? [] : [ifUnreachable])].join('; '),
      { cause },
    );
  return { status, headers, text };
}

async function sendToFunction(
  { region, ...credentials }: AdminTarget,
  arn: string,
  request: AdminRequest,
): Promise<CallReply> {
  const { response, said } = {
    said: '',
    ...(await invokeAdmin(createAws(region, credentials, {}), arn, request)),
  };
  if (response === undefined) throw new AdminError('unreachable', said);
  return { status: response.status, headers: new Map(response.headers), text: await response.text() };
}

/**
 * Finds the admin API of the running gateway. Calls by commands are not recorded. Otherwise `gatewright requests` would
 * list little else, and the request that a user wants explained would no longer be the last one.
 */
async function findLocal({ profile }: AdminFlags): Promise<AdminTarget> {
  if (profile !== undefined)
    throw new UsageError('--profile signs calls to a deployed stack: also pass --url with its AdminApiUrl');
  const { accessKeyId, secretAccessKey } = await findGateway();
  const { apis, ownCalls } = membersOf(await callGateway('GET', 'status'));
  const found = adminTargetOf(Array.isArray(apis) ? apis : [], { accessKeyId, secretAccessKey });
  if (found !== undefined)
    return { ...found, ...(typeof ownCalls === 'string' && { consoleCall: ownCalls }) };
  throw new UsageError(
    "the local gateway does not serve Gatewright's stack: also start that stack, or pass --url to call a deployed stack",
  );
}

/**
 * Returns the address of the portal that the local gateway serves; undefined if the command calls a deployed stack, or
 * if the gateway does not serve a portal.
 */
export async function findLocalPortal({ url, target }: AdminFlags): Promise<string | undefined> {
  if (url !== undefined || target !== undefined) return undefined;
  const apis = readMember(await callGateway('GET', 'status'), 'apis');
  return portalUrlOf(Array.isArray(apis) ? apis : []);
}

/**
 * Finds the address of the portal among the APIs of a gateway. Returns undefined if the gateway does not serve a
 * portal.
 */
export function portalUrlOf(apis: readonly unknown[]): string | undefined {
  const portal = apis.find((api) => /^gatewright-.+-portal$/.test(String(readMember(api, 'name'))));
  return portal === undefined ? undefined : String(readMember(portal, 'url'));
}

/**
 * Finds the admin API among the APIs of a gateway. Returns undefined if the gateway does not serve the toolkit's stack.
 */
export function adminTargetOf(
  apis: readonly unknown[],
  { accessKeyId, secretAccessKey }: Pick<AdminTarget, 'accessKeyId' | 'secretAccessKey'>,
): AdminTarget | undefined {
  const admin = apis.find((api) => /^gatewright-.+-admin$/.test(String(readMember(api, 'name'))));
  if (admin === undefined) return undefined;
  const region = String(readMember(admin, 'region'));
  return { origin: String(readMember(admin, 'url')), region, accessKeyId, secretAccessKey };
}

async function readDeployed(url: string, flags: AdminFlags): Promise<AdminTarget> {
  const ofFunction = regionOfFunction(url);
  if (ofFunction !== undefined)
    return {
      origin: url,
      functionArn: url,
      region: ofFunction,
      ...(await readCredentials(flags, ofFunction)),
    };
  const origin = readOrigin(url, '--url');
  const region = regionOfApi(url) ?? process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'];
  if (region === undefined)
    throw new UsageError(`the address ${url} has no region: set AWS_REGION to the region of the stack`);
  return { origin, region, ...(await readCredentials(flags, region)) };
}

/** Returns the region in the address of an API on AWS; undefined for other addresses. */
export function regionOfApi(url: string): string | undefined {
  return URL.canParse(url) ? EXECUTE_API.exec(new URL(url).hostname)?.[1] : undefined;
}

/**
 * Reads the address of a deployed admin API, without a slash at its end.
 * @param what where the address is from, such as `--url`
 * @throws UsageError if requests would be sent without TLS to another machine
 */
export function readOrigin(url: string, what: string): string {
  if (!URL.canParse(url)) throw new UsageError(`${what} is not a URL: ${url}`);
  const { origin, pathname } = new URL(url);
  if (!isSafeEndpoint(url))
    throw new UsageError(`${what} is ${origin}; expected an address that begins with https://`);
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

/**
 * The credentials of each profile, cached because a command may send many calls, and a sign-in or a credential process
 * takes seconds.
 */
const found = new Map<string, Promise<AwsCredentials>>();

/** Reads the AWS_* variables if no profile is named, because the SDK's chain is loaded only when it is needed. */
async function readCredentials({ profile }: AdminFlags, region: string): Promise<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env;
  if (profile === undefined && accessKeyId !== undefined && secretAccessKey !== undefined)
    return { accessKeyId, secretAccessKey, sessionToken: process.env['AWS_SESSION_TOKEN'] };
  const key = `${profile ?? ''} ${region}`;
  let credentials = found.get(key);
  if (credentials === undefined) {
    credentials = findCredentials(profile === undefined ? {} : { profile }, region);
    found.set(key, credentials);
    // A chain that failed is tried again by the next call.
    credentials.catch(() => found.delete(key));
  }
  return credentials;
}

/** Reads `detail (code)` of a problem document, or the message if API Gateway itself refused the request. */
function readRefusal(status: number, text: string, request: AdminRequest): AdminError {
  const { detail, code, message, title, field, nextVersion } = membersOf(parseJson(text));
  const what = [detail, message, title].find((part) => typeof part === 'string');
  const problem = {
    status,
    code: typeof code === 'string' ? code : undefined,
    field: typeof field === 'string' ? field : undefined,
    nextVersion: typeof nextVersion === 'number' ? nextVersion : undefined,
  };
  const said =
    what === undefined
      ? `the admin endpoint answered with status ${status}`
      : `${what} (${problem.code === undefined ? '' : `${problem.code}, `}${status})`;
  const own = problem.code === undefined ? describeGateway(status, what, request) : undefined;
  return new AdminError('refused', own === undefined ? said : `${own} [${said}]`, { problem });
}

/** The first segment of the paths of the admin API, with the part of the stack and the function that serve them. */
const SERVED_BY: Readonly<Record<string, { readonly part: string; readonly by: string }>> = {
  access: { part: 'authorizers', by: 'access-admin' },
  portal: { part: 'portal', by: 'portal-admin' },
  quota: { part: 'quotas', by: 'quota-admin' },
};

/**
 * Describes a response that API Gateway itself has sent, and not a function, if the text of the response does not
 * describe the cause.
 * @param said the message of the response
 * @returns undefined for other responses
 */
function describeGateway(
  status: number,
  said: unknown,
  { method, path, operationId }: AdminRequest,
): string | undefined {
  const [, first = ''] = path.split('/');
  const served = Object.hasOwn(SERVED_BY, first) ? SERVED_BY[first] : undefined;
  if (served === undefined) return undefined;
  const { part, by } = served;
  if (status === 404 && said === 'Not Found')
    return `the admin API has no route ${method} ${path.split('?')[0]}: the stack lacks the part ${part}, or is older than this command. Add the part with gatewright init --add ${part} and deploy the stack; on this machine, wait until gatewright start has loaded it`;
  if (status < 500) return undefined;
  // A change without its operation id would be made twice if the first attempt was carried out after all.
  const again =
    operationId === undefined
      ? 'Repeat the command'
      : `Repeat the command with --operation ${operationId}, so that the change is made only once`;
  return `the function ${by} failed, or did not end in time, which can happen under load. ${again}. If it fails again, the log of the function says why: on this machine, gatewright logs ${by}`;
}
