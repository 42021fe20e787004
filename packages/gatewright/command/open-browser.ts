/** Opens an address in the browser of whoever sits here, as each system does it. */
import { spawn } from 'node:child_process';
import { remark } from '../../terminal/output.ts';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // The empty text is the title of the window that `start` would take the address for.
  win32: ['cmd', '/c', 'start', ''],
};

/** What cannot be opened is no fault of the start: the address stands above. */
export function openBrowser(url: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => remark(`${program} cannot be run; open the console by its address`));
  child.unref();
}
