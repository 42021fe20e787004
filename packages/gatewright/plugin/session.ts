/** Runs one gateway for one service. This file loads the whole gateway, so `index.ts` imports it on demand. */
import { relative, resolve } from 'node:path';
import {
  chooseKeyPair,
  createGateway,
  createStreamSink,
  DefinitionError,
  describeReload,
  isMetricLine,
  printLogLine,
  runningFolder,
  StartError,
} from '../../gateway/engine/index.ts';
import { findNamedAccount } from '../../gateway/templates/named-account.ts';
import { accessFoldersOf, findStack } from '@gatewright/authoring/files/stack-files';
import { printLineOfCode, printNotes } from '../../base/terminal/output.ts';
import { asTyped } from '../../base/terminal/typed-commands.ts';
import { announceRefusals } from '../command/start/announce-refusals.ts';
import { describeStart } from '../command/start/start-text.ts';
import { readDocuments } from '../../toolkit/stack/access/commands/access-book.ts';
import { readGatewaySettings } from './gateway-settings.ts';
import { OptionError } from './option-values.ts';
import type { Gateway, Listening } from '../../gateway/engine/index.ts';
import type { StartFacts } from '../command/start/start-text.ts';
import type { StartSettings } from './settings.ts';

export type ServiceFacts = {
  /** The absolute path of the service's serverless.yml. */
  readonly file: string;
  readonly directory: string;
  readonly stage: string;
  /** The region of osls's option `--region`. The region in serverless.yml is read later, with the stack. */
  readonly region: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  /** The section `custom.gatewright` of the service. */
  readonly settings: unknown;
};

/**
 * Serves the service and prints its addresses.
 * @returns a function that ends the gateway
 * @throws StartError, DefinitionError or OptionError if the gateway cannot start
 */
export async function startSession(
  service: ServiceFacts,
  settings: StartSettings,
): Promise<() => Promise<void>> {
  const startedMs = performance.now();
  const log = createStreamSink(process.stdout);
  const { name, isVerbose = false, ...others } = settings;
  const gateway = await createGateway({
    ...others,
    ...readGatewaySettings(service.settings, process.env, findNamedAccount(sourcesOf(service))),
    companions: () => Promise.resolve(companionsOf(service)),
    stage: service.stage,
    // osls has already determined the stage, either from --stage or from the service.
    chosen: {
      ...settings.chosen,
      stage: service.stage,
      ...(service.region !== undefined && { region: service.region }),
    },
    announced: { folder: runningFolder(process.env), name },
    parameters: service.parameters,
    directory: service.directory,
    documentFolders: [...accessFoldersOf(sourcesOf(service)), ...namedFolder(service)],
    // No variables are needed here. osls has set them in this process, and the child process that loads the service
    // inherits them.
    environment: {},
    adminKey: chooseKeyPair(process.env),
    log,
    functionLog(line) {
      if (!isMetricLine(line)) printLineOfCode(`[${line.functionName}] ${printLogLine(line)}`);
    },
    onProgress: (message) => printNotes(message),
    onWaiting: (message) => printNotes(message),
    onReload: (notice) => {
      log.write(asTyped(describeReload(notice)));
    },
  });
  try {
    await gateway.load([service.file]);
    const listening = await gateway.listen();
    process.stdout.write(
      asTyped(describeStart(factsOf(gateway, listening, service, { isVerbose, startedMs }))),
    );
    void announceRefusals(gateway, sourcesOf(service), printNotes);
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return async () => {
    await gateway.close();
    await log.close();
  };
}

/** Returns the service as a source, and the toolkit's stack as well if the service imports from it. */
function sourcesOf(service: Pick<ServiceFacts, 'file' | 'directory'>): readonly string[] {
  return [service.file, ...companionsOf(service)];
}

function companionsOf({ directory }: Pick<ServiceFacts, 'directory'>): readonly string[] {
  const search = findStack([directory]);
  return search.kind === 'found' ? [search.folder] : [];
}

/** Returns the folder that `custom.gatewright.access` names; empty if there is none. */
function namedFolder({ settings, directory }: ServiceFacts): readonly string[] {
  const named: unknown =
    typeof settings === 'object' && settings !== null && 'access' in settings && settings.access;
  return typeof named === 'string' ? [resolve(directory, named)] : [];
}

/** Returns the facts that are shown at startup. They contain the names of the plug-in's own options. */
function factsOf(
  gateway: Gateway,
  listening: Listening,
  { file, directory, stage, parameters }: ServiceFacts,
  { isVerbose, startedMs }: { readonly isVerbose: boolean; readonly startedMs: number },
): StartFacts {
  const source = relative(process.cwd(), directory);
  return {
    gateway,
    listening,
    stage,
    isVerbose,
    // The documents were compiled when the stack was loaded, so they only have to be read here.
    documents: sourcesOf({ directory, file }).flatMap(readDocuments),
    tookMs: performance.now() - startedMs,
    load: { sources: [source === '' ? '.' : file], stage, param: parameters },
    standIn: (issuer) => `custom.gatewright.issuer: { '${issuer}': local }`,
  };
}

/** Returns the message of an error that the user can correct; undefined for a bug in Gatewright. */
export function explain(error: unknown): string | undefined {
  if (error instanceof DefinitionError) return error.describe();
  return error instanceof StartError || error instanceof OptionError ? error.message : undefined;
}
