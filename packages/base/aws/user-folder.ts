import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for data of one user: `GATEWRIGHT_HOME`, otherwise `~/.gatewright`. An empty variable counts as unset;
 * otherwise secrets would be written into the project's folder.
 */
export function userFolder({
  GATEWRIGHT_HOME: home = '',
}: Readonly<Record<string, string | undefined>>): string {
  return home === '' ? join(homedir(), '.gatewright') : home;
}
