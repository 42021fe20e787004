/**
 * The memory shared by the gateway and one instance. It carries events and responses as plain JSON text
 * (text-channel.ts) and their metadata separately (docs/design/hot-path §2). Both sides count events in
 * order; event number n uses slot n mod `SLOTS`.
 */
import type { MessagePort } from 'node:worker_threads';

import { CHANNEL_BYTES, TextChannel } from './text-channel.ts';
import { MOST_AHEAD } from './text-ring.ts';
import type { EventMessage } from '../invocation/job.ts';
import type { RequestIdOf } from '../../core/ports.ts';

/**
 * Must exceed twice the largest window, because revoked events keep their slot until the instance has passed them.
 * Must be a power of two (`slotOf`) and not exceed the places of a ring.
 */
export const SLOTS = MOST_AHEAD;

/** Longest trace header that a function gets, in bytes; AWS's own is below 150. */
const TRACE_BYTES = 256;

/** States of an event's slot. The step from WAITING is a compare-and-set that either side may win. */
export const WAITING = 0;
export const STARTED = 1;
export const REVOKED = 2;
export const RETURNED = 3;
export const FAILED = 4;

export type Board = {
  readonly memory: SharedArrayBuffer;
  readonly states: Int32Array;
  /** The handler's time in microseconds, by slot. */
  readonly serviceMicros: Int32Array;
  readonly traceLengths: Int32Array;
  readonly traces: Buffer;
  /** [0] = unread log lines and parts of a streamed response. */
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

/** The gateway's side of an instance's events and responses. */
export function sendEvents({ memory }: Board, port: MessagePort): TextChannel<EventMessage, string> {
  return new TextChannel(port, memory, CHANNEL_OFFSET, 'gateway');
}

/** The instance's side. */
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

/** Odd, so that multiplying by it permutes the 24-bit numbers. */
const STRIDE = 0x9e3779;

/**
 * Derives the request ids of an instance from its event numbers, on both sides, so that no message carries
 * them.
 * @param seed a random UUID of the instance; ids keep its first 24 characters. Distinct for 2^48 events.
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
 * The id of one event, made on first use. It must not reference the instance, because request records keep it.
 */
export function lazyRequestId(requestIdOf: (sequence: number) => string, sequence: number): RequestIdOf {
  return () => requestIdOf(sequence);
}

function hex24(value: number): string {
  return (value | 0x1000000).toString(16).slice(1);
}
