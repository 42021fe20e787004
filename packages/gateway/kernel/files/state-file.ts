/**
 * The file of `gatewright data save`. It contains a header line, then the state as JSON. An incomplete file is refused
 * as a whole.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { writeSecretFile } from './secret-file.ts';

const FORMAT = 'gatewright-data';
const VERSION = 1;
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_HEADER_BYTES = 1024;

/** The error for an invalid file or state. The message is a sentence. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
  readonly code = 'STATE_FILE';
}

/**
 * Writes the file completely or not at all. Only the owner can read the file, because it contains keys.
 * @throws StateFileError if the state is too large, or if the file cannot be written
 */
export async function writeStateFile(path: string, state: UnknownMembers): Promise<number> {
  const body = Buffer.from(`${JSON.stringify(state)}\n`);
  if (body.length > MAX_BYTES)
    throw new StateFileError(`the state has ${body.length} bytes; at most ${MAX_BYTES} can be saved`);
  if (!(await mayReplace(path)))
    throw new StateFileError(`${path} exists and was not written by gatewright; choose another file`);
  const header = { format: FORMAT, version: VERSION, bytes: body.length, sha256: hash(body) };
  try {
    await writeSecretFile(path, `${JSON.stringify(header)}\n${body.toString()}`);
  } catch (error) {
    throw new StateFileError(`${path} cannot be written: ${messageOf(error)}`);
  }
  return body.length;
}

/**
 * Reads a state file.
 * @throws StateFileError if the file is missing, truncated, changed, of another version, or not a state file
 */
export async function readStateFile(path: string): Promise<UnknownMembers> {
  let content: Buffer;
  try {
    content = await readAll(path);
  } catch (error) {
    throw error instanceof StateFileError
      ? error
      : new StateFileError(`${path} cannot be read: ${messageOf(error)}`);
  }
  const end = content.subarray(0, MAX_HEADER_BYTES).indexOf('\n');
  const header = parseJsonObject(content.subarray(0, Math.max(0, end)).toString());
  if (header?.['format'] !== FORMAT)
    throw new StateFileError(`${path} was not written by \`gatewright data save\``);
  if (header['version'] !== VERSION)
    throw new StateFileError(
      `${path} has format version ${JSON.stringify(header['version'])}, but this version of Gatewright reads only ${VERSION}; save the data again`,
    );
  const body = content.subarray(end + 1);
  if (body.length !== header['bytes'])
    throw new StateFileError(
      `${path} is incomplete: ${body.length} of ${JSON.stringify(header['bytes'])} bytes`,
    );
  if (hash(body) !== header['sha256'])
    throw new StateFileError(
      `the checksum of ${path} does not match, so the file was changed after it was saved`,
    );
  const state = parseJsonObject(body.toString());
  if (state === undefined) throw new StateFileError(`${path} does not contain a JSON object`);
  return state;
}

async function readAll(path: string): Promise<Buffer> {
  const file = await openToRead(path);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new StateFileError(`${path} is not a file`);
    if (stat.size > MAX_BYTES + MAX_HEADER_BYTES)
      throw new StateFileError(`${path} has more than ${MAX_BYTES} bytes`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Opens a file without blocking, because opening a pipe would otherwise block a thread of the pool until data is
 * written to the pipe.
 */
function openToRead(path: string): Promise<FileHandle> {
  // Windows does not have this flag. It does not need it either, because folders cannot contain named pipes on Windows.
  const flags = constants as Partial<typeof constants>;
  return open(path, constants.O_RDONLY | (flags.O_NONBLOCK ?? 0));
}

/**
 * Whether the file may be replaced. Only a state file may be replaced, so that neither an attack nor a mistake
 * overwrites an unrelated file.
 */
async function mayReplace(path: string): Promise<boolean> {
  const file = await openToRead(path).catch(() => undefined);
  if (file === undefined) return true;
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead).toString().startsWith(`{"format":"${FORMAT}"`);
  } finally {
    await file.close();
  }
}

function hash(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
