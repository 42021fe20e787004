import { asText, membersOf } from '@gatewright/aws/json-object';
import { STATUS_CODES } from '@gatewright/aws/node-http';
import { Command } from 'commander';
import { WebSocket } from 'ws';
import { readDuration } from '@gatewright/aws/text/duration';
import { printResult, UsageError } from '../../../base/terminal/output.ts';
import { collectText } from '../../../toolkit/terminal/options.ts';
import { addGatewayOptions, callGateway, readMember } from '../../../toolkit/terminal/running-gateway.ts';
import { trustedAuthorities } from './trusted-authorities.ts';

type SendFlags = {
  readonly wait: string | false;
  readonly token?: string;
  readonly header: readonly string[];
  readonly protocol: readonly string[];
};

const CONNECT_WITHIN_MS = 5_000;

export function sendCommand(): Command {
  const command = new Command('send')
    .description('Send a message to a WebSocket API and print the reply.')
    .argument(
      '<url>',
      'ws://127.0.0.1:3001/dev?token=…, or only /dev?token=… for an API of the running gateway',
    )
    .argument('<message>', 'text to send')
    .option('--token <token>', 'token that is sent as Authorization: Bearer …')
    .option(
      '--header <header>',
      "header of the handshake, such as 'X-Api-Key: …' (repeatable)",
      collectText,
      [],
    )
    .option(
      '--protocol <name>',
      'subprotocol: --protocol bearer --protocol TOKEN (repeatable)',
      collectText,
      [],
    )
    .option('--wait <duration>', 'how long to wait for a reply', '5s')
    .option('--no-wait', 'end once the message is sent');
  return addGatewayOptions(command).action(send);
}

async function send(given: string, message: string, flags: SendFlags): Promise<void> {
  const waitMs = readWait(flags);
  const url = given.startsWith('/') ? await findApi(given) : given;
  if (!URL.canParse(url) || !/^wss?:/.test(url))
    throw new UsageError(`"${url}" is not a WebSocket URL; it must begin with ws:// or wss://`);
  const answer = await exchange(() => connect(url, flags), {
    url,
    message,
    waitMs,
    isAnswered: flags.wait !== false,
  });
  printResult({ sent: message, answer }, () => answer ?? []);
}

/**
 * Returns the address of a WebSocket API of the running gateway, with the query of the path.
 * @throws UsageError unless exactly one API has the path
 */
async function findApi(given: string): Promise<string> {
  const [path = '', query] = given.split('?');
  const apis = readMember(await callGateway('GET', 'status'), 'apis');
  const urls = (Array.isArray(apis) ? apis : []).flatMap((api: unknown) => {
    const { kind, url } = membersOf(api);
    return kind === 'websocket' ? [asText(url) ?? ''] : [];
  });
  const [only, ...others] = urls.filter((url) => new URL(url).pathname === path);
  if (only !== undefined && others.length === 0) return query === undefined ? only : `${only}?${query}`;
  throw new UsageError(
    only === undefined
      ? `the running gateway has no WebSocket API at ${path}${urls.length === 0 ? '' : `; its WebSocket APIs are ${urls.join(', ')}`}`
      : `the running gateway has several WebSocket APIs at ${path}: ${[only, ...others].join(', ')}; write the address of one instead of the path`,
  );
}

function readWait({ wait }: SendFlags): number {
  if (wait === false) return CONNECT_WITHIN_MS;
  const waitMs = readDuration(wait);
  if (waitMs === undefined || waitMs <= 0)
    throw new UsageError(`--wait: "${wait}" is not a duration of more than 0; write it as 5s`);
  return waitMs;
}

/**
 * Opens a connection. It uses `ws`, because Node's own client does not report why a handshake was refused.
 * @throws UsageError for an invalid header or subprotocol
 */
function connect(url: string, { token, header, protocol }: SendFlags): WebSocket {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  for (const one of header) {
    const [, name = '', value = ''] = /^([^:\s]+):\s*(.*)$/.exec(one) ?? [];
    if (name === '') throw new UsageError(`--header: "${one}" is not a header; write it as 'name: value'`);
    headers[name] = value;
  }
  const trust = url.startsWith('wss:') ? { ca: trustedAuthorities() } : {};
  try {
    return new WebSocket(url, [...protocol], { headers, ...trust });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Exchange = {
  readonly url: string;
  readonly message: string;
  readonly waitMs: number;
  readonly isAnswered: boolean;
};

/**
 * Connects, sends one message and closes the connection. Returns the first frame that arrives, or undefined if the
 * caller does not wait for a frame.
 * @throws UsageError if the connection fails, is refused or is closed, or if no frame arrives in time
 */
function exchange(
  open: () => WebSocket,
  { url, message, waitMs, isAnswered }: Exchange,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const socket = open();
  const timer = setTimeout(() => {
    reject(
      new UsageError(`no reply arrived within ${waitMs} ms; pass --no-wait if the route sends no reply`),
    );
  }, waitMs);
  socket.addEventListener('open', () => {
    socket.send(message);
    // The socket may be closed at once, because it first sends the queued frames.
    if (!isAnswered) resolve(undefined);
  });
  socket.on('message', (data: Buffer) => resolve(data.toString()));
  socket.on('unexpected-response', (_, { statusCode = 0 }) =>
    reject(
      new UsageError(
        `${redact(url)} refused the connection: ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd(),
      ),
    ),
  );
  socket.on('error', (error) => reject(new UsageError(describe(url, error))));
  socket.addEventListener('close', (event) =>
    reject(new UsageError(`the connection was closed with code ${event.code}`)),
  );
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

function describe(url: string, error: Error): string {
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return `${redact(url)} cannot be reached: ${reason}; check that a server is running at this address`;
}

/** Returns the URL without its query, which may contain tokens. */
function redact(url: string): string {
  return url.split('?')[0] ?? url;
}
