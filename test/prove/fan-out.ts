/**
 * Channels with many clients on one gateway: a publication to a thousand clients, a hundred clients that die at once,
 * and thousands of messages while connections break. Each stage has its own time limit. The last one may use the rest
 * of eight minutes.
 */
import { Listeners, hear, inWaves, kill } from './fan-out/fan-out-clients.ts';
import type { Listener } from './fan-out/fan-out-clients.ts';
import { connectionsIn, PING_SECONDS, startGateway, tokensOf } from './fan-out/fan-out-gateway.ts';
import type { Gateway } from './fan-out/fan-out-gateway.ts';
import { until, within } from './fan-out/stage.ts';
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
/** The time limits of all stages except the last, and of all stages together. */
const WITHIN_MS = {
  crowd: 90_000,
  room: 40_000,
  publication: 10_000,
  presence: 2 * PING_SECONDS * 1_000,
  table: 10_000,
  subscriptions: 20_000,
};
/** The limit is eight minutes, including the start and the end. */
const ALL_WITHIN_MS = 460_000;
/** The goal for one publication to the whole crowd. It is printed next to the measured time. */
const GOAL_MS = 2_000;
const PUBLISHED_AT_ONCE = 4;
const HEARD_BY = 10;
const BREAKS_OF_100 = 2;

export const fanOut: Proof = {
  name: 'fan-out',
  claim:
    'one publication reaches each client of a crowd once; if a tenth of the clients die at once, the others are not affected, and nothing is left behind; messages over many channels arrive in order, without gaps or duplicates, even if connections break',
  quick: true,
  async run({ quick, seed = 1, sample }): Promise<Outcome> {
    const size = quick ? QUICK : sample === undefined ? FULL : sampleOf(sample);
    // If the proof fails, the figures that were measured until then are reported.
    const figures: Mutable = { clients: size.clients, pingSeconds: PING_SECONDS };
    const run = startRun(figures);
    try {
      await using gateway = await startGateway(size.clients);
      await proveCrowd(gateway, size, run);
      await proveOrder(gateway, size, seed, run);
      return { kind: 'proven', figures, isPart: size !== FULL };
    } catch (error) {
      return { kind: 'refuted', reason: error instanceof Error ? error.message : String(error), figures };
    }
  },
};

type Run = {
  readonly figures: Mutable;
  /** How long the stage may take, or how much of this time is left. */
  readonly limitOf: (stage: keyof typeof WITHIN_MS | 'rest', startedMs?: number) => number;
};

function startRun(figures: Mutable): Run {
  const endMs = performance.now() + ALL_WITHIN_MS;
  return {
    figures,
    limitOf(stage, startedMs = performance.now()) {
      const nowMs = performance.now();
      const stageEndMs = stage === 'rest' ? endMs : startedMs + WITHIN_MS[stage];
      return Math.max(0, Math.round(Math.min(stageEndMs, endMs) - nowMs));
    },
  };
}

type Mutable = { -readonly [Name in keyof Figures]: Figures[Name] };

/** The same sizes with fewer clients, and with proportionally fewer messages. */
function sampleOf(clients: number): Size {
  const part = Math.min(1, clients / FULL.clients);
  const killed = Math.ceil(FULL.killed * part);
  const messages = Math.ceil((FULL.messages * part) / FULL.channels) * FULL.channels;
  return { ...FULL, clients, killed, messages };
}

/** A crowd of clients that listen to one channel. Some of them then join a room and are killed there. */
async function proveCrowd(gateway: Gateway, size: Size, run: Run): Promise<void> {
  using listeners = new Listeners(gateway.url, tokensOf(gateway));
  const clients = await gather(listeners, size, run);
  const room = clients.slice(0, size.killed + size.staying);
  await fillRoom(room, run);
  await publishToCrowd(gateway, clients, run);
  await killSome(gateway, { clients, room, killed: size.killed }, run);
}

async function gather(
  listeners: Listeners,
  size: Size,
  { figures, limitOf }: Run,
): Promise<readonly Listener[]> {
  const startedMs = performance.now();
  let listening = 0;
  const come = inWaves(Array.from({ length: size.clients }), async () => {
    await hear(listeners.add(), 'staff/crowd');
    listening += 1;
  });
  await within('the crowd listens', limitOf('crowd'), come, () => `${listening} of ${size.clients} do`);
  figures['connectedMs'] = Math.round(performance.now() - startedMs);
  console.log(`  ${size.clients} clients listen after ${figures['connectedMs']} ms`);
  return listeners.all;
}

