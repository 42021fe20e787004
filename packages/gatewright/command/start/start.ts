import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { Command } from 'commander';
import {
  chooseKeyPair,
  createGateway,
  optionNames,
  pageKeyFolder,
  placeOwnFolder,
  readStore,
  requireSources,
  runningFolder,
  toFlagName,
  toSettings,
} from '../../../gateway/engine/index.ts';
import { accessFoldersOf } from '@gatewright/authoring/files/stack-files';
import { withStack } from '../../../toolkit/stack/commands/with-stack.ts';
import { readAwsEndpoints, readDaemon } from '../aws-options.ts';
import { addLoadOptions, toLoadOptions, DEFAULT_STAGE } from '../../../toolkit/terminal/load-options.ts';
import { printNotes, UsageError } from '../../../base/terminal/output.ts';
import { announceRefusals } from './announce-refusals.ts';
import { copyVariablesFromStack } from './env-from-stack.ts';
import { readExecOptions, runWithGateway, printReady } from './start-exec.ts';
import { addStartOptions } from '../../../toolkit/terminal/start-options.ts';
import { describeStart, listTries } from './start-text.ts';
import { waitForNpxExit } from './npx-parent.ts';
import { waitForSignal } from './wait-for-signal.ts';
import { limitYoungGeneration } from './young-generation.ts';
import { adminTargetOf, portalUrlOf } from '../../../toolkit/terminal/admin-client.ts';
import { loadConsole } from './console-bundle.ts';
import { openBrowser } from './open-browser.ts';
import { startLines } from './start-lines.ts';
import type {
  DynamoDbChoice,
  Flags,
  GatewayOptions,
  InspectedApi,
  Listening,
} from '../../../gateway/engine/index.ts';
import type { KeyReader } from './key-reader.ts';
import type { openStartKeys } from './start-keys.ts';
import type { Profiling } from './profile.ts';
import type { AdminTarget } from '../../../toolkit/terminal/admin-client.ts';

export function startCommand(): Command {
  const command = addLoadOptions(new Command('start').description('Serve stacks on this machine.'));
  return addStartOptions(
    command,
    optionNames(({ loads }) => loads !== true),
  ).action(start);
}

async function start(named: readonly string[], flags: Flags, command: Command): Promise<void> {
  const startedMs = performance.now();
  limitYoungGeneration();
  const sources = chooseSources(named);
  await placeState(sources);
  const profiling = flags.profile ? await startProfiling() : undefined;
  // With --json, stdout contains only the line for tools. With --exec, stdout belongs to the command. In both cases,
  // all other lines go to stderr.
  const lines = startLines(flags.json || flags.exec !== undefined ? process.stderr : process.stdout, flags);
  const deployed = await copyVariablesFromStack(flags.envFromStack, flags.region);
  const adminKey = chooseKeyPair(process.env);
  const stage = flags.stage ?? DEFAULT_STAGE;
  const access = await openAccess(sources);
  const shown = openStartConsole({ sources, stage, adminKey, access });
  const gateway = await createGateway({
    ...readSettings(flags),
    ...toLoadOptions(flags, sources),
    adminKey,
    companions: sources.filter((source) => !named.includes(source)),
    awsEndpoints: readAwsEndpoints(flags.aws, process.env),
    announced: { folder: runningFolder(process.env), name: flags.name },
    ...readExecOptions(flags, command),
    ...deployed.options,
    ...readInspect(flags),
    dynamodb: readDynamoDb(flags),
    ...shown.options,
    linksLines: isSeen(flags),
    xrayDaemon: readDaemon(process.env['AWS_XRAY_DAEMON_ADDRESS']),
    log: lines.log,
    documentFolders: accessFoldersOf(sources),
    functionLog: lines.functionLog,
    onProgress: lines.onProgress,
    ...(!flags.json && { onWaiting: lines.onProgress }),
    onReload: lines.onReload,
  });
  const orphaned = waitForNpxExit();
  let keys: KeyReader | undefined;
  try {
    await gateway.load(sources);
    const documents = (await access?.check(gateway.inspect(), stage)) ?? [];
    // Signals are not handled before this point, because there was nothing to close. An earlier signal ends the process
    // immediately, as by default.
    const signalled = flags.exec === undefined ? waitForSignal() : undefined;
    const listening = await gateway.listen();
    shown.listensAt(listening, () => listTries({ gateway, listening, documents, stage }));
    const tookMs = performance.now() - startedMs;
    printReady(flags, listening, readyText(flags, { gateway, listening, documents, stage, sources, tookMs }));
    if (!flags.json && flags.exec === undefined) void announceRefusals(gateway, sources, lines.onProgress);
    if (flags.open && listening.console !== undefined) openBrowser(listening.console);
    if (flags.exec === undefined) {
      const { promise: quitted, resolve } = Promise.withResolvers<undefined>();
      const quit = (): void => resolve(undefined);
      keys = isSeen(flags) ? await openKeys({ gateway, listening, lines, quit }) : undefined;
      await Promise.race([signalled, orphaned, quitted]);
    } else process.exitCode = await runWithGateway(flags.exec, deployed.around(gateway), orphaned);
  } finally {
    // The keyboard commands are ended first, because a second Ctrl-C ends the process immediately.
    keys?.close();
    await gateway.close();
    await lines.close();
    await endProfile(profiling);
  }
}

type StartConsole = {
  readonly options: Pick<
    GatewayOptions,
    'consoleFiles' | 'pageKeys' | 'access' | 'invoices' | 'customers' | 'portal' | 'consoleCalls' | 'tries'
  >;
  /** @param tries returns the commands that the first screen suggests */
  readonly listensAt: (listening: Listening, tries: () => readonly string[]) => void;
};

