/**
 * The Serverless plug-in. It provides `serverless gateway start`, and `serverless offline [start]` with the options and
 * hooks of serverless-offline. At `serverless package`, it adds missing dependencies between deployments and methods,
 * and refuses a service that uses the toolkit's authorizers unsafely. osls reads this file at every command, so the
 * gateway is loaded only on demand. Old Node versions also read this file, so only old syntax may run before the first
 * line of the constructor.
 */
import { join } from 'node:path';
import { describeOldNode } from './old-node.cjs';
import { asTyped } from '../../base/terminal/typed-commands.ts';
import { OFFLINE_COMMAND_OPTIONS, readOfflineOptions } from './offline-options.ts';
import { START_OPTIONS as ROWS } from '../../gateway/engine/start-options.ts';
import { OptionError, readOption, readPairs } from './option-values.ts';
import { readStartOptions, OSLS_OPTIONS } from './osls-options.ts';
import type { CliOptions, PluginUtilities, Serverless } from './serverless.ts';
import type { ServiceFacts } from './session.ts';
import type { StartSettings } from './settings.ts';

/**
 * The time in milliseconds that other plug-ins have at the end to close open resources, such as a watcher or a
 * database.
 */
const EXIT_WITHIN_MS = 500;

type Running = { readonly signalled: Promise<undefined>; readonly close: () => Promise<void> };

class GatewrightPlugin {
  /** Tells `gatewright start` that it must also refuse a service that this plug-in refuses. */
  static readonly guards = true;
  readonly commands = {
    gateway: {
      usage: 'Serves this service as Amazon API Gateway would.',
      commands: {
        start: {
          usage: 'Serves this service on this machine.',
          lifecycleEvents: ['start'],
          options: OSLS_OPTIONS,
        },
      },
    },
    offline: {
      usage: 'Serves this service with the addresses and options of serverless-offline.',
      lifecycleEvents: ['start'],
      options: OFFLINE_COMMAND_OPTIONS,
      commands: {
        start: {
          usage: 'Serves this service, with hooks for other plug-ins at start and end.',
          lifecycleEvents: ['init', 'ready', 'end'],
          options: OFFLINE_COMMAND_OPTIONS,
        },
        // Other plug-ins run this command after they have rebuilt the functions.
        functionsUpdated: { type: 'entrypoint', lifecycleEvents: ['cleanup'] },
      },
    },
  };
  /**
   * The sources of functions that were searched for mistakes. The gateway, which compiles the service with osls, then
   * knows that a change of these files does not change the template.
   */
  checkedSources: readonly string[] = [];
  readonly hooks: Readonly<Record<string, () => void | Promise<void>>>;
  readonly #serverless: Serverless;
  readonly #cli: CliOptions;
  readonly #utilities: PluginUtilities;
  /** The initial `serverless.serviceDir`, kept because serverless-plugin-typescript changes `serviceDir` in a hook. */
  readonly #serviceDir: string;
  #offlineSettings: StartSettings | undefined;
  #running: Running | undefined;

  constructor(serverless: Serverless, cli: CliOptions, utilities: PluginUtilities) {
    const refusal = describeOldNode();
    if (refusal !== undefined) throw new serverless.classes.Error(refusal, 'GATEWRIGHT_OLD_NODE');
    this.#serverless = serverless;
    this.#cli = cli;
    this.#utilities = utilities;
    this.#serviceDir = serverless.serviceDir;
    this.hooks = {
      initialize: () => this.#initialize(),
      'before:package:createDeploymentArtifacts': () => this.#omitState(),
      'before:aws:package:finalize:saveServiceState': () => this.#finishTemplate(),
      'gateway:start:start': () => this.#runToEnd(() => readStartOptions(this.#cli)),
      'offline:start': () => this.#runToEnd(() => this.#offline()),
      'offline:start:init': () => this.#start(() => this.#offline()),
      'offline:start:ready': () => this.#running?.signalled,
      'offline:start:end': () => this.#end(),
      'offline:functionsUpdated:cleanup': () => this.#noteUpdate(),
    };
  }

