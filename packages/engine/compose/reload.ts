import { existsSync } from 'node:fs';
import { describeFault, DefinitionError } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { watchDocuments, watchTemplates } from '../../server/adapters/template-watcher.ts';
import { addressOf } from './addresses.ts';
import { load } from './load.ts';
import type { Parts } from './parts.ts';
import { identifyFault } from './refuse-faults.ts';
import { usersFilesOf } from './users-files.ts';
import { readValues, valuesFileOf } from './values.ts';

/**
 * Loads the stacks again whenever one of their files changes, unless nothing is watched, and when the returned
 * function is called; a change with new faults keeps the old stacks.
 */
export async function watchStacks(
  sources: readonly string[],
  parts: Parts,
  faultsAtStart: readonly Fault[],
): Promise<() => Promise<void>> {
  const { options, served, closing } = parts;
  let faults = faultsAtStart;
  let isKept = false;
  const reported = new Set<string>();
  let stopAwaiting = (): void => undefined;
  closing.add(() => stopAwaiting());
  const reload = async (): Promise<void> => {
    stopAwaiting();
    const startedMs = performance.now();
    options.onReload({ kind: 'begun', what: 'the stacks' });
    try {
      faults = await load(sources, parts, new Set(faults.map(({ error }) => identifyFault(error))));
      isKept = false;
      options.onReload({ kind: 'reloaded', what: 'the stacks', tookMs: performance.now() - startedMs });
      reportNew(parts, reported);
    } catch (error) {
      const message = error instanceof DefinitionError ? error.describe() : describeFault(error);
      isKept = true;
      if (options.reload && error instanceof DefinitionError)
        stopAwaiting = watchTemplates(error.awaited, () => void tryAgain());
      options.onReload({ kind: 'kept', what: 'the stacks', message });
    }
  };
  let running = Promise.resolve();
  const tryAgain = (): Promise<void> => (running = running.then(reload));
  if (!options.reload) return tryAgain;
  const ofValues = [valuesFileOf(options), ...(await readValues(options)).attached];
  const files = [
    ...usersFilesOf(options),
    ...ofValues,
    ...served.stacks.flatMap(({ file, includes }) => [file, ...includes]),
  ];
  const broken = faultsAtStart.map(({ error }) => error.place.file).filter((file) => existsSync(file));
  closing.add(watchTemplates([...new Set([...files, ...broken])], () => void tryAgain()));
  // A plug-in may have refused the service because of these documents, so a change to them loads it again.
  closing.add(
    watchDocuments(
      (options.documentFolders ?? []).filter((folder) => existsSync(folder)),
      () => {
        running = running.then(() => (isKept ? reload() : undefined));
      },
    ),
  );
  return tryAgain;
}

/** What got no port of its own, since it came with a reload. */
function reportNew(parts: Parts, reported: Set<string>): void {
  const { options, served, addresses, events, fronts } = parts;
  for (const { identity } of served.all) {
    if (addresses.has(identity.apiId) || reported.has(identity.apiId)) continue;
    reported.add(identity.apiId);
    options.log.write(
      `${identity.name} is new: it answers at ${options.tls === true ? 'https' : 'http'}://${addressOf(parts, identity.apiId)} until the next start gives it a port`,
    );
  }
  for (const { name } of events.fronts)
    if (!fronts.has(name) && !reported.has(name)) {
      reported.add(name);
      options.log.write(`${name} is new: the next start gives it a port`);
    }
}
