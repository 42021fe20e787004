#!/usr/bin/env node
/** `conformance run --target NAME`: cases against an emulator or AWS. */
import { runCommand } from './run-command.ts';

const INTERRUPTED = 130;

// Whatever a target has started ends with this process (`targets/child-process.ts`), not with a signal to it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, process.cwd());
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
