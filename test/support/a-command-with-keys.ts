/**
 * Reads keys as `gatewright start` does, and prints the action of each. `r` crashes, and `q` ends the process as SIGINT
 * and SIGTERM do.
 */
import { openTerminal } from '../../packages/gatewright/command/start/own-terminal.ts';
import { openKeys } from '../../packages/gatewright/command/start/key-reader.ts';

const running = setInterval(() => undefined, 1_000);
const terminal = openTerminal();
const keys =
  terminal &&
  openKeys(terminal, (action) => {
    console.log(`pressed ${action}`);
    if (action === 'reload') throw new Error('a crash');
    if (action === 'quit') end();
  });
const end = (): void => {
  keys?.close();
  clearInterval(running);
  console.log('ended well');
};
process.once('SIGINT', end);
process.once('SIGTERM', end);
process.on('SIGCONT', () => console.log('goes on'));
console.log(terminal === undefined ? 'without keys' : 'ready');
