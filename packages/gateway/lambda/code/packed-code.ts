/** Unpacks code from an archive into a folder, and reports that this code runs instead of the source. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { DefinitionError, type DefinitionPlace, propertyAt } from '../../core/errors.ts';
import type { PackedCode } from '../../core/stack/function.ts';
import { codeOf, explainUnreadable } from './missing-path.ts';
import { ArchiveError, unpackArchive } from './unpack-archive.ts';

export function packedFolder({ file, version }: PackedCode, runDirectory: string): string {
  const key = createHash('sha256').update(file).update('\0').update(version).digest('hex').slice(0, 16);
  return join(runDirectory, 'unpacked', key);
}

/**
 * Unpacks an archive into a folder.
 * @throws DefinitionError for a missing or unusable archive, or a folder that cannot be written
 */
export function unpack({ file }: PackedCode, folder: string, place: DefinitionPlace): void {
  try {
    unpackArchive(file, folder);
  } catch (error) {
    const at = propertyAt(place, place.property ?? 'Code');
    // Lambda refuses an archive that it cannot unpack. If the archive does not exist, it has probably not been built on
    // this machine yet.
    if (error instanceof ArchiveError) throw new DefinitionError(at, error.message, [], 'resource-value');
    const unreadable = explainUnreadable(file);
    if (unreadable !== undefined) throw new DefinitionError(at, unreadable, [], 'missing-file');
    throw notWritten(`${file} cannot be unpacked`, folder, error, at);
  }
}

/** Returns the error for files of this run that cannot be written, such as with a full disk. */
export function notWritten(
  what: string,
  folder: string,
  error: unknown,
  place: DefinitionPlace,
): DefinitionError {
  return new DefinitionError(
    place,
    `${what}: the folder ${folder} cannot be written (${codeOf(error)}); check its permissions and the free disk space`,
  );
}

export function describePacked({ file, version }: PackedCode, nowMs: number): string {
  const madeMs = Number(version.slice(version.indexOf('-') + 1));
  const minutes = Math.max(0, Math.round((nowMs - madeMs) / 60_000));
  const age = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  return `the package built ${age} ago runs instead (${file}); package the service again after you change its source`;
}
