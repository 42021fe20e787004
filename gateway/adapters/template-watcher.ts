/** Notices changes of the files that stacks were loaded from. */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FSWatcher } from 'node:fs';

/** Editors write a file in several steps, and a save of two files is one wish. */
const SETTLE_MS = 100;

/** Calls `onChange` once per burst of changes to one of the files; returns how to stop. */
export function watchTemplates(files: readonly string[], onChange: () => void): () => void {
  const names = Map.groupBy(files, dirname);
  return watchFolders(
    [...names.keys()],
    (folder, name) => names.get(folder)?.some((file) => basename(file) === name) === true,
    onChange,
  );
}

/** The same for YAML and JSON in folders, whatever its names are by then. */
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
  const watchers: FSWatcher[] = [];
  // Folders, not files: an editor replaces a file by a new one, and a watch on the old one hears no more.
  for (const folder of folders) {
    const watcher = watch(folder, (_event, name) => {
      if (name !== null && isWanted(folder, name)) note();
    });
    watcher.on('error', () => watcher.close());
    watchers.push(watcher);
  }
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
