#!/usr/bin/env node
/** `conformance run --target NAME`: cases against an emulator or AWS. */
import { runCommand } from './run-command.ts';

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, process.cwd());
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
