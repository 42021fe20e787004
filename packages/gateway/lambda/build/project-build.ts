/**
 * The build script of a project. If the script creates a missing handler file, it runs once each time the gateway
 * starts.
 */
import { devNull } from 'node:os';
import { relative } from 'node:path';

import { FailedScript } from './build-error.ts';
import {
  type BuildScript,
  describeScript,
  findBuildScript,
  hasPackages,
  listOtherBuilds,
} from '@gatewright/aws/build-script';
import type { Compiler } from './compiling.ts';
import { NPM_SETTINGS } from '../lent/install-commands.ts';
import { type Keeper, MARK } from '../process/keeper.ts';
import { findNpm, type Machine } from '../process/machine.ts';
import { type GroupCommand, ProcessGroup } from '../process/process-group.ts';

const LIMIT_MS = 120_000;
const MAX_OUTPUT = 65_536;
const SHOWN_LINES = 20;

export type ProjectBuildOptions = {
  readonly inform: (sentence: string) => void;
  readonly limitMs?: number;
};

type BuildSetup = ProjectBuildOptions & { readonly machine: Machine; readonly keeper: Keeper };

export class ProjectBuild implements Compiler {
  readonly command: string;
  /** Other scripts that may create the file, if this one does not. */
  readonly others: readonly string[];
  readonly sinceMs = performance.now();
  readonly #setup: BuildSetup;
  /**
   * The result of the script. It is undefined if the script succeeded; otherwise it is the reason for the failure, as
   * part of a sentence.
   */
  readonly #ended: Promise<string | undefined>;
  #isRunning = true;
  #group: ProcessGroup | undefined;

  /**
   * @param before the builds of other folders; this build starts after them, because concurrent builds would compete
   * for the processors
   */
  constructor(script: BuildScript, npm: string, setup: BuildSetup, before: Promise<unknown>) {
    this.command = describeScript(script);
    this.others = listOtherBuilds(script);
    this.#setup = setup;
    this.#ended = before.then(() => this.#run(script, npm));
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /**
   * Waits until the script has ended.
   * @throws FailedScript when the script fails, or takes too long
   */
  async wait(): Promise<void> {
    const failure = await this.#ended;
    if (failure !== undefined) throw new FailedScript(`${this.command} failed: ${failure}`);
  }

  /** Ends the script and all its processes. */
  async end(): Promise<void> {
    this.#isRunning = false;
    await this.#group?.kill();
    await this.#ended;
  }

  async #run(script: BuildScript, npm: string): Promise<string | undefined> {
    if (!this.#isRunning) return 'the gateway is shutting down';
    const startedMs = performance.now();
    const { failure: ending, output } = await this.#runGroup(npmRun(script, npm, this.#setup.machine));
    if (!this.isRunning) return 'the gateway is shutting down';
    this.#isRunning = false;
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const failure = ending === undefined ? undefined : `${ending}${explainOutput(output)}`;
    if (failure === undefined) this.#setup.inform(`${this.command} finished in ${seconds} s`);
    else this.#setup.inform(`${this.command} failed: ${failure}\n${lastLines(output)}`);
    return failure;
  }

  #runGroup(
    command: GroupCommand,
  ): Promise<{ readonly failure: string | undefined; readonly output: string }> {
    const { keeper, limitMs = LIMIT_MS } = this.#setup;
    let output = '';
    let late: string | undefined;
    return new Promise((resolve) => {
      const settle = (failure: string | undefined): void => {
        clearTimeout(timer);
        // Processes that the script has left behind are ended, because they would outlive the gateway.
        void group.end();
        resolve({ failure: late ?? failure, output });
      };
      const timer = setTimeout(() => {
        late = `the command did not finish within ${limitMs / 1000} s`;
        void group.kill();
      }, limitMs);
      const group = new ProcessGroup(command, keeper, keeper.mark(), {
        onOutput: (_stream, chunk) => (output = (output + chunk.toString()).slice(-MAX_OUTPUT)),
        onExit: settle,
        onFailure: ({ message }) => settle(message),
      });
      this.#group = group;
    });
  }
}

/** The builds of all projects, by the folder of the package.json. */
export class ProjectBuilds {
  readonly #setup: BuildSetup;
  readonly #builds = new Map<string, ProjectBuild>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(setup: BuildSetup) {
    this.#setup = setup;
  }

  /**
   * Returns the build that creates a missing file. The first call for a folder starts the build. Returns undefined if
   * no script creates the file, or only a script that does not end; if npm is not found; if the packages of the script
   * are not installed; or if the script has already run or has started this gateway.
   * @param file the path of the file without extension
   */
  begin(file: string): ProjectBuild | undefined {
    // If the script itself starts a gateway, running the script would start gateways without end.
    if (this.#setup.machine.environment[MARK] !== undefined) return undefined;
    const script = findBuildScript(file);
    const npm = findNpm(this.#setup.machine);
    if (script === undefined || script.watches || npm === undefined || !hasPackages(script.folder))
      return undefined;
    const known = this.#builds.get(script.folder);
    if (known !== undefined) return known.isRunning ? known : undefined;
    const build = new ProjectBuild(script, npm, this.#setup, this.#last);
    this.#builds.set(script.folder, build);
    this.#last = build.wait().catch(() => undefined);
    const made = relative(process.cwd(), file);
    this.#setup.inform(
      `running ${build.command} to build ${made.startsWith('..') ? file : made}.js; requests wait until the command ends (--no-build turns this off)`,
    );
    return build;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#builds.values()].map((build) => build.end()));
  }
}

/**
 * The environment variables that prevent the script from finding AWS credentials outside its environment. The user did
 * not request the script, so it must not be able to deploy anything.
 */
const NO_CREDENTIALS = {
  AWS_CONFIG_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SHARED_CREDENTIALS_FILE: devNull,
};

function npmRun(
  { folder, name }: BuildScript,
  npm: string,
  { environment, platform }: Machine,
): GroupCommand {
  const all: Machine['environment'] = { ...environment, ...NPM_SETTINGS };
  const entries = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith('AWS_') ? [] : [[name, value]],
  );
  const around = { cwd: folder, environment: { ...Object.fromEntries<string>(entries), ...NO_CREDENTIALS } };
  // On Windows, npm is a script that can only be run by a shell.
  if (platform === 'win32') return { command: 'cmd.exe', args: ['/d', '/c', npm, 'run', name], ...around };
  return { command: npm, args: ['run', name], ...around };
}

/** Explains a failure that the output of a script shows, with what to do; empty for other failures. */
function explainOutput(output: string): string {
  // webpack 4 and early releases of webpack 5 hash with MD4, https://nodejs.org/en/blog/release/v17.0.0
  if (/ERR_OSSL_EVP_UNSUPPORTED|error:0308010C/.test(output))
    return `, because its webpack needs MD4, which OpenSSL 3 of Node.js ${process.versions.node} refuses (ERR_OSSL_EVP_UNSUPPORTED); set NODE_OPTIONS=--openssl-legacy-provider and start again, or update webpack to 5.61 or later`;
  return '';
}

function lastLines(output: string): string {
  return output.trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
