import { existsSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FSWatcher } from 'node:fs';

/**
 * The time in milliseconds without a change after which a burst of changes is over. Editors write a file in several
 * steps, and two files are often saved together.
 */
const SETTLE_MS = 100;

/** Calls `onChange` once per burst of changes to one of the files. Returns a function that stops watching. */
export function watchTemplates(files: readonly string[], onChange: () => void): () => void {
  const names = Map.groupBy(files, dirname);
  return watchFolders(
    [...names.keys()],
    (folder, name) => names.get(folder)?.some((file) => basename(file) === name) === true,
    onChange,
  );
}

/** Calls `onChange` like `watchTemplates`, but for all YAML and JSON files in folders. */
export function watchDocuments(folders: readonly string[], onChange: () => void): () => void {
  return watchFolders(folders, (_folder, name) => /\.(?:ya?ml|json)$/.test(name), onChange);
}

function watchFolders(
  folders: readonly string[],
  isWanted: (folder: string, name: string) => boolean,
  onChange: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const note = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS);
  };
  // Folders are watched, not files, because an editor replaces a file and a watch on the replaced file reports nothing.
  const watched = folders.map((folder) => watchFolder(folder, (name) => isWanted(folder, name), note));
  return () => {
    clearTimeout(timer);
    for (const stop of watched) stop();
  };
}

/**
 * Watches a folder, even if it does not exist yet or is removed and recreated, as packaging does with `.serverless`.
 */
function watchFolder(folder: string, isWanted: (name: string) => boolean, note: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let isStopped = false;
  const look = (): void => {
    watcher?.close();
    if (isStopped) return;
    const place = nearestFolder(folder);
    watcher = watch(place, (event, name) => {
      if (place === folder) inside(event, name);
      else outside(place);
    });
    watcher.on('error', () => watcher?.close());
    // Checks whether the folder was created before the watch of the parent folder began.
    if (place !== folder) outside(place);
  };
  const inside = (event: string, name: string | null): void => {
    // This event is about the folder itself. The folder was removed, and may have been created again.
    const isOfFolder = event === 'rename' && name === basename(folder);
    if (isOfFolder) look();
    if (isOfFolder || (name !== null && isWanted(name))) note();
  };
  const outside = (place: string): void => {
    if (nearestFolder(folder) === place) return;
    look();
    // Reports changes made before the watch began.
    if (existsSync(folder)) note();
  };
  look();
  return () => {
    isStopped = true;
    watcher?.close();
  };
}

/** Returns the folder itself, or the nearest folder above it that exists. */
function nearestFolder(folder: string): string {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
