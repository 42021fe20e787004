/**
 * The memory that the gateway and one instance share. Events and responses are in it as plain JSON text
 * (text-channel.ts), and their metadata is separate (docs/design/hot-path §2). Both sides number the events in order.
 * Event number n uses slot n mod `SLOTS`.
 */
import type { MessagePort } from 'node:worker_threads';

import { CHANNEL_BYTES, TextChannel } from './text-channel.ts';
import { MOST_AHEAD } from './text-ring.ts';
import type { EventMessage } from '../invocation/job.ts';
import type { RequestIdOf } from '../../core/ports.ts';

/**
 * The number of slots. There are three conditions. It must exceed twice the largest window, because a revoked event
 * occupies its slot until the instance has passed it. It must be a power of two (`slotOf`). It must not exceed the
 * maximum number of strings in a ring.
 */
export const SLOTS = MOST_AHEAD;

/** The maximum length in bytes of the trace header that a function gets. AWS's own header is shorter than 150 bytes. */
const TRACE_BYTES = 256;

/**
 * The states of an event's slot. Both sides may change the state from WAITING, by compare-and-set. Only the first
 * change succeeds.
 */
export const WAITING = 0;
export const STARTED = 1;
export const REVOKED = 2;
export const RETURNED = 3;
export const FAILED = 4;
/**
 * The event loop is empty, and the promise of a handler that is not async is still pending. The response is null, as in
 * Lambda.
 */
export const UNSETTLED = 5;
/**
 * The handler returned a value that Lambda ignores, because it is not a promise, and did not call the callback. The
 * response is null.
 */
export const IGNORED = 6;

export type Board = {
  readonly memory: SharedArrayBuffer;
  readonly states: Int32Array;
  /** The time that the handler needed for an event, in microseconds, by slot. */
  readonly serviceMicros: Int32Array;
  readonly traceLengths: Int32Array;
  readonly traces: Buffer;
  /** Element 0 is the number of unread log lines and parts of a streamed response. */
  readonly unreadLines: Int32Array;
};

const WORDS = 3 * SLOTS + 1;
const CHANNEL_OFFSET = WORDS * 4 + SLOTS * TRACE_BYTES;

export function createBoard(): Board {
  return openBoard(new SharedArrayBuffer(CHANNEL_OFFSET + CHANNEL_BYTES));
}

export function openBoard(memory: SharedArrayBuffer): Board {
  return {
    memory,
    states: new Int32Array(memory, 0, SLOTS),
    serviceMicros: new Int32Array(memory, SLOTS * 4, SLOTS),
    traceLengths: new Int32Array(memory, SLOTS * 8, SLOTS),
    unreadLines: new Int32Array(memory, SLOTS * 12, 1),
    traces: Buffer.from(memory, WORDS * 4, SLOTS * TRACE_BYTES),
  };
}

/** Opens the gateway's side of an instance's events and responses. */
export function sendEvents({ memory }: Board, port: MessagePort): TextChannel<EventMessage, string> {
  return new TextChannel(port, memory, CHANNEL_OFFSET, 'gateway');
}

/** Opens the instance's side of its events and responses. */
export function receiveEvents({ memory }: Board, port: MessagePort): TextChannel<string, EventMessage> {
  return new TextChannel(port, memory, CHANNEL_OFFSET, 'instance');
}

export function slotOf(sequence: number): number {
  return sequence & (SLOTS - 1);
}

export function writeTrace(board: Board, slot: number, trace: string): void {
  board.traceLengths[slot] = board.traces.write(trace, slot * TRACE_BYTES, TRACE_BYTES, 'latin1');
}

export function readTrace(board: Board, slot: number): string {
  const start = slot * TRACE_BYTES;
  return board.traces.toString('latin1', start, start + (board.traceLengths[slot] ?? 0));
}

/** The factor by which numbers are multiplied. It is odd, so that different 24-bit numbers have different products. */
const STRIDE = 0x9e3779;

/**
 * Derives the request ids of an instance from the numbers of its events. Both sides derive the same ids, so that no
 * message has to contain them. The ids are distinct for 2^48 events.
 * @param seed a random UUID of the instance; the ids contain its first 24 characters
 */
export function requestIds(seed: string): (sequence: number) => string {
  const prefix = seed.slice(0, 24);
  const high = Number.parseInt(seed.slice(24, 30), 16);
  const low = Number.parseInt(seed.slice(30), 16);
  return (sequence) => {
    const round = (high + Math.floor(sequence / 0x1000000)) & 0xffffff;
    const step = (Math.imul(sequence & 0xffffff, STRIDE) + low) & 0xffffff;
    return prefix + hex24(round) + hex24(step);
  };
}

/**
 * Returns a function that creates the id of one event on first use. It must not refer to the instance, because request
 * records keep the function in memory.
 */
export function lazyRequestId(requestIdOf: (sequence: number) => string, sequence: number): RequestIdOf {
  return () => requestIdOf(sequence);
}

function hex24(value: number): string {
  return (value | 0x1000000).toString(16).slice(1);
}
