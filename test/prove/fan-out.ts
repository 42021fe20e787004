/**
 * Channels with many clients on one gateway: a publication to a thousand, a hundred that die at once, and thousands of
 * messages while connections break.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { REPOSITORY } from '../architecture/source-files.ts';
import { READY, readyOf, runCommand, startCommand } from '../support/command.ts';
import { connect, hear, inWaves, kill, until } from './fan-out/fan-out-clients.ts';
import type { Listener, Wire } from './fan-out/fan-out-clients.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

type Size = {
  readonly clients: number;
  readonly killed: number;
  readonly staying: number;
  readonly channels: number;
  readonly messages: number;
  readonly readers: number;
};

const FULL: Size = { clients: 1_000, killed: 100, staying: 20, channels: 50, messages: 10_000, readers: 25 };
const QUICK: Size = { clients: 40, killed: 6, staying: 4, channels: 5, messages: 100, readers: 3 };
const PING_SECONDS = 10;
/** A busy machine takes its time; nothing may be missing after it. */
const WITHIN_MS = 300_000;
const PUBLISHED_AT_ONCE = 4;

export const fanOut: Proof = {
  name: 'fan-out',
  claim:
    'one publication reaches each client of a crowd once; a tenth that dies at once harms nobody and leaves nothing ' +
    'behind; messages over many channels arrive without gap, double or disorder although connections break',
  quick: true,
  async run({ quick, seed = 1, sample }): Promise<Outcome> {
    const size = quick ? QUICK : sample === undefined ? FULL : sampleOf(sample);
    await using gateway = await startGateway();
    try {
      const crowd = await proveCrowd(gateway, size);
      const order = await proveOrder(gateway, size, seed);
      return { kind: 'proven', figures: { ...crowd, ...order } };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'refuted', reason, figures: {} };
    }
  },
};

/** The same with fewer clients, and fewer messages in proportion. */
function sampleOf(clients: number): Size {
  const part = Math.min(1, clients / FULL.clients);
  const [killed, messages] = [FULL.killed, FULL.messages].map((whole) => Math.ceil(whole * part));
  return {
    ...FULL,
    clients,
    killed: killed ?? 0,
    messages: Math.ceil((messages ?? 0) / FULL.channels) * FULL.channels,
  };
}

/** Of whoever starts the gateway. */
const KEYS = { accessKeyId: 'AKIDFANOUTPROOF00001', secretAccessKey: 'secret-of-the-fan-out-proof' };
/** Each caller has as many connections as one may have. */
const CALLERS = 8;

type Gateway = AsyncDisposable & {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly dynamodb: string;
};