async function fillRoom(room: readonly Listener[], { figures, limitOf }: Run): Promise<void> {
  const startedMs = performance.now();
  const complete = (): number => room.filter(({ members }) => members.length === room.length).length;
  const howFar = (): string => `${complete()} of ${room.length} see all`;
  // This stage follows the crowd stage, because everybody who joins is announced to all members of the room.
  const joined = inWaves(room, (client) => hear(client, 'staff/room', true));
  await within('the room fills', limitOf('room'), joined, howFar);
  const leftMs = limitOf('room', startedMs);
  await until('everybody sees everybody', leftMs, () => complete() === room.length, howFar);
  figures['joinedMs'] = Math.round(performance.now() - startedMs);
  console.log(`  ${room.length} of them are in a room and see each other after ${figures['joinedMs']} ms`);
}

/** @returns how long it took until the last of the listeners `to` had received the message */
async function publish(
  { limitOf }: Run,
  by: Listener,
  to: readonly Listener[],
  data: string,
): Promise<number> {
  const startedMs = performance.now();
  const heard = (): number => to.filter(({ messages }) => messages.at(-1)?.data === data).length;
  const sent = within(`"${data}" is taken`, limitOf('publication'), by.channels.publish('staff/crowd', data));
  const all = until(
    `"${data}" is heard by all`,
    limitOf('publication'),
    () => heard() === to.length,
    () => `${heard()} of ${to.length} have heard it`,
  );
  await Promise.all([sent, all]);
  return Math.round(Math.max(...to.map(({ heardAtMs }) => heardAtMs)) - startedMs);
}

const PUBLICATIONS = ['first', 'second', 'third'];

async function publishToCrowd(gateway: Gateway, clients: readonly Listener[], run: Run): Promise<void> {
  const { figures } = run;
  const tookMs: number[] = [];
  const processorMs = gateway.processorMs();
  for (const data of PUBLICATIONS) tookMs.push(await publish(run, lastOf(clients), clients, data));
  const perListener =
    ((gateway.processorMs() ?? NaN) - (processorMs ?? NaN)) / (PUBLICATIONS.length * clients.length);
  figures['publishedMs'] = tookMs.join(', ');
  figures['goalMs'] = GOAL_MS;
  figures['isGoalMet'] = Math.max(...tookMs) <= GOAL_MS;
  if (!Number.isNaN(perListener)) figures['gatewayProcessorMsPerListener'] = Number(perListener.toFixed(2));
  console.log(
    `  one publication to ${clients.length} clients: ${tookMs.join(', ')} ms (goal ${GOAL_MS}); the gateway takes ` +
      `${perListener.toFixed(2)} ms of processor for each`,
  );
}

function lastOf(clients: readonly Listener[]): Listener {
  const last = clients.at(-1);
  if (last === undefined) throw new Error('there is no client');
  return last;
}

const AFTER_DEATH = 'after the death of some';

async function killSome(
  gateway: Gateway,
  {
    clients,
    room,
    killed,
  }: { readonly clients: readonly Listener[]; readonly room: readonly Listener[]; readonly killed: number },
  run: Run,
): Promise<void> {
  const { figures } = run;
  const [dead, alive] = [clients.slice(0, killed), clients.slice(killed)];
  const stayed = room.slice(killed);
  for (const client of dead) {
    kill(client);
    client.channels.close();
  }
  const killedMs = performance.now();
  figures['killed'] = killed;
  figures['afterDeathMs'] = await publish(run, lastOf(clients), alive, AFTER_DEATH);
  const wrong = (): number => stayed.filter(({ members }) => members.length !== stayed.length).length;
  const leftMs = run.limitOf('presence', killedMs);
  await until(
    'presence is right',
    leftMs,
    () => wrong() === 0,
    () => `${wrong()} of ${stayed.length} are wrong`,
  );
  figures['presenceRightMs'] = Math.round(performance.now() - killedMs);
  figures['connectionsLeft'] = await countLeft(gateway, alive.length, run);
  const faults = clients.flatMap((client, index) => faultsOfCrowd(client, index < killed, index));
  if (faults.length > 0) throw new Error(`${faults.length} clients: ${faults.slice(0, 3).join('; ')}`);
  console.log(
    `  ${killed} killed: the next publication after ${figures['afterDeathMs']} ms, presence right after ` +
      `${figures['presenceRightMs']} ms, ${figures['connectionsLeft']} connections in the table`,
  );
}

