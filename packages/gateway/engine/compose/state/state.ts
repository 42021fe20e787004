import { isAbsolute } from 'node:path';
import { asList, isJsonObject } from '@gatewright/aws/json-object';
import { type ControlReply, type ControlRequest, jsonReply } from '../../../core/api-call.ts';
import { StartError, InvalidRequest } from '../../../core/errors.ts';
import { readStateFile, StateFileError, writeStateFile } from '../../../kernel/files/state-file.ts';
import type { MoreEndpoints } from '../../../server/control-port/local-endpoints.ts';
import type { Parts } from '../parts.ts';
import { STATE_PARTS } from './state-parts.ts';

export function openStateApi(parts: Parts): MoreEndpoints {
  return async (request, path) => {
    const run = RUNS.get(`${request.method} ${path}`);
    if (run === undefined) return undefined;
    const file = readFileName(request);
    if (file === undefined) return jsonReply(400, { message: 'Expected {"file": absolute path}' });
    try {
      return jsonReply(200, await parts.journal.inTurn(() => run(file, parts)));
    } catch (error) {
      return refuse(error);
    }
  };
}

const RUNS = new Map([
  ['POST data/save', save],
  ['POST data/load', load],
]);

function refuse(error: unknown): ControlReply {
  if (error instanceof StateFileError || error instanceof InvalidRequest || error instanceof StartError)
    return jsonReply(409, { message: error.message });
  throw error;
}

function readFileName({ body }: ControlRequest): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    const file = isJsonObject(value) ? value['file'] : undefined;
    return typeof file === 'string' && isAbsolute(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

async function save(file: string, parts: Parts): Promise<object> {
  const state: Record<string, unknown> = {};
  for (const { key, save: saveOf } of STATE_PARTS) state[key] = await saveOf(parts);
  const bytes = await writeStateFile(file, state);
  return { file, bytes, ...count(state) };
}

/**
 * Loads a state file. Before anything is changed, the whole file is validated, and its calls are replayed on a copy of
 * the stacks.
 */
async function load(file: string, parts: Parts): Promise<object> {
  if (parts.journal.calls?.length !== 0)
    throw new StateFileError(
      'calls have already changed the control plane of this gateway, for example its APIs, keys or functions; restart the gateway, then load the file',
    );
  const state = await readStateFile(file);
  const loads: (() => unknown)[] = [];
  for (const { key, check } of STATE_PARTS) loads.push(await check(state[key], parts));
  const left: unknown[] = [];
  for (const loadOf of loads) left.push(...asList(await loadOf()));
  return { file, ...count(state), left };
}

function count({ tables, calls }: Readonly<Record<string, unknown>>): object {
  const items = asList(tables).reduce<number>(
    (sum, table) => sum + asList(isJsonObject(table) ? table['items'] : undefined).length,
    0,
  );
  return { tables: asList(tables).length, items, calls: asList(calls).length };
}
