import { type MessagePort, Worker } from 'node:worker_threads';

import type { Board } from './board.ts';
import type { BuiltCode } from '../build/bundle.ts';
import { sealEnvironment } from '../environment.ts';
import type { InstanceStart, LateStart, WaitingStart } from './instance-start.ts';
import type { FunctionLogLine } from '../function-log-line.ts';
import { NO_DEADLINES } from '../invocation/deadlines.ts';
import type { Debugging } from '../debugging.ts';
import type { Deadlines } from '../../core/ports.ts';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import type { OwnApis } from '../own-apis.ts';
import type { RuntimePackages } from '../code/runtime-packages.ts';
import { MAX_TIMEOUT_MS } from '../../core/stack/function.ts';

export type ThreadProgram = {
  readonly definition: FunctionDefinition;
  readonly built: BuiltCode;
  readonly taskRoot: string;
  readonly workerFile: string;
  readonly clockOffset: SharedArrayBuffer;
  readonly controlUrl: string | undefined;
  readonly runtimePackages: RuntimePackages;
  readonly standIns: readonly string[];
  readonly ownApis: OwnApis | undefined;
  readonly readOnly: boolean;
  readonly accessKey: { readonly id: string; readonly secret: string };
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly log: (line: FunctionLogLine) => void;
  /** Called with the files that an instance has loaded; absent if they are not watched. */
  readonly noteLoaded?: ((files: readonly string[]) => void) | undefined;
  readonly deadlines: Deadlines;
  /** The debugging connection; undefined if debugging is off. */
  readonly debugging?: Debugging | undefined;
  /** Supplies a thread that waits for its code. */
  readonly spare?: { readonly take: () => Worker | undefined } | undefined;
};

/** Starts an instance's thread, or uses the thread that waits for its code if there is one. */
export function startThread(
  program: ThreadProgram,
  port: MessagePort,
  reports: MessagePort,
  board: Board,
  { requestIdSeed, logStreamName }: Pick<InstanceStart, 'requestIdSeed' | 'logStreamName'>,
): Worker {
  const { definition, built, taskRoot, controlUrl, accessKey } = program;
  const start: InstanceStart = {
    port,
    reports,
    board: board.memory,
    clockOffset: program.clockOffset,
    requestIdSeed,
    functionName: definition.name,
    functionArn: definition.arn,
    runtime: definition.runtime,
    memorySizeMb: definition.memorySizeMb,
    timeoutMs: program.deadlines === NO_DEADLINES ? MAX_TIMEOUT_MS : definition.timeoutSeconds * 1000,
    stoodMs: program.debugging?.stoodMs,
    logGroupName: logGroupOf(definition),
    logStreamName,
    taskRoot,
    handler: definition.handler,
    code: built.code,
    sourceMaps: built.sourceMaps,
    layers: definition.layers,
    runtimePackages: program.runtimePackages,
    controlUrl,
    accessKeyId: accessKey.id,
    standIns: program.standIns,
    ownApis: program.ownApis,
    readOnly: program.readOnly,
  };
  const transferred = [port, reports];
  const options = optionsOf(program, logStreamName);
  const waiting = program.spare?.take();
  if (waiting === undefined)
    return new Worker(program.workerFile, { ...options, workerData: start, transferList: transferred });
  const late: LateStart = { start, environment: options.env };
  waiting.postMessage(late, transferred);
  return waiting;
}

/** Boots a thread that waits for its code. */
export function bootThread(program: ThreadProgram): Worker {
  const waiting: WaitingStart = { kind: 'waiting', builtins: program.built.builtins };
  return new Worker(program.workerFile, { ...optionsOf(program, ''), workerData: waiting });
}

function optionsOf(program: ThreadProgram, logStreamName: string) {
  const { definition, taskRoot, controlUrl, accessKey } = program;
  return {
    name: definition.name,
    env: sealEnvironment(definition, {
      taskRoot,
      logGroupName: logGroupOf(definition),
      logStreamName,
      controlUrl,
      accessKey,
      extra: program.extraEnvironment,
    }),
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryLimitMb(program) },
  };
}

/** Returns the memory that an instance may use: `MemorySize`, and the memory of the gateway's own source maps. */
export function memoryLimitMb({ definition, built }: Pick<ThreadProgram, 'definition' | 'built'>): number {
  return definition.memorySizeMb + built.mapsMb;
}

const logGroupOf = ({ name }: FunctionDefinition): string => `/aws/lambda/${name}`;
