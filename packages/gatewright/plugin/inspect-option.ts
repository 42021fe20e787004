/**
 * Defines the options for a debugger. In osls the value of an option cannot be optional, so there is a separate option
 * for the port.
 */
import { DEBUGGER_PORT, START_OPTIONS } from '../../gateway/engine/start-options.ts';
import { readFlag, readOption } from './option-values.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

export const INSPECT_OPTIONS = {
  inspect: { usage: 'Let a debugger attach, on loopback.', type: 'boolean' },
  'inspect-brk': {
    usage: 'Wait for a debugger on loopback, and pause each function at its first line.',
    type: 'boolean',
  },
  'inspect-port': {
    usage: `Port for the debugger; 0 picks a free port. Default: ${DEBUGGER_PORT}.`,
    type: 'string',
  },
} satisfies Readonly<Record<string, OptionSchema>>;

/**
 * Reads the options for a debugger.
 * @throws OptionError if a value is invalid
 */
export function readInspect(given: CliOptions): Pick<StartSettings, 'inspect'> {
  const breaks = readFlag('--inspect-brk', given['inspect-brk']);
  const isWanted = breaks || readFlag('--inspect', given['inspect']);
  const port = readOption('--inspect-port', START_OPTIONS.port, given['inspect-port']) ?? DEBUGGER_PORT;
  return isWanted ? { inspect: { port, breaks } } : {};
}
