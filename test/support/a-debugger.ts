/** A debugger like an editor: it speaks the inspector protocol to a process, and through it to its threads. */
import { SourceMap } from 'node:module';
import { WebSocket } from 'ws';

type Message = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
};

type Script = { readonly scriptId: string; readonly url: string; readonly sourceMapURL: string };

export type Debugger = {
  /** The next thread that stops: the place in the file that its author wrote (the first line is 1). */
  held(): Promise<{ readonly source: string; readonly line: number }>;
  /** Lets the stopped thread continue. */
  goOn(): void;
  close(): Promise<void>;
};

/** Returns the address of the inspector from the output of the process. */
export function inspectorOf(stderr: string): string {
  return /Debugger listening on (ws:\S+)/.exec(stderr)?.[1] ?? 'no inspector';
}

/**
 * Attaches to a process, and sets a breakpoint at a line of a source in each thread that runs it. Threads wait until
 * the breakpoint is set, as they do for editors.
 */
export async function attachDebugger(
  address: string,
  breakpoint: { readonly source: string; readonly line: number },
): Promise<Debugger> {
  const inspector = await connect(address);
  const threads = new Set<string>();
  const maps = new Map<string, SourceMap>();
  const held: (Place & { readonly sessionId: string })[] = [];
  let waiting: (() => void) | undefined;
  let current = '';
  /** The first steps of threads that have not ended yet. */
  const steps: Promise<unknown>[] = [];

  const begin = async (sessionId: string): Promise<void> => {
    threads.add(sessionId);
    // All existing scripts are reported before the answer.
    await inspector.sendInSession(sessionId, 'Debugger.enable');
    // Otherwise a script might have run before its map is read and the breakpoint set.
    await inspector.sendInSession(sessionId, 'Debugger.setInstrumentationBreakpoint', {
      instrumentation: 'beforeScriptWithSourceMapExecution',
    });
    await inspector.sendInSession(sessionId, 'Runtime.runIfWaitingForDebugger');
  };
  const onScript = (sessionId: string, script: Script): void => {
    const map = readMap(script);
    if (map === undefined) return;
    maps.set(`${sessionId} ${script.scriptId}`, map);
    const place = findGenerated(map, breakpoint);
    if (place === undefined) return;
    const location = { scriptId: script.scriptId, ...place };
    steps.push(inspector.sendInSession(sessionId, 'Debugger.setBreakpoint', { location }));
  };
  const onHeld = (sessionId: string, { scriptId, lineNumber, columnNumber }: Location): void => {
    const found = maps.get(`${sessionId} ${scriptId}`)?.findEntry(lineNumber, columnNumber);
    const entry = found !== undefined && 'originalSource' in found ? found : undefined;
    held.push({ sessionId, source: entry?.originalSource ?? '', line: (entry?.originalLine ?? -2) + 1 });
    waiting?.();
  };
  inspector.onAttached = (sessionId) => steps.push(begin(sessionId));
  inspector.onEvent = (sessionId, { method, params = {} }) => {
    if (method === 'Debugger.scriptParsed') onScript(sessionId, params as Script);
    if (method !== 'Debugger.paused') return;
    // Node stops a thread that has waited for a debugger at its very first statement, and a script at its beginning.
    if (['Break on start', 'instrumentation'].includes(String(params['reason'])))
      void inspector.sendInSession(sessionId, 'Debugger.resume');
    else onHeld(sessionId, (params['callFrames'] as [{ location: Location }])[0].location);
  };
  await inspector.send('NodeWorker.enable', { waitForDebuggerOnStart: true });
  await inspector.send('Runtime.runIfWaitingForDebugger');
  for (let seen = 0; seen < steps.length; seen = steps.length) await Promise.all(steps);
  return {
    async held() {
      if (held.length === 0) await new Promise<void>((resolve) => (waiting = resolve));
      const { sessionId = '', source = '', line = 0 } = held.shift() ?? {};
      current = sessionId;
      return { source, line };
    },
    goOn: () => void inspector.sendInSession(current, 'Debugger.resume'),
    async close() {
      // If a debugger only disconnects, Node leaves its breakpoints in the threads.
      await Promise.all(
        [...threads].map((sessionId) => inspector.sendInSession(sessionId, 'Debugger.disable')),
      );
      await inspector.close();
    },
  };
}

type Location = { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
type Place = { readonly source: string; readonly line: number };

/** Commands and events of a process and of its threads. */
async function connect(address: string) {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const answers = new Map<number, (answer: unknown) => void>();
  let sent = 0;
  const send = (method: string, params: object = {}): Promise<unknown> => {
    sent += 1;
    const id = sent;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => answers.set(id, resolve));
  };
  const connection = {
    send,
    sendInSession(sessionId: string, method: string, params: object = {}): Promise<unknown> {
      sent += 1;
      const id = sent;
      const message = JSON.stringify({ id, method, params });
      void send('NodeWorker.sendMessageToWorker', { sessionId, message });
      return new Promise((resolve) => answers.set(id, resolve));
    },
    onAttached: ((): unknown => undefined) as (sessionId: string) => unknown,
    onEvent: (() => undefined) as (sessionId: string, event: Message) => void,
    async close(): Promise<void> {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.close();
      await closed;
    },
  };
  const hear = (message: Message, sessionId: string): void => {
    if (message.id !== undefined) answers.get(message.id)?.(message.result);
    else connection.onEvent(sessionId, message);
  };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Message;
    const { method, params = {} } = message;
    const sessionId = String(params['sessionId']);
    if (method === 'NodeWorker.attachedToWorker') connection.onAttached(sessionId);
    else if (method === 'NodeWorker.receivedMessageFromWorker')
      hear(JSON.parse(String(params['message'])) as Message, sessionId);
    else if (message.id !== undefined) hear(message, '');
  });
  return connection;
}

function readMap({ sourceMapURL }: Script): SourceMap | undefined {
  const data = /^data:application\/json;base64,(.*)$/s.exec(sourceMapURL)?.[1];
  if (data === undefined) return undefined;
  return new SourceMap(JSON.parse(Buffer.from(data, 'base64').toString()));
}

/** The first place in the compiled script that comes from the line. */
function findGenerated(
  map: SourceMap,
  { source, line }: { readonly source: string; readonly line: number },
): { lineNumber: number; columnNumber: number } | undefined {
  const lineCount = map.payload.mappings.split(';').length;
  for (let lineNumber = 0; lineNumber < lineCount; lineNumber += 1)
    for (let columnNumber = 0; columnNumber < 200; columnNumber += 1) {
      const entry = map.findEntry(lineNumber, columnNumber);
      if (!('originalSource' in entry) || entry.generatedLine !== lineNumber) continue;
      if (entry.originalSource === source && entry.originalLine === line - 1)
        return { lineNumber, columnNumber: entry.generatedColumn };
    }
  return undefined;
}
