/**
 * Debugging of functions through Node's inspector on the loopback interface. A debugger reaches the threads through the
 * inspector of the process (its NodeWorker domain). The gateway opens its own session of this inspector, because this
 * is the only way to learn that a debugger has paused a thread.
 */
import { close, type InspectorNotification, Session, open, url, waitForDebugger } from 'node:inspector';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { StartError } from '../core/errors.ts';
import type { StoppableDeadlines } from './invocation/deadlines.ts';
import type { HandlerCode } from './thread/instance-start.ts';

export type InspectOptions = {
  /** The port to listen on; 0 means any free port. */
  readonly port: number;
  /** Whether startup waits for a debugger and each function stops at its first line. */
  readonly breaks: boolean;
};

const LOOPBACK = '127.0.0.1';

/**
 * Opens the inspector, or uses an inspector that `node --inspect` opened.
 * @throws StartError PORT_IN_USE if the port is in use
 */
export function openInspector({ port, breaks }: InspectOptions, report: (message: string) => void): void {
  if (url() === undefined) open(port, LOOPBACK);
  const address = url();
  if (address === undefined)
    throw new StartError(
      'PORT_IN_USE',
      `port ${port} is in use; choose another with --inspect=PORT, or --inspect=0 for any free one`,
    );
  if (!breaks) return;
  report(`waiting for a debugger on ${new URL(address).host}`);
  waitForDebugger();
}

export function hasInspector(): boolean {
  return url() !== undefined;
}

type Thread = { readonly sessionId: string; isHeld: boolean };
type AttachedThread = { readonly sessionId: string; readonly workerInfo: { readonly title: string } };
type ThreadMessage = { readonly sessionId: string; readonly message: string };

export class Debugging {
  readonly #session = new Session();
  readonly #deadlines: StoppableDeadlines | undefined;
  readonly #breaks: boolean;
  readonly #threads = new Map<number, Thread>();
  readonly #held = new Set<object>();
  /** The scripts that stop at a breakpoint on their first line, by thread. */
  readonly #scripts = new Map<number, string>();
  #sent = 0;

  /** @param deadlines undefined if invocations have no deadlines */
  constructor(deadlines: StoppableDeadlines | undefined, breaks: boolean) {
    this.#deadlines = deadlines;
    this.#breaks = breaks;
    this.#session.connect();
    this.#session.on('NodeWorker.attachedToWorker', ({ params }: InspectorNotification<AttachedThread>) => {
      this.#attach(params);
    });
    this.#session.on(
      'NodeWorker.receivedMessageFromWorker',
      ({ params }: InspectorNotification<ThreadMessage>) => {
        this.#hear(params);
      },
    );
    // The gateway's own session does not make new threads wait. A debugger's session makes them wait, so that it can
    // set breakpoints first.
    this.#session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  get breaks(): boolean {
    return this.#breaks;
  }

  get stoodMs(): SharedArrayBuffer | undefined {
    return this.#deadlines?.stoodMs;
  }

  follow(worker: Worker, code: HandlerCode): void {
    const { threadId } = worker;
    if (this.#breaks)
      this.#scripts.set(threadId, pathToFileURL(code.kind === 'file' ? code.file : code.own.address).href);
    worker.once('exit', () => this.#forget(threadId));
  }

  /** Resumes a thread that a debugger has paused, because `terminate` alone does not end a paused thread. */
  letGo({ threadId }: Worker): void {
    const thread = this.#threads.get(threadId);
    if (thread?.isHeld === true) this.#send(thread, 'Debugger.resume', { terminateOnResume: true });
  }

  /**
   * Records whether a debugger is attached to an instance that is a process. While a debugger is attached, deadlines
   * are stopped, because the debugger may pause the running event.
   */
  hold(instance: object, isHeld: boolean): void {
    if (isHeld) this.#held.add(instance);
    else this.#held.delete(instance);
    this.#stopOrGoOn();
  }

  close(): void {
    this.#session.disconnect();
    this.#deadlines?.resume();
    // The inspector is closed, because otherwise the process would wait for debuggers to detach before it exits.
    close();
  }

  /** Attaches to a thread. Node titles a thread `[worker 3] its-name`. */
  #attach({ sessionId, workerInfo: { title } }: AttachedThread): void {
    const threadId = Number(/^\[worker (\d+)\]/.exec(title)?.[1]);
    const thread: Thread = { sessionId, isHeld: false };
    this.#threads.set(threadId, thread);
    this.#send(thread, 'Debugger.enable');
    const script = this.#scripts.get(threadId);
    if (script !== undefined)
      this.#send(thread, 'Debugger.setBreakpointByUrl', { lineNumber: 0, url: script });
  }

  #hear({ sessionId, message }: ThreadMessage): void {
    // Most messages only announce scripts. They are recognized and skipped without parsing.
    const isHeld = message.startsWith('{"method":"Debugger.paused"');
    if (!isHeld && !message.startsWith('{"method":"Debugger.resumed"')) return;
    for (const thread of this.#threads.values()) if (thread.sessionId === sessionId) thread.isHeld = isHeld;
    this.#stopOrGoOn();
  }

  #forget(threadId: number): void {
    this.#threads.delete(threadId);
    this.#scripts.delete(threadId);
    this.#stopOrGoOn();
  }

  #stopOrGoOn(): void {
    const isHeld = this.#held.size > 0 || [...this.#threads.values()].some((thread) => thread.isHeld);
    if (isHeld) this.#deadlines?.stop();
    else this.#deadlines?.resume();
  }

  #send({ sessionId }: Thread, method: string, params: object = {}): void {
    this.#sent += 1;
    const message = JSON.stringify({ id: this.#sent, method, params });
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  }
}
