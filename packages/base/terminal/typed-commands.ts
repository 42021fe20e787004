/** Commands in texts, as the reader has to type them. */

/** The commands of `gatewright`. The table of the command line has a loader for each of them. */
export const COMMAND_NAMES = [
  'start',
  'console',
  'routes',
  'token',
  'send',
  'mcp',
  'invoke',
  'events',
  'logs',
  'clock',
  'data',
  'env',
  'certs',
  'requests',
  'explain',
  'replay',
  'export',
  'waf',
  'init',
  'access',
  'keys',
  'customers',
  'plan',
  'quota',
  'usage',
  'portal',
  'check',
  'package',
  'doctor',
  'attach',
  'detach',
  'canary',
  'rollback',
  'failures',
  'cache',
  'breakers',
  'completion',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];

/** Whether this file belongs to a package that is installed in a service. */
export const IS_INSTALLED = import.meta.url.includes('/node_modules/');
export const INSTALLED_NAME = 'npx gatewright';

/** Matches `gatewright` before the name of a command, unless it already is as it has to be typed. */
const COMMAND = new RegExp(
  String.raw`(?<![\w/@.'-]|npx |-- |-p gatewright )gatewright(?= (?:${COMMAND_NAMES.join('|')})\b)`,
  'g',
);

/** A package that is a dependency of a service has no command in the shell's PATH, so it is called by npx. */
export function asTyped(text: string, isInstalled = IS_INSTALLED): string {
  return isInstalled ? text.replace(COMMAND, INSTALLED_NAME) : text;
}
