/** Executes the frame script of a WebSocket case and collects the received frames. */
import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '@gatewright/aws/json-object';
import { firstDifference, lowerCaseKeys, show, headersByName } from './compare.ts';
import { replyDifference } from './differences.ts';
import type { CaseRequest, FrameStep, Json, JsonObject, Headers } from '../schema/parity-case.ts';
import type { RawReply } from './raw-client.ts';
import type { RunningApi } from './running-api.ts';
import { WebSocket } from 'ws';
import { addressOf } from './raw-client.ts';
import type { IncomingMessage } from 'node:http';

/** Maximum wait for expected frames. The constant below is how long the runner waits for unexpected frames. */
const FRAMES_DEADLINE_MS = 5_000;
const EXTRA_FRAME_MS = 50;
const LOOK_MS = 5;
const ONLY_CONNECTION = 'only';

type ReceivedFrame = { readonly on: string; readonly text: string };
type ScriptResult =
  | { readonly kind: 'played'; readonly frames: readonly ReceivedFrame[]; readonly connections: number }
  /** A handshake was refused, although no step expected this. */
  | { readonly kind: 'refused'; readonly reply: RawReply }
  | { readonly kind: 'differs'; readonly difference: string };

type Script = {
  readonly api: RunningApi;
  readonly request: CaseRequest;
  /** Number of frames to wait for at the end. */
  readonly expectedFrames: number;
};

/** A script that is being executed. */
type Play = Script & { readonly clients: Map<string, Client>; readonly received: ReceivedFrame[] };

export async function playScript(script: Script): Promise<ScriptResult> {
  const play: Play = { ...script, clients: new Map(), received: [] };
  const { clients, received } = play;
  const steps = script.request.frames ?? [];
  try {
    if (!steps.some((step) => step.connect !== undefined)) await open(play, ONLY_CONNECTION, {});
    for (const [index, step] of steps.entries()) {
      const difference = await take(play, step);
      if (difference !== undefined)
        return { kind: 'differs', difference: `frames step ${index + 1}: ${difference}` };
    }
    await until(() => received.length >= script.expectedFrames);
    await delay(EXTRA_FRAME_MS);
    return { kind: 'played', frames: received, connections: clients.size };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', reply: error.reply };
    throw error;
  } finally {
    await Promise.all([...clients.values()].map(({ socket }) => close(socket)));
  }
}

async function until(isThere: () => boolean): Promise<void> {
  const endMs = performance.now() + FRAMES_DEADLINE_MS;
  while (!isThere() && performance.now() < endMs) await delay(LOOK_MS);
}

async function open(play: Play, name: string, step: FrameStep): Promise<Client> {
  const { api, request, clients, received } = play;
  const query = step.query ?? request.query;
  const url = new URL(api.url.href.replace(/^http/, 'ws').replace(/\/$/, ''));
  if (request.rawUrlPath !== undefined) url.pathname = request.rawUrlPath;
  if (query !== undefined) url.search = query;
  const sent = { ...request.headers, ...step.headers };
  const signature =
    request.sign === undefined
      ? {}
      : api.sign({ method: 'GET', url, headers: {}, body: undefined }, request.sign);
  const client = await connect(
    { url: url.href, headers: { ...sent, ...signature }, subprotocols: step.subprotocols ?? [] },
    (text) => received.push({ on: name, text }),
  );
  clients.set(name, client);
  return client;
}

/** Executes a step, and returns the difference from its expectation. */
async function take(play: Play, step: FrameStep): Promise<string | undefined> {
  const { api, received } = play;
  if (step.advanceMs !== undefined) await api.advance(step.advanceMs);
  if (step.connect !== undefined) {
    const difference = await takeConnect(play, step.connect, step);
    if (difference !== undefined) return difference;
  }
  send(play, step);
  if (step.ping !== undefined) {
    const client = find(play, step.on);
    client.socket.ping(step.ping);
    await until(() => client.pongs.length > 0);
    if (client.pongs.at(-1) !== step.ping) return `no pong received for ${show(step.ping)}`;
  }
  if (step.frames !== undefined) {
    const { frames } = step;
    await until(() => received.length >= frames);
    if (received.length < frames)
      return `expected frames: ${frames}, received: ${received.length}: ${show(received.map(({ text }) => text))}`;
  }
  if (step.wait !== undefined) await delay(step.wait);
  if (step.pause === true) find(play, step.on).socket.pause();
  if (step.manage !== undefined) return manage(play, step.manage, step);
  if (step.closed !== undefined) return endDifference(find(play, step.closed), step);
  if (step.close !== undefined) await end(find(play, step.close), step);
  return undefined;
}

async function takeConnect(play: Play, name: string, step: FrameStep): Promise<string | undefined> {
  try {
    const { answered } = await open(play, name, step);
    if (step.refused !== undefined)
      return `expected the handshake to be refused with ${step.refused.status ?? 'an error status'}, but it was accepted`;
    return step.accepted && firstDifference(lowerCaseKeys(step.accepted), answered, 'subset', 'headers');
  } catch (error) {
    if (!(error instanceof Refused) || step.refused === undefined) throw error;
    return replyDifference(step.refused, error.reply);
  }
}

function send(play: Play, { on, send: text, sendBase64, sendFragments = [] }: FrameStep): void {
  if (text !== undefined) find(play, on).socket.send(text);
  if (sendBase64 !== undefined) find(play, on).socket.send(Buffer.from(sendBase64, 'base64'));
  for (const [index, part] of sendFragments.entries())
    find(play, on).socket.send(part, { fin: index === sendFragments.length - 1 });
}

/** Closes a connection from the client's side. */
async function end(client: Client, { code, reason }: FrameStep): Promise<void> {
  if (code === undefined) return close(client.socket);
  client.socket.close(code, reason);
  await until(() => client.end !== undefined);
}