function faultsOfCrowd(
  { messages, gaps, errors }: Listener,
  isDead: boolean,
  index: number,
): readonly string[] {
  const heard = messages.filter(({ channel }) => channel === 'staff/crowd').map(({ data }) => data);
  const wanted = [...PUBLICATIONS, ...(isDead ? [] : [AFTER_DEATH])];
  const found = JSON.stringify([heard, gaps, errors]);
  return found === JSON.stringify([wanted, [], []]) ? [] : [`client ${index}: ${found}`];
}

/** The call of `$disconnect` for the last connection may still be running. */
async function countLeft(gateway: Gateway, expected: number, { limitOf }: Run): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const left = await within('the table is read', limitOf('table'), connectionsIn(gateway));
    if (left === expected) return left;
    if (limitOf('table', startedMs) === 0)
      throw new Error(`${left} connections in the table, ${expected} are open`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Publishes over many channels while connections break at random. */
async function proveOrder(gateway: Gateway, size: Size, seed: number, run: Run): Promise<void> {
  const { figures, limitOf } = run;
  using listeners = new Listeners(gateway.url, tokensOf(gateway));
  const random = chance(seed);
  const names = Array.from({ length: size.channels }, (_, index) => `staff/many/${index}`);
  const readers = await subscribeReaders(listeners, names, size.readers, limitOf('subscriptions'));
  const publisher = listeners.add();
  const startedMs = performance.now();
  let [next, broken] = [0, 0];
  const publishSome = async (): Promise<void> => {
    while (next < size.messages) {
      const index = next;
      next += 1;
      await publisher.channels.publish(names[index % names.length] ?? '', index);
      if (random() >= BREAKS_OF_100 / 100) continue;
      broken += 1;
      kill(readers[Math.floor(random() * readers.length)] ?? publisher);
    }
  };
  const perReader = (size.messages / size.channels) * Math.min(HEARD_BY, size.channels);
  const handedOn = (): number => readers.reduce((sum, { messages }) => sum + messages.length, 0);
  const howFar = (): string =>
    `${next} of ${size.messages} are begun, ${handedOn()} of ${perReader * readers.length} handed on, ${broken} connections broken`;
  const published = Promise.all(Array.from({ length: PUBLISHED_AT_ONCE }, publishSome));
  await within('all messages are taken', limitOf('rest'), published, howFar);
  const isAll = (): boolean => readers.every(({ messages }) => messages.length >= perReader);
  await until('all messages are heard', limitOf('rest'), isAll, howFar);
  const { entries, disordered, double } = listeners.wire;
  Object.assign(figures, { messages: size.messages, channels: size.channels, broken, seed });
  figures['orderedMs'] = Math.round(performance.now() - startedMs);
  figures['handedOn'] = handedOn();
  figures['onTheWire'] = { entries, disordered, double };
  const faults = readers.flatMap(faultsOf);
  if (faults.length > 0 || handedOn() !== perReader * readers.length)
    throw new Error(`${howFar()}: ${faults.slice(0, 3).join('; ')}`);
  console.log(
    `  ${size.messages} messages over ${size.channels} channels in ${figures['orderedMs']} ms, ${broken} broken ` +
      `connections: ${handedOn()} handed on in order; on the wire ${entries}, ${disordered} out of order, ${double} double`,
  );
}

async function subscribeReaders(
  listeners: Listeners,
  names: readonly string[],
  count: number,
  limitMs: number,
): Promise<readonly Listener[]> {
  const options = Array.from({ length: count }, (_, reader) => {
    const listener = listeners.add();
    const heard = Array.from(
      { length: HEARD_BY },
      (__, index) => names[(reader * HEARD_BY + index) % names.length],
    );
    return [...new Set(heard)].map((channel = '') => ({ listener, channel }));
  }).flat();
  let heard = 0;
  const subscribed = inWaves(options, async ({ listener, channel }) => {
    await hear(listener, channel);
    heard += 1;
  });
  const howFar = (): string => `${heard} of ${options.length} subscriptions stand`;
  await within('readers listen', limitMs, subscribed, howFar);
  return listeners.all;
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