  /**
   * Reads the options. This happens before the hooks of other plug-ins run, because some of them change
   * `custom.serverless-offline`.
   */
  #initialize(): void {
    const { processedInput, pluginManager, service } = this.#serverless;
    if (processedInput.commands[0] !== 'offline') return;
    if (pluginManager.plugins.some((plugin) => plugin.constructor.name === 'ServerlessOffline'))
      throw this.#error('remove serverless-offline from plugins: gatewright handles its commands');
    const { settings, warnings } = this.#reading(() =>
      readOfflineOptions(this.#cli, service.custom?.['serverless-offline']),
    );
    for (const warning of warnings) this.#warn(warning);
    this.#offlineSettings = settings;
  }

  /**
   * Returns the options of `serverless offline`.
   * @throws if another command runs offline's hooks, because the options have not been read in that case
   */
  #offline(): StartSettings {
    if (this.#offlineSettings === undefined)
      throw this.#error(
        'the hooks of the command offline run only if you call this command: run serverless offline',
      );
    return this.#offlineSettings;
  }

  async #runToEnd(readSettings: () => StartSettings): Promise<void> {
    await this.#start(readSettings);
    await this.#running?.signalled;
    await this.#end();
  }

  async #start(readSettings: () => StartSettings): Promise<void> {
    const settings = this.#reading(readSettings);
    const service = this.#describeService();
    const isVerbose = this.#cli['verbose'] === true;
    const signalled = waitForSignal();
    const { explain, startSession } = await import('./session.ts');
    try {
      const session = startSession(service, { ...settings, isVerbose });
      const close = await Promise.race([session, signalled]);
      if (close !== undefined) this.#running = { signalled, close };
      // The user ended the start. Osls, which may still read the service, gets the same signal and fails.
      else void session.then((closeSession) => closeSession()).catch(() => undefined);
    } catch (error) {
      // If startup fails, open resources of other plug-ins, such as a bundler's watcher, must not keep the process
      // alive.
      this.#exitSoon();
      const message = explain(error);
      throw message === undefined ? error : this.#error(message);
    }
  }

  async #end(): Promise<void> {
    await this.#running?.close();
    this.#exitSoon();
  }

  /**
   * Ends the process after a short time with the exit code that is set at that time, even if there are open resources.
   * The timer does not keep the process alive.
   */
  #exitSoon(): void {
    setTimeout(() => process.exit(), EXIT_WITHIN_MS).unref();
  }

  #noteUpdate(): void {
    if (this.#offlineSettings?.reload === false)
      this.#warn(
        'functions were rebuilt, but with reloadHandler: false, the old functions keep running; remove this option to run the new functions',
      );
  }

  /**
   * Excludes the gateway's credentials and tables from packages. They are in the service's folder, which osls packs.
   */
  async #omitState(): Promise<void> {
    const { omitState } = await import('./check-packages.ts');
    omitState(this.#serverless);
  }

  /** Checks and completes the template. It is called when all other plug-ins have changed the template. */
  async #finishTemplate(): Promise<void> {
    // If this variable is set, a command reads the routes to create documents. The checks are skipped, because the
    // documents do not exist yet.
    if (process.env['GATEWRIGHT_READS_ROUTES'] !== undefined) return;
    const { serviceDir, service } = this.#serverless;
    const { checkService } = await import('./check-service.ts');
    const { checkHandlers } = await import('./check-handlers.ts');
    const { checkPackages, describeUncompiled, isBundled } = await import('./check-packages.ts');
    const { READS_TEMPLATE, READS_TO_CHECK } =
      await import('../../gateway/templates/serverless/aws-stand-in.ts');
    const readsFor = process.env[READS_TEMPLATE];
    const { Resources: resources } = service.provider.compiledCloudFormationTemplate;
    const { orderDeployments } = await import('./order-deployments.ts');
    orderDeployments(resources);
    const { complaints, warnings } = checkService({
      directory: serviceDir,
      settings: service.custom?.['gatewright'],
      stackName: this.#serverless.getProvider('aws').naming.getStackName(),
      resources,
      isServed: readsFor !== undefined && readsFor !== READS_TO_CHECK,
    });
    const isOfBundler = isBundled(service);
    const handlers = await checkHandlers({ directory: serviceDir, resources, isBundled: isOfBundler });
    const packages = isOfBundler ? undefined : await checkPackages({ directory: serviceDir, resources });
    this.checkedSources = [...handlers.searched, ...(packages?.searched ?? [])];
    const reads = [...handlers.complaints, ...(packages?.complaints ?? [])];
    // Start and check say this themselves.
    const isPackaged = readsFor === undefined && !isOfBundler;
    const uncompiled = isPackaged
      ? describeUncompiled({ directory: serviceDir, resources, service })
      : undefined;
    for (const warning of [...warnings, ...handlers.warnings, uncompiled])
      if (warning !== undefined) this.#warn(warning);
    if (complaints.length + reads.length > 0) throw this.#error([...complaints, ...reads].join('\n'));
  }

  #describeService(): ServiceFacts {
    const serviceDir = this.#serviceDir;
    const { service, configurationFilename = 'serverless.yml' } = this.#serverless;
    if (!/^serverless\.(ya?ml|json|[cm]?[jt]s)$/.test(configurationFilename))
      throw this.#error(
        `the service file must be called serverless.yml, .yaml, .json, .js or .ts, not ${configurationFilename}`,
      );
    const provider = this.#serverless.getProvider('aws');
    return {
      file: join(serviceDir, configurationFilename),
      directory: serviceDir,
      stage: provider.getStage(),
      region: readOption('--region', ROWS.region, this.#cli['region']),
      parameters: readPairs(this.#cli['param']),
      settings: service.custom?.['gatewright'],
    };
  }

  #reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw error instanceof OptionError ? this.#error(error.message) : error;
    }
  }

  #warn(message: string): void {
    this.#utilities.log.warning(asTyped(message));
  }

  #error(message: string): Error {
    return new this.#serverless.classes.Error(asTyped(message), 'GATEWRIGHT');
  }
}

/**
 * Resolves on SIGTERM or Ctrl-C. A second signal ends the process immediately. The listeners are added when the
 * function is called, so that a signal during startup is not lost.
 */
function waitForSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(undefined));
  });
}

// osls uses the default export as the plug-in.
export { GatewrightPlugin as default, GatewrightPlugin };
