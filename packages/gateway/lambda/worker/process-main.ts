/**
 * The entry point of an instance that is a process. It connects Lambda's Runtime API with the code that threads use,
 * too. Log lines are written at once, so that no line is lost when the process is killed.
 */
import { readFileSync, writeSync } from 'node:fs';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

import { createBoard, FAILED, sendEvents, slotOf, WAITING, writeTrace } from '../thread/board.ts';
import {
  type InstanceReport,
  type InstanceStart,
  readInstanceReport,
  readProcessStart,
} from '../thread/instance-start.ts';
import { printLogLine } from '../function-log-line.ts';
import type { EventMessage } from '../invocation/job.ts';
import { runInstance } from './run-instance.ts';
import { type ApiEvent, RuntimeApiClient } from './runtime-api-client.ts';

const EXIT_AFTER_INIT_ERROR = 1;

/** The original `writeSync`. It is stored before a function's logger can replace it. */
const write = writeSync;
const api = new RuntimeApiClient(process.env['AWS_LAMBDA_RUNTIME_API'] ?? '');
const board = createBoard();
const clockOffset = new SharedArrayBuffer(8);
const events = new MessageChannel();
const channel = sendEvents(board, events.port2);
const reports = new MessageChannel();
let sequence = -1;
let said: Promise<unknown> = Promise.resolve();
/** The report of loaded files, which the gateway gets before the response. */
let told: Promise<unknown> = Promise.resolve();

reports.port2.on('message', (message) => onReport(readInstanceReport(message)));
channel.listen(() => {
  const text = channel.take();
  if (text === undefined) return;
  drainParts();
  said = answer(text);
});
// These ports are unreferenced, because only the ports and requests of the function itself may keep the process alive.
reports.port2.unref();
events.port2.unref();

const start = readProcessStart(readFileSync(process.env['GATEWRIGHT_START'] ?? '', 'utf8'), {
  port: events.port1,
  reports: withLinesAtOnce(reports.port1),
  board: board.memory,
  clockOffset,
  requestIdSeed: process.env['GATEWRIGHT_SEED'] ?? '',
});
delete process.env['GATEWRIGHT_START'];
delete process.env['GATEWRIGHT_SEED'];

await runInstance(start, { seal: () => undefined, isProcess: true, exit });

/** Ends the process when the gateway has read the last message. */
function exit(code: number): void {
  setImmediate(() => {
    drainParts();
    void said.catch(() => undefined).then(() => process.exit(code));
  });
}

function onReport(report: InstanceReport): void {
  if (report.kind === 'ready') void serve();
  else if (report.kind === 'loaded') told = api.postLoaded(report.files).catch(() => undefined);
  else if (report.kind === 'init-failed') {
    said = api.postInitError(report.payload);
    exit(EXIT_AFTER_INIT_ERROR);
  } else if (report.kind === 'part') {
    const { bytes, contentType } = report;
    const of = sequence;
    api.sendPart(bytes, contentType, () => reports.port2.postMessage({ sequence: of, bytes: bytes.length }));
  }
}

async function serve(): Promise<void> {
  await said.catch(() => undefined);
  const event = await api.next();
  hand(event);
}

function hand({ payload, trace, clientContext, invoked, clockOffsetMs }: ApiEvent): void {
  sequence += 1;
  const slot = slotOf(sequence);
  new Float64Array(clockOffset)[0] = clockOffsetMs;
  writeTrace(board, slot, trace);
  Atomics.store(board.states, slot, WAITING);
  const isPlain = clientContext === undefined && invoked === undefined;
  const message: EventMessage = isPlain ? payload : { event: payload, clientContext, invoked };
  channel.send(message);
}

async function answer(text: string): Promise<void> {
  const hasFailed = Atomics.load(board.states, slotOf(sequence)) === FAILED;
  await told;
  await api.answer(text, hasFailed);
  said = Promise.resolve();
  void serve();
}

function drainParts(): void {
  for (;;) {
    const received = receiveMessageOnPort(reports.port2);
    if (received === undefined) return;
    onReport(readInstanceReport(received.message));
  }
}

function withLinesAtOnce(port: MessagePort): InstanceStart['reports'] {
  const post = port.postMessage.bind(port);
  port.postMessage = (message: unknown) => {
    const report = readInstanceReport(message);
    if (report.kind !== 'line') {
      post(message);
      return;
    }
    Atomics.sub(board.unreadLines, 0, 1);
    const line = printLogLine({ ...report, functionName: '' }).replaceAll('\n', '\r');
    writeAll(report.stream === 'stdout' ? 1 : 2, Buffer.from(`${line}\n`));
  };
  return port;
}

/**
 * Writes all bytes. A full pipe accepts only some of the bytes, so the write is repeated until the gateway has read
 * enough.
 */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += write(descriptor, bytes, at);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EAGAIN') return;
    }
  }
}
