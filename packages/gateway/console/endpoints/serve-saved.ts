/** `console/saved`: shows, adds and removes the project's saved requests. */
import { jsonReply } from '../../core/api-call.ts';
import { InvalidRequest } from '../../core/errors.ts';
import {
  addSavedRequests,
  hideSecrets,
  parseSavedRequests,
  printSavedRequests,
  readSavedRequest,
} from './saved-requests.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { ControlReply } from '../../core/api-call.ts';
import type { Redactor } from '../records/redact.ts';
import type { SavedList, SavedRequest } from './inspect-model.ts';

export interface SavedRequestsFile {
  /** The file name for messages: `gatewright.requests.json`. */
  readonly name: string;
  /**
   * Returns undefined if there is no file yet.
   * @throws InvalidRequest if it is not an ordinary file, or too large
   */
  read(): Promise<string | undefined>;
  /**
   * Changes the file. Changes run one after another, each on the previous result. Nothing is written if `make` throws.
   */
  change(make: (text: string | undefined) => string): Promise<void>;
}

/** @param change undefined changes nothing; otherwise `{"add": [request…]}` or `{"remove": name}` */
export async function serveSaved(
  file: SavedRequestsFile,
  change: UnknownMembers | undefined,
  redactor: Redactor,
): Promise<ControlReply> {
  try {
    if (change !== undefined)
      await file.change((text) => printSavedRequests(apply(read(text, file), change, redactor)));
    const saved: SavedList = { file: file.name, requests: read(await file.read(), file) };
    return jsonReply(200, saved);
  } catch (error) {
    if (error instanceof InvalidRequest) return jsonReply(400, { message: error.message });
    throw error;
  }
}

function read(text: string | undefined, { name }: SavedRequestsFile): readonly SavedRequest[] {
  return text === undefined ? [] : parseSavedRequests(text, name);
}

/**
 * Adds or removes saved requests.
 * @throws InvalidRequest if a request to add is invalid, or there are too many
 */
function apply(
  before: readonly SavedRequest[],
  { add, remove }: UnknownMembers,
  redactor: Redactor,
): readonly SavedRequest[] {
  return typeof remove === 'string'
    ? before.filter(({ name }) => name !== remove)
    : addSavedRequests(before, readAdded(add, redactor));
}

function readAdded(add: unknown, redactor: Redactor): readonly SavedRequest[] {
  const added = Array.isArray(add) ? add.map(readSavedRequest) : [];
  if (added.length === 0 || added.includes(undefined))
    throw new InvalidRequest(
      'Expected {"remove": name} or {"add": [{"name", "api", "stage", "method", "target", "headers", "as", "body"}]}.',
    );
  return added.flatMap((one) => (one === undefined ? [] : [hideSecrets(one, redactor)]));
}
