import { existsSync } from 'node:fs';
import { sep } from 'node:path';
import { UserError } from '@gatewright/aws/usage-error';
import { STACKS } from '../../../console/records/reload-history.ts';
import { describeFault, DefinitionError } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { watchDocuments, watchTemplates } from '../../../server/adapters/template-watcher.ts';
import { listRoutesOf } from '../network/listing.ts';
import { load } from './load.ts';
import type { ReloadNotice } from '../../gateway.ts';
import type { Parts } from '../parts.ts';
import { keepSnapshot, noteStacks } from './reloads.ts';
import { identifyFault } from './refuse-faults.ts';
import { usersFilesOf } from '../state/users-files.ts';
import { readValues, valuesFileOf } from '../state/values.ts';

/**
 * Loads the stacks again when one of their files changes, unless the option `reload` is off. The returned function
 * reloads them even if the option is off. If a change adds an error that would prevent AWS from deploying the stack,
 * the old stacks stay in service.
 */
export async function watchStacks(
  sources: readonly string[],
  parts: Parts,
  faultsAtStart: readonly Fault[],
): Promise<() => Promise<void>> {
  const { options, closing } = parts;
  let faults = faultsAtStart;
  let isKept = false;
  const reported = new Set<string>();
  let stopAwaiting = (): void => undefined;
  closing.add(() => stopAwaiting());
  const report = (error: unknown): void => options.log.write(describeFault(error));
  const say = (notice: ReloadNotice): Promise<void> => {
    options.onReload(notice);
    return noteStacks(notice, parts).catch(report);
  };
  const isClosed = (): boolean => closing.signal.aborted;
  const reload = async (): Promise<void> => {
    if (isClosed()) return;
    stopAwaiting();
    const startedMs = performance.now();
    options.onReload({ kind: 'begun', what: STACKS });
    await keepSnapshot(parts).catch(report);
    try {
      faults = await load(sources, parts, new Set(faults.map(({ error }) => identifyFault(error))));
      isKept = false;
      if (options.reload) await watchFiles(faults);
      await say({ kind: 'reloaded', what: STACKS, tookMs: performance.now() - startedMs });
      reportNew(parts, reported);
    } catch (error) {
      if (isClosed()) return;
      const message = error instanceof UserError ? error.describe() : describeFault(error);
      isKept = true;
      if (options.reload && error instanceof DefinitionError)
        stopAwaiting = watchTemplates(error.awaited, () => void tryAgain());
      const place = error instanceof DefinitionError ? error.place : undefined;
      await say({ kind: 'kept', what: STACKS, message, place });
    }
  };
  let running = Promise.resolve();
  const tryAgain = (): Promise<void> => (running = running.then(reload));
  const watchFiles = followFiles(parts, () => void tryAgain());
  if (!options.reload) return tryAgain;
  await watchFiles(faults);
  // A change to an access document also reloads stacks that have faults. A plug-in may have refused a service because
  // of a document, and `gatewright init` writes documents next to the stack from which a service imports.
  closing.add(
    watchDocuments(options.documentFolders ?? [], () => {
      running = running.then(() => (isKept || faults.length > 0 ? reload() : undefined));
    }),
  );
  return tryAgain;
}

/**
 * Returns a function that watches the files from which the current stacks were read. It must be called after each load,
 * because the set of files may have changed.
 */
function followFiles(parts: Parts, onChange: () => void): (faults: readonly Fault[]) => Promise<void> {
  let watched = '';
  let stop = (): void => undefined;
  parts.closing.add(() => stop());
  return async (faults) => {
    const files = await filesOf(parts, faults);
    // The gateway may be closed while it reloads. A watch that begins afterwards would keep the process running.
    if (parts.closing.signal.aborted || files.join('\0') === watched) return;
    watched = files.join('\0');
    stop();
    stop = watchTemplates(files, onChange);
  };
}

async function filesOf({ options, served }: Parts, faults: readonly Fault[]): Promise<readonly string[]> {
  const files = [
    ...usersFilesOf(options),
    valuesFileOf(options),
    ...(await readValues(options)).attached,
    ...served.stacks.flatMap(({ file, includes }) => (isOwn(file) ? includes : [file, ...includes])),
  ];
  const broken = faults
    .flatMap(({ error }) => [error.place.file, ...error.awaited])
    .filter((file) => existsSync(file));
  return [...new Set([...files, ...broken])].toSorted();
}

/** Whether the gateway has written the file itself, such as a template that `cdk synth` makes. */
function isOwn(file: string): boolean {
  return file.includes(`${sep}.gatewright${sep}`);
}

/** Reports APIs, and services in front of APIs, that a reload added. They have no port of their own. */
function reportNew(parts: Parts, reported: Set<string>): void {
  const { options, served, addresses, events, fronts } = parts;
  const stages = listRoutesOf(parts);
  for (const { identity } of served.all) {
    if (addresses.has(identity.apiId) || reported.has(identity.apiId)) continue;
    reported.add(identity.apiId);
    const urls = stages.filter(({ id }) => id === identity.apiId).map(({ url }) => url);
    options.log.write(
      `${identity.name} is a new API, ${urls.length === 0 ? 'which has no stage and therefore no address' : `served at ${urls.join(', ')}`}; restart the gateway to give the API a port of its own`,
    );
  }
  for (const { name } of events.fronts)
    if (!fronts.has(name) && !reported.has(name)) {
      reported.add(name);
      options.log.write(`${name} is new; restart the gateway to give it a port`);
    }
}