async function startGateway(): Promise<Gateway> {
  const cwd = mkdtempSync(join(tmpdir(), 'gatewright-fan-out-'));
  const params = ['throttleRate=10000', 'throttleBurst=5000', 'connectionsPerCaller=200'];
  const options = [...params, `channelPingSeconds=${PING_SECONDS}`].flatMap((param) => ['--param', param]);
  const ports = ['--port', '0', '--control-port', '0', '--json', '--no-reload'];
  const environment = {
    GATEWRIGHT_ACCESS_KEY_ID: KEYS.accessKeyId,
    GATEWRIGHT_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
  };
  const running = await startCommand(['start', REPOSITORY, ...ports, ...options], READY, {
    cwd,
    environment,
  });
  const ready = readyOf(running) as {
    readonly apis: readonly { readonly kind: string; readonly url: string }[];
    readonly dynamodb: string;
  };
  const tokens: string[] = [];
  for (let caller = 0; caller < CALLERS; caller += 1) {
    const wish = ['--sub', `caller-${caller}`, '--role', 'support', '--expires', '2h'];
    tokens.push((await runCommand(['token', ...wish], { cwd })).stdout.trim());
  }
  return {
    url: ready.apis.find(({ kind }) => kind === 'websocket')?.url ?? '',
    tokens,
    dynamodb: ready.dynamodb,
    async [Symbol.asyncDispose]() {
      await running.stop();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Counts by caller, so that nobody has too many connections. */
function tokensOf({ tokens }: Gateway): () => string {
  let next = 0;
  return () => tokens[(next += 1) % tokens.length] ?? '';
}

/** A crowd that hears one channel; some of it is then present in a room, and dies there. */
async function proveCrowd(gateway: Gateway, size: Size): Promise<Figures> {
  const wire: Wire = { frames: 0, entries: 0, disordered: 0, double: 0 };
  const tokenOf = tokensOf(gateway);
  const begunMs = performance.now();
  const clients: Listener[] = [];
  await inWaves(Array.from({ length: size.clients }), async () => {
    const token = tokenOf();
    const client = connect({ url: gateway.url, token: () => token, wire });
    clients.push(client);
    await hear(client, 'staff/crowd');
  });
  const connectedMs = Math.round(performance.now() - begunMs);
  console.log(`  ${clients.length} clients listen after ${connectedMs} ms`);
  const present = size.killed + size.staying;
  const room = clients.slice(0, present);
  // After the crowd: each that joins is announced to all who are there.
  await inWaves(room, (client) => hear(client, 'staff/room', true));
  await until(
    'everybody sees everybody',
    () => room.every(({ members }) => members.length === present),
    WITHIN_MS,
  );
  const joinedMs = Math.round(performance.now() - begunMs) - connectedMs;
  console.log(`  ${present} of them are in a room and see each other after another ${joinedMs} ms`);
  const publisher = clients.at(-1);
  if (publisher === undefined) throw new Error('there is no client');
  const publish = async (to: readonly Listener[], data: string): Promise<number> => {
    const sent = publisher.channels.publish('staff/crowd', data);
    const tookMs = await until(
      data,
      () => to.every(({ messages }) => messages.at(-1)?.data === data),
      WITHIN_MS,
    );
    await sent;
    return tookMs;
  };
  const publishedMs: number[] = [];
  for (const data of ['first', 'second', 'third']) publishedMs.push(await publish(clients, data));
  console.log(`  one publication to ${clients.length} clients: ${publishedMs.join(', ')} ms`);

  const [dead, alive] = [clients.slice(0, size.killed), clients.slice(size.killed)];
  const stayed = room.slice(size.killed);
  for (const client of dead) {
    kill(client);
    client.channels.close();
  }
  const killedMs = performance.now();
  const afterDeathMs = await publish(alive, 'after the death of some');
  await until(
    'presence is right',
    () => stayed.every(({ members }) => members.length === stayed.length),
    WITHIN_MS,
  );
  const presenceRightMs = Math.round(performance.now() - killedMs);
  let left = await connectionsIn(gateway);
  // `$disconnect` of the last one may be under way.
  for (let look = 0; look < 20 && left !== alive.length; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    left = await connectionsIn(gateway);
  }
  for (const [index, { messages, gaps, errors }] of clients.entries()) {
    const heard = messages.filter(({ channel }) => channel === 'staff/crowd').map(({ data }) => data);
    const wanted = ['first', 'second', 'third', ...(index < size.killed ? [] : ['after the death of some'])];
    if (JSON.stringify([heard, gaps, errors]) !== JSON.stringify([wanted, [], []]))
      throw new Error(`client ${index}: ${JSON.stringify([heard, gaps, errors])}`);
  }
  if (left !== alive.length) throw new Error(`${left} connections in the table, ${alive.length} are open`);
  console.log(
    `  ${size.killed} killed: presence right after ${presenceRightMs} ms, ${left} connections in the table`,
  );
  if (presenceRightMs > 2 * PING_SECONDS * 1_000)
    throw new Error(`presence was wrong for ${presenceRightMs} ms`);
  for (const { channels } of alive) channels.close();
  return {
    ...{
      clients: size.clients,
      connectedMs,
      joinedMs,
      publishedMs: publishedMs.join(', '),
      killed: size.killed,
    },
    ...{ afterDeathMs, presenceRightMs, pingSeconds: PING_SECONDS, connectionsLeft: left },
  };
}

/** Records of connections, as the table has them. */
async function connectionsIn({ dynamodb: endpoint }: Gateway): Promise<number> {
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: KEYS });
  let count = 0;
  let after: Record<string, never> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        ...{ TableName: 'gatewright-dev-connections', FilterExpression: 'sk = :record' },
        ...{ ExpressionAttributeValues: { ':record': { S: 'connection' } } },
        ...(after !== undefined && { ExclusiveStartKey: after }),
      }),
    );
    count += page.Count ?? 0;
    after = page.LastEvaluatedKey as Record<string, never> | undefined;
  } while (after !== undefined);
  client.destroy();
  return count;
}

