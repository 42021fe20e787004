/** Plays the frame script of a WebSocket case and collects what comes back. */
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { firstDifference, parseJson, show } from './compare.ts';
import type { FrameStep, Json, JsonObject } from './parity-case.ts';

/** How long expected frames may take, and how long to look for one too many. */
const FRAMES_DEADLINE_MS = 5_000;
const EXTRA_FRAME_MS = 50;
const ONLY_CONNECTION = 'only';

type ReceivedFrame = { readonly on: string; readonly text: string };
type ScriptResult =
  | { readonly kind: 'played'; readonly frames: readonly ReceivedFrame[]; readonly connections: number }
  /** The handshake was answered by plain HTTP. */
  | { readonly kind: 'refused'; readonly status: number; readonly body: string };

class Refused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`handshake answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

type Script = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly steps: readonly FrameStep[];
  /** Frames to wait for at the end. */
  readonly expectedFrames: number;
};

export async function playScript({ url, headers, steps, expectedFrames }: Script): Promise<ScriptResult> {
  const sockets = new Map<string, WebSocket>();
  const frames: ReceivedFrame[] = [];
  const open = async (name: string): Promise<void> => {
    sockets.set(name, await connect(url, headers, (text) => frames.push({ on: name, text })));
  };
  try {
    if (!steps.some((step) => step.connect !== undefined)) await open(ONLY_CONNECTION);
    for (const step of steps) {
      if (step.connect !== undefined) await open(step.connect);
      if (step.send !== undefined) findSocket(sockets, step.on).send(step.send);
      if (step.wait !== undefined) await delay(step.wait);
      if (step.close !== undefined) await close(findSocket(sockets, step.close));
    }
    const untilMs = performance.now() + FRAMES_DEADLINE_MS;
    while (frames.length < expectedFrames && performance.now() < untilMs) await delay(5);
    await delay(EXTRA_FRAME_MS);
    return { kind: 'played', frames, connections: sockets.size };
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', status: error.status, body: error.body };
    throw error;
  } finally {
    await Promise.all([...sockets.values()].map(close));
  }
}

function findSocket(sockets: ReadonlyMap<string, WebSocket>, name: string | undefined): WebSocket {
  const socket = name === undefined ? sockets.values().next().value : sockets.get(name);
  if (socket === undefined)
    throw new Error(`the script names a connection that is not open: ${name ?? 'any'}`);
  return socket;
}

function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  receive: (text: string) => void,
): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>();
  const socket = new WebSocket(url, { headers, handshakeTimeout: 10_000 });
  // A frame may come together with the handshake's answer, so listen before the connection is open.
  socket.on('message', (data: Buffer) => receive(data.toString()));
  socket.on('open', () => resolve(socket));
  socket.on('error', reject);
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => reject(new Refused(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
  });
  return promise;
}

async function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.close();
  await Promise.race([closed, delay(2_000)]);
  socket.terminate();
}

/** Expected frames: text, `{json: value}`, and either of them with `on`, the name of the connection. */
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
