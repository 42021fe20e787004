import { enableCompileCache, flushCompileCache, setSourceMapsSupport } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { openBoard } from '../thread/board.ts';
import type { InstanceReport, InstanceStart } from '../thread/instance-start.ts';
import { captureChildOutput } from './child-output.ts';
import { readBundles, type ReadBundle } from './evaluate-bundle.ts';
import { EventLoop } from './event-loop.ts';
import { findReported, messageOf, RuntimeError, toFailure } from './failure.ts';
import { loadHandler } from './load-handler.ts';
import { hookModules, type LoadedModules } from './modules.ts';
import { rerouteFetch, rerouteHttp } from './network.ts';
import { OwnApiConnections } from './own-apis.ts';
import { FunctionOutput } from './output.ts';
import { OwnPorts } from './own-ports.ts';
import { RefusedEndpoints } from './refused-endpoints.ts';
import { layerRoots } from '../code/layer-folders.ts';
import { announceReads } from './read-files.ts';
import { makeFilesReadOnly } from './read-only-files.ts';
import { awslambda } from './response-stream.ts';
import { installVirtualDate } from './virtual-date.ts';

type InstancePlace = {
  readonly seal: (start: InstanceStart, output: FunctionOutput) => void;
  readonly isProcess: boolean;
  readonly exit: (code: number) => void;
};

export async function runInstance(start: InstanceStart, place: InstancePlace): Promise<void> {
  const board = openBoard(start.board);
  const output = new FunctionOutput(start.reports, board.unreadLines, start.runtime);
  const events = new EventLoop(start, board, output);
  const bundles = start.code.kind === 'bundle' ? readBundles(start.code) : [];
  const report = (message: InstanceReport): void => start.reports.postMessage(message);

  installVirtualDate(start.clockOffset);
  output.install();
  place.seal(start, output);
  if (start.readOnly) makeFilesReadOnly([start.taskRoot, ...layerRoots(start)]);
  // The object is a copy that can be changed, because the AWS SDK stores state in it.
  Object.assign(globalThis, { awslambda: { ...awslambda } });
  announceCrashes((error, exitCode, isTold = true) => {
    output.reportError(error);
    const payload = JSON.stringify(toFailure(error));
    if (isTold && !events.fail(payload)) report({ kind: 'init-failed', payload });
    place.exit(exitCode);
  });
  const onLoad = inBatches((files) => report({ kind: 'loaded', files }));
  const modules = prepareModules(start, bundles, { output, isProcess: place.isProcess, onLoad });
  const endReads = announceReads(start.taskRoot, onLoad);
  try {
    const handler = await loadHandler(start, bundles, modules);
    endReads();
    // Like Lambda's runtime, the instance requests its first event one turn later. If a promise is rejected in the
    // meantime, the start of the instance fails.
    await setImmediate();
    events.serve(handler);
    report({ kind: 'ready' });
    // The cache is written now, because a thread that is terminated does not write it.
    if (start.code.kind === 'bundle' && start.code.compileCache !== undefined)
      globalThis.setImmediate(flushCompileCache);
  } catch (error) {
    output.reportError(error);
    report({ kind: 'init-failed', payload: JSON.stringify(toFailure(error)) });
  }
}

function prepareModules(
  start: InstanceStart,
  bundles: readonly ReadBundle[],
  {
    output,
    isProcess,
    onLoad,
  }: {
    readonly output: FunctionOutput;
    readonly isProcess: boolean;
    readonly onLoad: (file: string) => void;
  },
): LoadedModules {
  const { code, layers, runtime, runtimePackages, controlUrl, accessKeyId, standIns, sourceMaps } = start;
  if (sourceMaps) setSourceMapsSupport(true);
  if (code.kind === 'bundle' && code.compileCache !== undefined) enableCompileCache(code.compileCache);
  const ownApis =
    start.ownApis && new OwnApiConnections(start.ownApis, (message) => output.report('WARN', message));
  const refused = new RefusedEndpoints(
    (message) => output.report('WARN', message),
    () => output.requestId,
  );
  const control =
    controlUrl === undefined ? undefined : { url: controlUrl, accessKeyId, standIns, ownApis, refused };
  if (control !== undefined) rerouteFetch(control);
  const patched = new Set<string>();
  const ports = new OwnPorts((message) => output.report('WARN', message));
  return hookModules({
    layers,
    runtime,
    runtimePackages,
    taskRoot: start.taskRoot,
    bundles: new Map(bundles.map(({ address, text }) => [pathToFileURL(address).href, text])),
    isModule: code.kind === 'bundle' && code.format === 'esm',
    onLoad,
    onBuiltin: (name) => {
      if (name === 'child_process') {
        // The output of child programs is captured only in threads. In a process, child programs that inherit the
        // streams write to the streams of this process.
        if (!isProcess && isFirst(patched, name)) captureChildOutput(output);
        return;
      }
      ports.patch();
      if (name === 'net') return;
      if (name !== 'http') ownApis?.patch();
      if (control !== undefined && /^https?$/.test(name) && isFirst(patched, 'http')) rerouteHttp(control);
    },
  });
}

/** Passes items on together, after the code that is running now. */
function inBatches(send: (items: readonly string[]) => void): (item: string) => void {
  let batch: string[] = [];
  return (item) => {
    batch.push(item);
    if (batch.length > 1) return;
    queueMicrotask(() => {
      send(batch);
      batch = [];
    });
  };
}

function isFirst(seen: Set<string>, name: string): boolean {
  const isNew = !seen.has(name);
  seen.add(name);
  return isNew;
}

const FRAME = /^\s+at /;

/** Node's exit code for a listener of uncaught exceptions that fails itself. */
const EXIT_LISTENER_FAILED = 7;

/**
 * Makes an uncaught error end the instance, as in Lambda, with the exit codes of Lambda's runtime. If a thrown value
 * cannot become the message of a log line, such as a symbol, Lambda's runtime ends without telling Lambda the error.
 */
function announceCrashes(crash: (error: unknown, exitCode: number, isTold?: boolean) => void): void {
  process.on('uncaughtException', (thrown: unknown) => {
    const error = findReported(thrown);
    if (Object.is(error, thrown)) crash(error, 129);
    else crash(error, EXIT_LISTENER_FAILED, false);
  });
  process.on('unhandledRejection', (reason) => {
    const error = new RuntimeError('UnhandledPromiseRejection', messageOf(reason));
    // The stack frames of the reason name the handler's code. Lambda logs these frames, too.
    const frames = framesOf(reason);
    if (frames.length > 0) error.stack = [String(error), ...frames].join('\n');
    crash(error, 128);
  });
}

function framesOf(reason: unknown): readonly string[] {
  const stack: unknown = reason instanceof Error ? reason.stack : undefined;
  return typeof stack === 'string' ? stack.split('\n').filter((line) => FRAME.test(line)) : [];
}
