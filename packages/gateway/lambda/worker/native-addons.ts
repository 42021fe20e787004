/**
 * Protects the gateway from native addons that end the process in which a second thread loads them, as aws-crt does
 * (awslabs/aws-crt-nodejs#286 and #452). No exception can prevent that, so another process tries each addon first.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCached, writeCached } from '@gatewright/aws/cache-files';
import { hash } from '@gatewright/aws/file-marks';
import { standIn } from './stand-in.ts';

type Ended = { readonly status: number | null; readonly error?: Error | undefined };

/** Loads an addon in one thread, and then in two threads at once. An addon's error does not end the process. */
const TRIAL = `
const { Worker } = require('node:worker_threads');
const inThread = 'const { parentPort, workerData } = require("node:worker_threads");' +
  'try { process.dlopen({ exports: {} }, workerData) } catch {} parentPort.postMessage(0)';
const load = () => new Promise((done) => {
  const worker = new Worker(inThread, { eval: true, workerData: process.argv[1] });
  worker.once('error', done);
  worker.once('message', () => worker.terminate().then(done));
});
load().then(() => Promise.all([load(), load()])).then(() => process.exit(0));
`;
const MAX_TRIAL_MS = 10_000;
// These are the real functions. Code that runs in the thread may later replace them in the modules.
const run = spawnSync;
const look = statSync;

/**
 * Makes the thread refuse addons that would end the gateway. Packages with a fallback then use it.
 * @param endures returns whether a process survives when several threads load the addon
 */
export function shieldAddons(endures: (file: string) => boolean = enduresThreads): void {
  const load = process.dlopen.bind(process);
  const replacement = (module: object, file: string, ...flags: number[]): void => {
    if (!endures(file))
      throw Object.assign(
        new Error(
          `${file} ends the process in which a second thread loads it, so it was not loaded; start with --isolation process`,
        ),
        { code: 'ERR_DLOPEN_FAILED' },
      );
    load(module, file, ...flags);
  };
  process.dlopen = standIn(replacement, Reflect.get(process, 'dlopen'));
}

/** Tries the addon in another process, and remembers the result until the file changes. */
function enduresThreads(file: string): boolean {
  const stats = look(file, { throwIfNoEntry: false });
  // If the file does not exist, Node.js itself reports this.
  if (stats === undefined) return true;
  const cache = {
    folder: join(tmpdir(), `gatewright-addons-${process.getuid?.() ?? ''}`),
    mostFiles: 1_000,
    mostBytes: 100_000,
  };
  const name = hash([file, String(stats.mtimeMs), String(stats.size), process.version]);
  const known = readCached(cache, name);
  if (known !== undefined) return known === 'endures';
  const hasEndured = readTrial(tryAddon(file));
  writeCached(cache, name, hasEndured ? 'endures' : 'ends');
  return hasEndured;
}

function tryAddon(file: string): Ended {
  return run(process.execPath, ['-e', TRIAL, file], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'ignore',
    timeout: MAX_TRIAL_MS,
  });
}

/** A trial that could not be made, or took too long, says nothing about the addon. */
export function readTrial({ status, error }: Ended): boolean {
  return error !== undefined || status === 0;
}