/** Many channels, while connections break at random. */
async function proveOrder(gateway: Gateway, size: Size, seed: number): Promise<Figures> {
  const wire: Wire = { frames: 0, entries: 0, disordered: 0, double: 0 };
  const tokenOf = tokensOf(gateway);
  const random = chance(seed);
  const names = Array.from({ length: size.channels }, (_, index) => `staff/many/${index}`);
  const heardBy = 10;
  const places = Array.from({ length: size.readers }, (_, reader) => {
    const channels = Array.from(
      { length: heardBy },
      (__, index) => names[(reader * heardBy + index) % names.length] ?? '',
    );
    const token = tokenOf();
    return { listener: connect({ url: gateway.url, token: () => token, wire }), channels };
  });
  const subscriptions = places.flatMap(({ listener, channels }) =>
    [...new Set(channels)].map((channel) => ({ listener, channel })),
  );
  await inWaves(subscriptions, ({ listener, channel }) => hear(listener, channel));
  const readers = places.map(({ listener }) => listener);
  const token = tokenOf();
  const publisher = connect({ url: gateway.url, token: () => token, wire });
  const begunMs = performance.now();
  let next = 0;
  let breaks = 0;
  const publishSome = async (): Promise<void> => {
    while (next < size.messages) {
      const index = next;
      next += 1;
      await publisher.channels.publish(names[index % names.length] ?? '', index);
      if (random() < 0.02) {
        breaks += 1;
        kill(readers[Math.floor(random() * readers.length)] ?? publisher);
      }
    }
  };
  await Promise.all(Array.from({ length: PUBLISHED_AT_ONCE }, publishSome));
  const perReader = (size.messages / size.channels) * Math.min(heardBy, size.channels);
  await until(
    'everything is heard',
    () => readers.every(({ messages }) => messages.length >= perReader),
    WITHIN_MS,
  );
  const tookMs = Math.round(performance.now() - begunMs);
  const faults = readers.flatMap(faultsOf);
  const handedOn = readers.reduce((sum, { messages }) => sum + messages.length, 0);
  if (faults.length > 0 || handedOn !== perReader * readers.length)
    throw new Error(`${handedOn} of ${perReader * readers.length}: ${faults.slice(0, 3).join('; ')}`);
  for (const { channels } of [...readers, publisher]) channels.close();
  console.log(
    `  ${size.messages} messages over ${size.channels} channels, ${breaks} broken connections: ${handedOn} handed on in order; ` +
      `on the wire ${wire.entries}, ${wire.disordered} out of order, ${wire.double} double`,
  );
  const onTheWire = { entries: wire.entries, disordered: wire.disordered, double: wire.double };
  return {
    messages: size.messages,
    channels: size.channels,
    broken: breaks,
    seed,
    tookMs,
    handedOn,
    onTheWire,
  };
}

function faultsOf({ messages, gaps, errors }: Listener): readonly string[] {
  const last = new Map<string, number>();
  const faults = [...gaps.map(() => 'a gap'), ...errors];
  for (const { channel, seq } of messages) {
    const before = last.get(channel) ?? 0;
    if (seq !== before + 1) faults.push(`${channel}: ${seq} after ${before}`);
    last.set(channel, seq);
  }
  return faults;
}

/** mulberry32 */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
