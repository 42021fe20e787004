/** Clients of a WebSocket API that are hostile or broken, each with the code with which its connection should end. */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { frame, header, RawClient, textFrame } from './raw-client.ts';

type Attack = {
  readonly url: URL;
  /** The number of bytes of the message that is too long. `pings` is the number of pings in a flood. */
  readonly messageBytes: number;
  readonly pings: number;
  readonly unreadPingBytes: number;
  /** Makes another client request posts to a client that does not read. */
  readonly push: (to: string, most: number) => Promise<string>;
};

export type Ended = {
  readonly id: string;
  /**
   * The close code that `$disconnect` must report; `idle` means that the connection stays open until the idle limit.
   */
  readonly code: number | 'idle';
  /** Any other difference from the expected behaviour. */
  readonly wrong?: string | undefined;
  readonly figures: Readonly<Record<string, number | string>>;
  /** Closes a connection that would otherwise stay open. */
  readonly release?: () => void;
};

type HostileSocket = {
  readonly name: string;
  /**
   * The number of attacks, one after the other, by which the growth of memory is divided, because other memory varies
   * by a few MB.
   */
  readonly times?: number;
  run(attack: Attack): Promise<Ended>;
};

const NEVER_READERS = 4;

const TEXT = 'x'.repeat(100_000);
const SLOW_MESSAGES = 40;
const CLOSE = frame(8, Buffer.from([0x03, 0xe8]));
/**
 * The number of bytes that the kernel's buffers and the gateway store together. A longer message is not accepted as a
 * whole.
 */
const TAKEN_MOST_BYTES = 64_000_000;

/**
 * Writes until everything is written or the connection ends.
 * @returns the number of bytes that the system accepted
 */
async function pour(client: RawClient, chunk: Buffer, bytes: number): Promise<number> {
  let written = 0;
  while (written < bytes && !client.socket.destroyed && client.closeCode === undefined) {
    written += chunk.length;
    if (client.send(chunk)) {
      // Waits for one turn of the event loop, in which a close frame from the other side can be read.
      await wait(0);
      continue;
    }
    await Promise.race([once(client.socket, 'drain'), once(client.socket, 'close'), wait(2_000)]).catch(
      () => undefined,
    );
    if (client.socket.writableNeedDrain) break;
  }
  return written;
}

async function tooLong(client: RawClient, poured: Promise<number>): Promise<Ended> {
  const taken = await poured;
  await client.ended();
  const isBounded = taken <= TAKEN_MOST_BYTES;
  return {
    id: client.id,
    code: 1009,
    wrong: !isBounded
      ? `${taken} bytes were taken`
      : client.closeCode === 1009
        ? undefined
        : `closed with ${String(client.closeCode)}`,
    figures: { takenBytes: taken, closeCode: client.closeCode ?? 0 },
  };
}

export const HOSTILE_SOCKETS: readonly HostileSocket[] = [
  {
    // A slow reader is not hostile, so everything must arrive in the end, however long it takes.
    name: 'reads slowly',
    async run({ url }) {
      const client = await RawClient.open(url);
      const started = client.receivedBytes;
      const sent = pour(client, textFrame(TEXT), TEXT.length * SLOW_MESSAGES);
      const all = SLOW_MESSAGES * (TEXT.length + client.id.length + 1);
      while (client.receivedBytes - started < all && !client.socket.destroyed) {
        client.socket.pause();
        await wait(5);
        client.socket.resume();
        await wait(1);
      }
      await sent;
      client.send(CLOSE);
      await client.ended();
      const received = client.receivedBytes - started;
      return {
        id: client.id,
        code: 1000,
        wrong: received < all ? `it has received ${received} of ${all} bytes` : undefined,
        figures: { receivedBytes: received },
      };
    },
  },
  {
    name: 'never reads what others post to it',
    times: NEVER_READERS,
    async run({ url, push }) {
      const client = await RawClient.open(url);
      client.socket.pause();
      const [refusal = '', posted = ''] = (await push(client.id, 500)).split(' ');
      return {
        id: client.id,
        code: 'idle',
        wrong: refusal === 'LimitExceededException' ? undefined : `posts end with ${refusal} after ${posted}`,
        figures: { posted: Number(posted), refusal },
        release: () => client.socket.destroy(),
      };
    },
  },
  {
    name: 'never reads what it is answered',
    times: NEVER_READERS,
    async run({ url }) {
      const client = await RawClient.open(url);
      client.socket.pause();
      const taken = await pour(client, textFrame(TEXT), TAKEN_MOST_BYTES * 2);
      return {
        id: client.id,
        code: 'idle',
        wrong: taken > TAKEN_MOST_BYTES ? `${taken} bytes were taken` : undefined,
        figures: { takenBytes: taken },
        release: () => client.socket.destroy(),
      };
    },
  },
  {
    name: 'sends 1 GB in one frame',
    async run({ url, messageBytes }) {
      const client = await RawClient.open(url);
      client.send(header(1, messageBytes));
      return tooLong(client, pour(client, Buffer.alloc(65_536, 'x'), messageBytes));
    },
  },
  {
    name: 'sends 1 GB in frames of 32 KB',
    async run({ url, messageBytes }) {
      const client = await RawClient.open(url);
      const part = Buffer.alloc(32 * 1024, 'x');
      client.send(frame(1, part, false));
      return tooLong(client, pour(client, frame(0, part, false), messageBytes));
    },
  },
  {
    name: 'floods with pings, and reads the answers',
    async run({ url, pings }) {
      const client = await RawClient.open(url);
      const ping = frame(9, Buffer.alloc(125, 'p'));
      await pour(client, Buffer.concat(Array.from({ length: 100 }, () => ping)), pings * ping.length);
      client.send(textFrame('still here'));
      const answer = await client.text();
      client.send(CLOSE);
      await client.ended();
      const pongs = client.frames.get(10) ?? 0;
      return {
        id: client.id,
        code: 1000,
        // If several pings arrive at once, only the newest must be answered (RFC 6455, 5.5.3).
        wrong: answer.endsWith(' still here') && pongs > 0 ? undefined : `${answer}, ${pongs} pongs`,
        figures: { pings, pongs },
      };
    },
  },
  {
    name: 'floods with pings, and reads nothing',
    async run({ url, unreadPingBytes }) {
      const client = await RawClient.open(url);
      client.socket.pause();
      const ping = frame(9, Buffer.alloc(125, 'p'));
      const taken = await pour(
        client,
        Buffer.concat(Array.from({ length: 500 }, () => ping)),
        unreadPingBytes,
      );
      return {
        id: client.id,
        code: 'idle',
        figures: { takenBytes: taken },
        release: () => client.socket.destroy(),
      };
    },
  },
  {
    name: 'closes its half of TCP without a close frame',
    async run({ url }) {
      const client = await RawClient.open(url);
      client.socket.end();
      await client.ended();
      return { id: client.id, code: 1006, figures: {} };
    },
  },
  {
    name: 'is reset',
    async run({ url }) {
      const client = await RawClient.open(url);
      client.socket.resetAndDestroy();
      return { id: client.id, code: 1006, figures: {} };
    },
  },
];
