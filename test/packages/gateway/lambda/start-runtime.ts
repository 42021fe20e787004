/** Builders for tests of the function runtime: functions from text, a runtime that is closed after the suite. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InvocationResult } from '../../../../packages/gateway/core/ports.ts';
import type { FunctionLogLine } from '../../../../packages/gateway/lambda/function-log-line.ts';
import type { FunctionDefinition } from '../../../../packages/gateway/core/stack/function.ts';
import { createFunctionRuntime, type FunctionRuntime } from '../../../../packages/gateway/lambda/runtime.ts';
import type { FunctionRuntimeOptions } from '../../../../packages/gateway/lambda/runtime-options.ts';
import { atEndOfFile } from '../../../support/end-of-file.ts';

const runtimes: FunctionRuntime[] = [];
const folders: string[] = [];

atEndOfFile(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close()));
});
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A function whose handler is `index.handler` of the given JavaScript. */
export function anInlineFunction(
  name: string,
  source: string,
  changes: Partial<FunctionDefinition> = {},
): FunctionDefinition {
  return {
    name,
    arn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
    logicalId: 'TheFunction',
    stackName: 'test',
    region: 'eu-west-1',
    accountId: '123456789012',
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    timeoutSeconds: 3,
    memorySizeMb: 128,
    environment: {},
    code: { kind: 'inline', source },
    layers: [],
    place: { file: 'template.yml', line: 7, logicalId: 'TheFunction' },
    ...changes,
  };
}

/** Writes files below a new temporary folder; returns the folder. */
export function aFolder(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-lambda-'));
  writeFiles(folder, files);
  folders.push(folder);
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** A function with its code in a folder. */
export function aFolderFunction(
  directory: string,
  handler: string,
  changes: Partial<FunctionDefinition> & { esbuild?: Readonly<Record<string, unknown>> } = {},
): FunctionDefinition {
  const { esbuild, ...rest } = changes;
  return anInlineFunction(handler.replaceAll(/[^a-z0-9]/gi, '-'), '', {
    handler,
    code: { kind: 'directory', directory, esbuild },
    ...rest,
  });
}

export type StartedRuntime = {
  readonly runtime: FunctionRuntime;
  readonly lines: FunctionLogLine[];
  readonly clockOffset: SharedArrayBuffer;
  readonly invoke: (functionName: string, event?: unknown, timeoutMs?: number) => Promise<InvocationResult>;
};

export async function startRuntime(
  definitions: readonly FunctionDefinition[],
  changes: Partial<FunctionRuntimeOptions> = {},
): Promise<StartedRuntime> {
  const lines: FunctionLogLine[] = [];
  const clockOffset = new SharedArrayBuffer(8);
  const runtime = await createFunctionRuntime({
    clockOffset,
    controlUrl: () => undefined,
    keyPairOf: () => ({ accessKeyId: 'LOCALKEY', secretAccessKey: 'local-secret' }),
    extraEnvironment: {},
    cacheDirectory: aFolder({}),
    log: (line) => lines.push(line),
    maxInstances: 8,
    reload: false,
    ...changes,
  });
  runtimes.push(runtime);
  await runtime.define(definitions);
  return {
    runtime,
    lines,
    clockOffset,
    invoke: (functionName, event = {}, timeoutMs = 10_000) =>
      runtime.invoke({
        functionName,
        payload: JSON.stringify(event),
        timeoutMs,
        traceHeader: 'Root=1-67891233-abcdef012345678912345678',
      }),
  };
}

/** The result as a value; anything but `returned` fails the test with what came instead. */
export function returned(result: InvocationResult): unknown {
  if (result.kind !== 'returned') throw new Error(`not returned: ${JSON.stringify(result)}`);
  return JSON.parse(result.payload);
}

/** The `failed` result; anything else fails the test. */
export function failed(result: InvocationResult): InvocationResult & { kind: 'failed' } {
  if (result.kind !== 'failed') throw new Error(`not failed: ${JSON.stringify(result)}`);
  return result;
}
