/** Finds the MCP server and the token of the caller, and explains why the local gateway refused a message. */
import { listOf, membersOf } from '@gatewright/aws/json-object';
import { showControls } from '@gatewright/aws/text/visible-text';
import { printNotes, printResult, UsageError } from '../../../base/terminal/output.ts';
import { callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';
import type { RequestDetail } from '../../../gateway/engine/index.ts';
import { McpClientError, McpRefused } from '../../mcp-client/errors.ts';
import { McpClient } from '../../mcp-client/mcp-client.ts';
import { withSignIn } from '../../mcp-client/sign-in/sign-in.ts';
import type { Fetch } from '../../mcp-client/sign-in/discover.ts';
import type { Revision, Send } from '../../mcp-client/wire.ts';
import { printStory } from '../local/recorded.ts';
import { trustLocalAuthority } from '../local/trusted-authorities.ts';
import { openBrowser } from '../start/open-browser.ts';

export type McpFlags = {
  readonly server?: string;
  readonly as?: { readonly sub: string; readonly roles: readonly string[] };
  readonly scope?: string;
  readonly claim?: Readonly<Record<string, unknown>>;
  readonly token?: string;
  readonly clientId?: string;
  readonly revision?: Revision;
  readonly timeout: number;
};

/**
 * The environment variable with the secret of `--client-id`. The secret is not an option, because other users of the
 * machine can see the options of a process.
 */
const CLIENT_SECRET = 'GATEWRIGHT_MCP_CLIENT_SECRET';
/** How long a user may take to sign in. */
const SIGN_IN_MS = 300_000;
/** The audience of `gatewright token`, which access documents without an `audience` expect. */
const LOCAL_AUDIENCE = 'gatewright';

/**
 * Runs `use` with a client. Prints a refusal, with the explanation of the gateway if the gateway has recorded the
 * request.
 */
export async function withClient(flags: McpFlags, use: (client: McpClient) => Promise<void>): Promise<void> {
  if (flags.claim !== undefined && flags.as === undefined)
    throw new UsageError('--claim adds a claim to the token that --as creates, so it needs --as');
  const server = await findServer(flags.server);
  trustLocalAuthority();
  const fetchWithin = fetchWith(flags.timeout);
  const token = flags.token ?? (flags.as && (await mintToken(server, flags.as, flags)));
  const plain: Send = ({ headers, ...request }) => fetchWithin(server, { ...request, headers });
  const send: Send =
    token === undefined
      ? withSignIn(plain, {
          server,
          fetch: fetchWithin,
          client:
            flags.clientId === undefined
              ? undefined
              : { id: flags.clientId, secret: process.env[CLIENT_SECRET] },
          scopes: flags.scope?.split(' ').filter((scope) => scope !== '') ?? [],
          openPage: showPage,
          waitMs: SIGN_IN_MS,
        })
      : ({ headers, ...request }) =>
          plain({ ...request, headers: { ...headers, authorization: `Bearer ${token}` } });
  const client = new McpClient({
    send,
    revision: flags.revision,
    onInvalidTool: (name, reason) =>
      printNotes(
        `The tool ${showControls(name)} is left out because its definition is not valid: ${reason}.`,
      ),
  });
  try {
    await use(client);
    await client.close();
  } catch (error) {
    if (error instanceof McpClientError) throw new UsageError(error.message);
    if (!(error instanceof McpRefused)) throw error;
    await printRefusal(error);
    process.exitCode = 1;
  }
}

/**
 * Returns the address of the MCP server: the given URL, or the address of the given path at the running gateway.
 * Without either, it is the address of the route for POST whose path ends with /mcp.
 * @throws UsageError if the argument is neither a URL nor a path, or if no route or several routes for POST or ANY
 * match
 */
async function findServer(given: string | undefined): Promise<string> {
  if (given !== undefined && /^https?:/i.test(given)) {
    if (URL.canParse(given)) return given;
    throw new UsageError(`--server: "${given}" is not a URL`);
  }
  if (given !== undefined && !given.startsWith('/'))
    throw new UsageError(`--server: "${given}" is neither a URL nor a path that begins with "/"`);
  const apis = readMember(await callGateway('GET', 'console/apis'), 'apis');
  const found = (Array.isArray(apis) ? apis : []).flatMap((api: unknown) =>
    listOf(membersOf(api), 'routes').flatMap((route) => {
      const { method, path } = membersOf(route);
      const isAsked =
        typeof path === 'string' && (given === undefined ? path.endsWith('/mcp') : path === given);
      return isAsked && (method === 'POST' || method === 'ANY')
        ? [`${String(readMember(api, 'url'))}${path}`]
        : [];
    }),
  );
  const [only, ...others] = new Set(found);
  if (only !== undefined && others.length === 0) return only;
  throw new UsageError(
    only === undefined
      ? `the running gateway has no POST route ${given ?? 'that ends with /mcp'}; name the address of the MCP server with --server`
      : `the running gateway has several POST routes ${given ?? 'that end with /mcp'}: ${[only, ...others].join(', ')}; choose one of these addresses with --server`,
  );
}

async function mintToken(
  server: string,
  { sub, roles }: NonNullable<McpFlags['as']>,
  { scope, claim: claims }: Pick<McpFlags, 'scope' | 'claim'>,
): Promise<string> {
  const aud = [LOCAL_AUDIENCE, server];
  const answer = await callGateway('POST', 'token', { sub, roles, scope, claims, aud });
  return String(readMember(answer, 'token'));
}

/** @throws UsageError if the server cannot be reached, or does not answer in time */
function fetchWith(timeoutMs: number): Fetch {
  return async (url, init = {}) => {
    try {
      return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      throw new UsageError(`${new URL(url).origin} cannot be reached: ${reasonOf(error)}`);
    }
  };
}

/** The reason why `fetch` failed is in the cause of its error. The message of the error is always the same. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function showPage(url: string): void {
  printNotes(`Sign in at ${url}`);
  if (process.stdout.isTTY) openBrowser(url);
}

async function printRefusal({ status, rpcCode, message, data, requestId }: McpRefused): Promise<void> {
  const detail = requestId === undefined ? undefined : await findRecord(requestId);
  const code = rpcCode === undefined ? '' : `, JSON-RPC code ${rpcCode}`;
  printResult({ refused: { status, code: rpcCode, message, data, requestId }, story: detail?.story }, () => [
    `Refused with status ${status}${code}: ${showControls(message)}`,
    ...(data === undefined ? [] : [showControls(JSON.stringify(data))]),
    ...(detail === undefined ? [] : ['', ...printStory(detail, false)]),
  ]);
}

/**
 * Returns the record of a request; undefined if no gateway runs, or if the request was sent to another gateway or to
 * AWS.
 */
async function findRecord(requestId: string): Promise<RequestDetail | undefined> {
  try {
    return (await callGateway('GET', `requests/${encodeURIComponent(requestId)}`)) as RequestDetail;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
