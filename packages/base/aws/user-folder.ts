import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What is kept for a user: `GATEWRIGHT_HOME`, else `~/.gatewright`. Empty is unset, or secrets would be written
 * into the project's folder.
 */
export function userFolder({
  GATEWRIGHT_HOME: home = '',
}: Readonly<Record<string, string | undefined>>): string {
  return home === '' ? join(homedir(), '.gatewright') : home;
}
