import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the folder for data of one user: `GATEWRIGHT_HOME` if it is set, else `~/.gatewright`. An empty variable
 * counts as unset, because secrets would otherwise be written into the project's folder.
 */
export function userFolder({
  GATEWRIGHT_HOME: home = '',
}: Readonly<Record<string, string | undefined>>): string {
  return home === '' ? join(homedir(), '.gatewright') : home;
}
