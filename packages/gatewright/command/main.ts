#!/usr/bin/env node
import './compiled-code.cjs';
import { COMMANDS } from './commands.ts';
import { runProcess } from './run-command-line.ts';

await runProcess(COMMANDS);
