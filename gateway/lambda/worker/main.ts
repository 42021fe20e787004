/** Entry of an instance's thread: seals it, loads the handler, then takes one event after another. */
import { readFileSync } from 'node:fs';
import {
  enableCompileCache,
  flushCompileCache,
  setSourceMapsSupport,
  syncBuiltinESMExports,
} from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { workerData } from 'node:worker_threads';

import { openBoard } from '../board.ts';
import { type InstanceReport, type InstanceStart, readInstanceStart } from '../instance-start.ts';
import { catchChildOutput } from './child-output.ts';
import { EventLoop } from './event-loop.ts';
import { RuntimeError, toFailure } from './failure.ts';
import { loadHandler } from './load-handler.ts';
import { hookModules } from './modules.ts';
import { rerouteFetch, rerouteHttp } from './network.ts';
import { FunctionOutput } from './output.ts';
import { shieldProcess } from './own-process.ts';
import { awslambda } from './response-stream.ts';
import { installVirtualDate } from './virtual-date.ts';

const start = readInstanceStart(workerData);
const board = openBoard(start.board);
const output = new FunctionOutput(start.reports, board.unreadLines, start.runtime);
const events = new EventLoop(start, board, output);
const bundleText = start.code.kind === 'bundle' ? readFileSync(start.code.bundleFile, 'utf8') : '';

installVirtualDate(start.clockOffset);
output.install();
sealProcess(start);
announceCrashes();
prepareModules(start);
await initialise(start);

async function initialise({ code }: InstanceStart): Promise<void> {
  try {
    const handler = await loadHandler(start, bundleText);
    // Lambda's runtime asks for its first event a turn later too: what was rejected meanwhile fails the start.
    await setImmediate();
    events.serve(handler);
    report({ kind: 'ready' });
    // A terminated thread writes nothing, so the cache is written now.
    if (code.kind === 'bundle' && code.compileCache !== undefined) globalThis.setImmediate(flushCompileCache);
  } catch (error) {
    output.reportError(error);
    report({ kind: 'init-failed', payload: JSON.stringify(toFailure(error)) });
  }
}

function report(message: InstanceReport): void {
  start.reports.postMessage(message);
}

function prepareModules(start: InstanceStart): void {
  const { code, layers, runtime, runtimePackages, controlUrl, accessKeyId, standIns, sourceMaps } = start;
  if (sourceMaps) setSourceMapsSupport(true);
  if (code.kind === 'bundle' && code.compileCache !== undefined) enableCompileCache(code.compileCache);
  const control = controlUrl === undefined ? undefined : { url: controlUrl, accessKeyId, standIns };
  if (control !== undefined) rerouteFetch(control);
  const patched = new Set<string>();
  hookModules({
    layers,
    runtime,
    runtimePackages,
    bundle:
      code.kind === 'bundle' && code.format === 'esm'
        ? { url: pathToFileURL(code.address).href, text: bundleText }
        : undefined,
    onBuiltin: (name) => {
      const what = name === 'child_process' ? name : 'http';
      if (patched.has(what)) return;
      patched.add(what);
      if (what === 'child_process') catchChildOutput(output);
      else if (control !== undefined) rerouteHttp(control);
    },
  });
}

/** What Lambda has that a thread would take from the gateway's process. */
function sealProcess({ taskRoot }: InstanceStart): void {
  // Otherwise the AWS SDK reads the developer's ~/.aws.
  process.getBuiltinModule('node:os').homedir = () => '/home/sbx_user1051';
  shieldProcess((message) => output.report('WARN', message));
  syncBuiltinESMExports();
  process.cwd = () => taskRoot;
  if (!/^:?(?:UTC|Etc\/UTC)?$/.test(process.env['TZ'] ?? '')) {
    output.report('WARN', `TZ=${process.env['TZ'] ?? ''} has no effect: threads share one time zone, UTC`);
  }
  // The AWS SDK assigns to it, and hangs a store of its own on it.
  Object.assign(globalThis, { awslambda: { ...awslambda } });
  process.on('newListener', (name: string | symbol) => {
    if (typeof name === 'string' && /^SIG[A-Z]/.test(name)) {
      output.report('WARN', `${name} never arrives here: a function runs in a worker thread of the gateway`);
    }
  });
}

/** An error nobody caught ends the instance, as at Lambda; exit codes are those of Lambda's runtime. */
function announceCrashes(): void {
  process.on('uncaughtException', (error) => crash(error, 129));
  process.on('unhandledRejection', (reason) => {
    crash(new RuntimeError('UnhandledPromiseRejection', String(reason)), 128);
  });
}

function crash(error: Error, exitCode: number): void {
  output.reportError(error);
  const payload = JSON.stringify(toFailure(error));
  if (!events.fail(payload)) report({ kind: 'init-failed', payload });
  process.exit(exitCode);
}
