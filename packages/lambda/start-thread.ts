import { type MessagePort, Worker } from 'node:worker_threads';

import type { Board } from './board.ts';
import type { BuiltCode } from './bundle.ts';
import { sealEnvironment } from './environment.ts';
import type { InstanceStart } from './instance-start.ts';
import type { FunctionLogLine } from './log-line.ts';
import { NO_DEADLINES } from './deadlines.ts';
import type { Debugging } from './debugging.ts';
import type { Deadlines } from '../core/ports.ts';
import type { FunctionDefinition } from '../core/stack/function.ts';
import type { OwnApis } from './own-apis.ts';
import type { RuntimePackages } from './runtime-packages.ts';

/** Lambda's; shown to a handler without a deadline. */
const MAX_TIMEOUT_MS = 900_000;

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
  readonly accessKey: { readonly id: string; readonly secret: string };
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly log: (line: FunctionLogLine) => void;
  readonly deadlines: Deadlines;
  /** Undefined: debugging is off. */
  readonly debugging?: Debugging | undefined;
};

export function startThread(
  program: ThreadProgram,
  port: MessagePort,
  reports: MessagePort,
  board: Board,
  { requestIdSeed, logStreamName }: Pick<InstanceStart, 'requestIdSeed' | 'logStreamName'>,
): Worker {
  const { definition, built, taskRoot, controlUrl, accessKey } = program;
  const logGroupName = `/aws/lambda/${definition.name}`;
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
    logGroupName,
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
  };
  return new Worker(program.workerFile, {
    name: definition.name,
    workerData: start,
    transferList: [port, reports],
    env: sealEnvironment(definition, {
      taskRoot,
      logGroupName,
      logStreamName,
      controlUrl,
      accessKey,
      extra: program.extraEnvironment,
    }),
    execArgv: [],
    argv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: definition.memorySizeMb },
  });
}
