import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { Command, Option } from 'commander';
import {
  chooseKeyPair,
  createGateway,
  groupOf,
  optionNames,
  pageKeyFolder,
  placeOwnFolder,
  readStore,
  runningFolder,
  toFlagName,
  toSettings,
} from '../../../gateway/engine/index.ts';
import { readAwsEndpoints, readDaemon } from '../aws-options.ts';
import { addSources, toLoadOptions, DEFAULT_STAGE } from '../../../toolkit/terminal/load-options.ts';
import { printNotes, UsageError } from '../../../base/terminal/output.ts';
import { announceRefusals } from './announce-refusals.ts';
import { copyVariablesFromStack } from './env-from-stack.ts';
import { readExecOptions, runWithGateway, printReady } from './start-exec.ts';
import { addStartOptions } from '../../../toolkit/terminal/add-start-options.ts';
import { describeStart, listTries } from './start-text.ts';
import { waitForNpxExit } from './npx-parent.ts';
import { waitForSignal } from './wait-for-signal.ts';
import { limitYoungGeneration } from './young-generation.ts';
import { adminTargetOf, portalUrlOf } from '../../../toolkit/terminal/admin-client.ts';
import { loadConsole } from './console-bundle.ts';
import { openBrowser } from './open-browser.ts';
import { openSources } from './open-sources.ts';
import { startLines } from './start-lines.ts';
import type { DynamoDbChoice, Flags, Gateway, GatewayOptions } from '../../../gateway/engine/index.ts';
import type { KeyReader } from './key-reader.ts';
import type { openStartKeys } from './start-keys.ts';
import type { Profiling } from './profile.ts';
import type { AdminTarget } from '../../../toolkit/terminal/admin-client.ts';

export function startCommand(): Command {
  const command = addSources(new Command('start').description('Serve stacks on this machine.'));
  const help = new Option('-h, --help', 'display help for command');
  command.addHelpOption(help.helpGroup(`${groupOf('verbose')}:`));
  return addStartOptions(command, optionNames(), true).action(start);
}

async function start(named: readonly string[], flags: Flags, command: Command): Promise<void> {
  const startedMs = performance.now();
  limitYoungGeneration();
  const adminKey = chooseKeyPair(process.env);
  const stage = flags.stage ?? DEFAULT_STAGE;
  const shown = openStartConsole(adminKey);
  const sources = await openSources(named, stage, shown.findAdmin);
  await placeState(sources.all());
  const profiling = flags.profile ? await startProfiling() : undefined;
  // With --json, stdout contains only the line for tools. With --exec, stdout belongs to the command. In both cases,
  // all other lines go to stderr.
  const lines = startLines(flags.json || flags.exec !== undefined ? process.stderr : process.stdout, flags);
  const deployed = await copyVariablesFromStack(flags.envFromStack, flags.region);
  const gateway = await createGateway({
    ...readSettings(flags),
    ...toLoadOptions(flags, sources.all()),
    ...sources.options,
    adminKey,
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
    functionLog: lines.functionLog,
    onProgress: lines.onProgress,
    ...(!flags.json && { onWaiting: lines.onProgress }),
    onReload: lines.onReload,
  });
  const orphaned = waitForNpxExit();
  let keys: KeyReader | undefined;
  try {
    await gateway.load(named);
    // Signals are not handled before this point, because there was nothing to close. An earlier signal ends the process
    // immediately, as by default.
    const signalled = flags.exec === undefined ? waitForSignal() : undefined;
    const listening = await gateway.listen();
    const facts = () => ({ gateway, listening, documents: sources.documents(), stage });
    shown.serves(gateway, () => listTries(facts()));
    const tookMs = performance.now() - startedMs;
    printReady(flags, listening, readyText(flags, { ...facts(), sources: sources.all(), tookMs }));
    if (!flags.json && flags.exec === undefined)
      void announceRefusals(gateway, sources.all(), lines.onProgress);
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
    'consoleFiles' | 'pageKeys' | 'invoices' | 'customers' | 'portal' | 'consoleCalls' | 'tries'
  >;
  readonly findAdmin: () => AdminTarget | undefined;
  /** @param tries returns the commands to suggest when the gateway has started */
  readonly serves: (gateway: Pick<Gateway, 'routes'>, tries: () => readonly string[]) => void;
};

/**
 * Passes the parts of the console to the gateway that the gateway itself does not import. They are the files of the
 * page, customers and their members, invoices and the commands to try.
 */
function openStartConsole(adminKey: GatewayOptions['adminKey']): StartConsole {
  // A reload may add the toolkit's APIs, so they are looked for whenever they are called.
  let served: Pick<Gateway, 'routes'> = { routes: () => [] };
  let suggested: () => readonly string[] = () => [];
  const consoleCalls = randomUUID();
  const findAdmin = (): AdminTarget | undefined => {
    const target = adminTargetOf(served.routes(), adminKey);
    return target && { ...target, consoleCall: consoleCalls };
  };
  return {
    options: {
      consoleFiles: loadConsole,
      pageKeys: pageKeyFolder(process.env),
      invoices: openLater(async () => {
        const { openInvoiceBook } = await import('../../../toolkit/stack/quota/commands/invoice-book.ts');
        return openInvoiceBook(findAdmin);
      }),
      customers: openLater(async () => {
        const { openCustomerBook } = await import('../../../toolkit/stack/quota/commands/customer-book.ts');
        return openCustomerBook(findAdmin);
      }),
      portal: openLater(async () => {
        const { openPortalBook } = await import('../../../toolkit/stack/portal/commands/portal-book.ts');
        return openPortalBook(() => ({ admin: findAdmin(), portalUrl: portalUrlOf(served.routes()) }));
      }),
      consoleCalls,
      tries: () => suggested(),
    },
    findAdmin,
    serves(gateway, tries) {
      served = gateway;
      suggested = tries;
    },
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
