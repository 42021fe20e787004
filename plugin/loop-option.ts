/** What a day's work needs of a start, under every command: the gateway's name, what tables begin with, what is kept to be explained. */
import { OptionError, readText } from './option-values.ts';
import type { CliOptions, OptionSchema } from './serverless.ts';
import type { StartSettings } from './settings.ts';

export const LOOP_OPTIONS = {
  name: {
    usage: 'How other commands call it by --gateway. Default: the name of the folder.',
    type: 'string',
  },
  seed: {
    usage: 'Folder whose files fill empty tables: orders.json, .yml or .ndjson for the table orders.',
    type: 'string',
  },
  record: {
    usage: 'How many requests to keep for `gatewright requests` and `explain`; 0 = none. Default: 2000.',
    type: 'string',
  },
} as const satisfies Readonly<Record<string, OptionSchema>>;

const MAX_RECORDS = 100_000;

/** @throws OptionError */
export function readLoop(given: CliOptions): Pick<StartSettings, 'name' | 'seed' | 'record'> {
  const name = readText('name', given['name']);
  const seed = readText('seed', given['seed']);
  const record = readRecord(given['record']);
  return {
    ...(name !== undefined && { name }),
    ...(seed !== undefined && { seed }),
    ...(record !== undefined && { record }),
  };
}

function readRecord(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (/^\d{1,6}$/.test(text) && Number(text) <= MAX_RECORDS) return Number(text);
  throw new OptionError(`record is a number from 0, which keeps none, to ${MAX_RECORDS}`);
}