async function endDifference(client: Client, { code, reason }: FrameStep): Promise<string | undefined> {
  await until(() => client.end !== undefined);
  if (client.end === undefined) return 'expected the server to close the connection, but it is still open';
  return (
    (code === undefined ? undefined : firstDifference(code, client.end.code, 'exact', 'close code')) ??
    (reason === undefined ? undefined : firstDifference(reason, client.end.reason, 'exact', 'close reason'))
  );
}

async function manage(play: Play, method: string, step: FrameStep): Promise<string | undefined> {
  const connectionId = step.connectionId ?? (await idOf(play, step.on));
  const data = step.body === undefined ? undefined : Buffer.from(step.body);
  const call = () => play.api.manage(method, connectionId, data, step.sign);
  let reply = await call();
  for (let calls = 1; calls < (step.atMost ?? 1) && reply.status !== step.answer?.status; calls += 1)
    reply = await call();
  return step.answer && replyDifference(step.answer, reply);
}

/** Reads the id from the first frame of this connection that contains it: `{"connectionId": …}`. */
async function idOf({ received, clients }: Play, on: string | undefined): Promise<string> {
  const name = on ?? clients.keys().next().value;
  const messages = (): unknown =>
    received
      .filter((frame) => frame.on === name)
      .map(({ text }) => (parseJson(text) as { connectionId?: unknown } | undefined)?.connectionId)
      .find((id) => id !== undefined);
  await until(() => messages() !== undefined);
  const id = messages();
  if (typeof id !== 'string')
    throw new Error(`no frame received on ${name ?? 'any connection'} contains a connectionId`);
  return id;
}

function find({ clients }: Play, name: string | undefined): Client {
  const client = name === undefined ? clients.values().next().value : clients.get(name);
  if (client === undefined)
    throw new Error(
      name === undefined ? 'no connection is open' : `the connection ${name} of the script is not open`,
    );
  return client;
}

/**
 * Compares frames. An expected frame is a string, or an object with `json` or `text`. An object may also have `on`, the
 * name of the connection that receives the frame.
 */
export function framesDifference(
  expected: readonly Json[],
  received: readonly ReceivedFrame[],
): string | undefined {
  if (expected.length !== received.length) {
    const texts = received.map(({ text }) => text);
    return `frames: expected ${expected.length}, got ${received.length}: ${show(texts)}`;
  }
  for (const [index, frame] of received.entries()) {
    const difference = frameDifference(expected[index] ?? null, frame, `frames[${index}]`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function frameDifference(expected: Json, { on, text }: ReceivedFrame, path: string): string | undefined {
  if (typeof expected === 'string') return firstDifference(expected, text, 'exact', path);
  const { json, text: expectedText, on: expectedOn } = expected as JsonObject;
  return (
    (json === undefined ? undefined : firstDifference(json, parseJson(text), 'exact', `${path}.json`)) ??
    (expectedText === undefined ? undefined : firstDifference(expectedText, text, 'exact', path)) ??
    (expectedOn === undefined ? undefined : firstDifference(expectedOn, on, 'exact', `${path}.on`))
  );
}

/** Time limits of a client connection: one for the handshake, and one for closing the connection. */
const HANDSHAKE_MS = 10_000;
const CLOSE_MS = 2_000;

/** The server responded to the handshake with plain HTTP. */
class Refused extends Error {
  readonly reply: RawReply;
  constructor(reply: RawReply) {
    super(`the handshake was answered with ${reply.status}`);
    this.reply = reply;
  }
}

type Client = {
  readonly socket: WebSocket;
  /** Headers of the handshake's response, by lower-case name. */
  readonly answered: Readonly<Record<string, string>>;
  readonly pongs: readonly string[];
  /** The close code and reason; undefined while the connection is open. */
  readonly end: { readonly code: number; readonly reason: string } | undefined;
};

type Handshake = {
  readonly url: string;
  readonly headers: Headers;
  readonly subprotocols: readonly string[];
};

/** @throws Refused if the server responds to the handshake with plain HTTP */
function connect(
  { url, headers, subprotocols }: Handshake,
  receive: (text: string) => void,
): Promise<Client> {
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const there = new URL(url);
  const { host, hostname } = there;
  there.hostname = addressOf(hostname);
  const options = {
    headers: { ...(there.hostname === hostname ? {} : { Host: host }), ...headers } as Record<string, string>,
    handshakeTimeout: HANDSHAKE_MS,
  };
  const socket = new WebSocket(there, [...subprotocols], options);
  const client: { -readonly [Key in keyof Client]: Client[Key] } & { pongs: string[] } = {
    socket,
    answered: {},
    pongs: [],
    end: undefined,
  };
  // A frame may arrive together with the handshake's response, so the listener is added before the connection is open.
  socket.on('message', (data: Buffer) => receive(data.toString()));
  socket.on('pong', (data: Buffer) => client.pongs.push(data.toString()));
  socket.on('upgrade', (response: IncomingMessage) => {
    client.answered = headersByName(pairs(response.rawHeaders));
  });
  socket.on('open', () => resolve(client));
  socket.on('close', (code, reason) => (client.end = { code, reason: reason.toString() }));
  socket.on('error', reject);
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const { statusCode: status = 0, rawHeaders } = response;
      reject(new Refused({ status, headers: pairs(rawHeaders), body: Buffer.concat(chunks) }));
    });
  });
  return promise;
}

function pairs(flat: readonly string[]): (readonly [string, string])[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : []));
}

async function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  // A paused socket would not receive the server's close frame, so its connection is terminated at once.
  if (socket.isPaused) {
    socket.terminate();
    return;
  }
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await Promise.race([closed, delay(CLOSE_MS)]);
  socket.terminate();
}