/**
 * Passes the parts of the console to the gateway that the gateway itself does not import. They are the files of the
 * page, access documents, customers and their members, invoices and the commands to try.
 * @param stage the stage of the stack that contains the authorizers
 */
function openStartConsole({
  sources,
  stage,
  adminKey,
  access,
}: {
  readonly sources: readonly string[];
  readonly stage: string;
  readonly adminKey: GatewayOptions['adminKey'];
  readonly access: Awaited<ReturnType<typeof openAccess>>;
}): StartConsole {
  let admin: AdminTarget | undefined;
  let suggested: () => readonly string[] = () => [];
  let portalUrl: string | undefined;
  const consoleCalls = randomUUID();
  return {
    options: {
      consoleFiles: loadConsole,
      pageKeys: pageKeyFolder(process.env),
      ...(access !== undefined && { access: access.openAccessBook(sources, stage, () => admin) }),
      invoices: openLater(async () => {
        const { openInvoiceBook } = await import('../../../toolkit/stack/quota/commands/invoice-book.ts');
        return openInvoiceBook(() => admin);
      }),
      customers: openLater(async () => {
        const { openCustomerBook } = await import('../../../toolkit/stack/quota/commands/customer-book.ts');
        return openCustomerBook(() => admin);
      }),
      portal: openLater(async () => {
        const { openPortalBook } = await import('../../../toolkit/stack/portal/commands/portal-book.ts');
        return openPortalBook(() => ({ admin, portalUrl }));
      }),
      consoleCalls,
      tries: () => suggested(),
    },
    listensAt({ apis }, tries) {
      suggested = tries;
      const target = adminTargetOf(apis, adminKey);
      portalUrl = portalUrlOf(apis);
      admin = target && { ...target, consoleCall: consoleCalls };
    },
  };
}

/**
 * Loads the code for access documents only if there is a folder for them, because it takes a tenth of the time of a
 * start.
 */
async function openAccess(sources: readonly string[]) {
  if (!accessFoldersOf(sources).some((folder) => existsSync(folder))) return undefined;
  const { refuseUnsafeAccess } = await import('../../../toolkit/stack/access/commands/access-check.ts');
  const { openAccessBook } = await import('../../../toolkit/stack/access/commands/access-book.ts');
  return {
    openAccessBook,
    check: (apis: readonly InspectedApi[], stage: string) =>
      refuseUnsafeAccess(sources, apis, stage, (message) => printNotes(`warning: ${message}`)),
  };
}

/** Returns a book whose code is loaded when the console first reads it. */
function openLater<Book extends object>(open: () => Promise<Book>): Book {
  return new Proxy<Book>({} as Book, {
    get:
      (_none, name) =>
      async (...given: readonly unknown[]): Promise<unknown> => {
        const book = await open();
        const method: unknown = Reflect.get(book, name);
        return typeof method === 'function' ? (Reflect.apply(method, book, given) as unknown) : undefined;
      },
  });
}

function readyText(
  flags: Flags,
  {
    sources,
    ...started
  }: Omit<Parameters<typeof describeStart>[0], 'load' | 'isVerbose' | 'isQuiet'> & {
    sources: readonly string[];
  },
): string {
  return flags.json
    ? `${JSON.stringify({ ready: true, ...started.listening })}\n`
    : describeStart({
        ...started,
        load: { ...flags, sources },
        isVerbose: flags.verbose,
        isQuiet: flags.quiet,
      });
}

/**
 * Returns the sources to load, including the toolkit's stack if the sources need it.
 * @throws DefinitionError if no source exists. It is thrown before anything is opened
 */
function chooseSources(named: readonly string[]): readonly string[] {
  requireSources(named);
  return withStack(named, (message) => printNotes(message));
}

/** Whether a person reads the lines on a terminal. */
function isSeen({ json, exec }: Flags): boolean {
  return process.stdout.isTTY && !json && exec === undefined;
}

/** Starts to read keys. The code for this is loaded on demand. */
async function openKeys(
  started: Parameters<typeof openStartKeys>[0],
): Promise<ReturnType<typeof openStartKeys>> {
  const { openStartKeys } = await import('./start-keys.ts');
  return openStartKeys(started);
}

/** Keeps credentials, logs and caches out of a directory that is deployed with all its files, and reports it once. */
async function placeState(sources: readonly string[]): Promise<void> {
  const folder = await placeOwnFolder(process.cwd(), sources);
  if (folder !== undefined)
    printNotes(
      `this folder is packaged with all its files, so credentials, logs and caches are stored in ${folder}`,
    );
}

/** Starts profiling. The code for this is loaded on demand. */
async function startProfiling(): Promise<Profiling> {
  const { startProfile } = await import('./profile.ts');
  return startProfile(join(ownFolderOf(process.cwd()), 'profiles'), Date.now());
}

async function endProfile(profiling: Profiling | undefined): Promise<void> {
  for (const file of (await profiling?.finish()) ?? []) printNotes(`wrote ${file}`);
}

/** Returns the gateway's options among these flags, unchanged. */
function readSettings(flags: Flags) {
  const said: Readonly<Record<string, unknown>> = flags;
  return toSettings(optionNames(), (name) => said[toFlagName(name)]);
}

function readInspect({ inspect, inspectBrk }: Flags): Pick<GatewayOptions, 'inspect'> {
  const port = inspectBrk ?? inspect;
  return port === undefined ? {} : { inspect: { port, breaks: inspectBrk !== undefined } };
}

function readDynamoDb({ dynamodb, data }: Flags): DynamoDbChoice {
  const choice = readStore(dynamodb, data, process.env);
  if (typeof choice === 'string') throw new UsageError(`--${choice}`);
  return choice;
}
