/** The command when its first word is `start`, of which the package has a bundle (bundle-start.ts). */
import { addJson } from './json-option.ts';
import { runProcess } from './run-command-line.ts';
import { startCommand } from './start/start.ts';

void runProcess(new Map([['start', () => Promise.resolve(addJson(startCommand()))]]));
