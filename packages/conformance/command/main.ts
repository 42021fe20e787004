#!/usr/bin/env node
/** `conformance run --target NAME`: runs cases against an emulator or AWS. */
import { runCommand } from './run-command.ts';

const INTERRUPTED = 130;

// Processes that a target has started end when this process exits (`targets/child-process.ts`), but not when it gets a
// signal, so a signal must exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, process.cwd());
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
