/** The command if its first word is `start`. The package contains a bundle for it (bundle-start.ts). */
import { addJson } from './json-option.ts';
import { runProcess } from './run-command-line.ts';
import { startCommand } from './start/start.ts';

void runProcess(new Map([['start', () => Promise.resolve(addJson(startCommand()))]]));
