import { spawn } from 'node:child_process';
import { printNotes } from '../../../base/terminal/output.ts';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // The empty argument is the window title. Without it, `start` would use the address as the title.
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens the address in the user's browser. If this fails, the command still succeeds, because it has already printed
 * the address.
 */
export function openBrowser(url: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => printNotes(`${program} failed to start; open the console at its address`));
  child.unref();
}
