/**
 * Builds the output of a service's own webpack. The functions of the service share the output. webpack runs in a child
 * process that stays alive for later builds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isJsonObject } from '@gatewright/aws/json-object';
import { readErrorText } from '@gatewright/aws/thrown-error';

import type { WebpackService } from '../../core/stack/function.ts';
import { BuildError } from './build-error.ts';

const PROGRAM = fileURLToPath(new URL('webpack-program.cjs', import.meta.url));
const TIME_LIMIT_MS = 120_000;
const ERROR_TEXT_LIMIT = 16_384;

/** The output of one webpack run. `files` are the source files that were bundled, without packages. */
type WebpackOutput = { readonly files: readonly string[] };

export class WebpackBuild {
  readonly service: WebpackService;
  readonly taskRoot: string;
  readonly #outputFolder: string;
  #users = 0;
  #child: ChildProcess | undefined;
  #latest: Promise<WebpackOutput> | undefined;
  /**
   * Whether the latest build was requested in this turn of the event loop. After a change, several functions request a
   * build in the same turn, and these requests share one build.
   */
  #isOfThisTurn = false;

  constructor(service: WebpackService, outputFolder: string) {
    this.service = service;
    this.#outputFolder = outputFolder;
    this.taskRoot = join(outputFolder, 'service');
  }

  /**
   * Returns the output of the latest build. The first call builds it.
   * @throws BuildError for errors that webpack reports, and when webpack cannot run
   */
  latest(): Promise<WebpackOutput> {
    return this.#latest ?? this.again();
  }

  again(): Promise<WebpackOutput> {
    if (this.#isOfThisTurn && this.#latest !== undefined) return this.#latest;
    this.#isOfThisTurn = true;
    setImmediate(() => (this.#isOfThisTurn = false));
    const before = this.#latest?.catch(() => undefined) ?? Promise.resolve();
    const made = before.then(() => this.#run());
    this.#latest = made;
    made.catch(() => undefined);
    return made;
  }

  join(): this {
    this.#users += 1;
    return this;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #run(): Promise<WebpackOutput> {
    const isOpen = this.#child !== undefined;
    const child = (this.#child ??= this.#open());
    let errorText = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errorText = (errorText + text).slice(-ERROR_TEXT_LIMIT);
    });
    const answered = new Promise<unknown>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
      const settle = (answer: unknown): void => {
        clearTimeout(timer);
        child.removeAllListeners('message').removeAllListeners('close').removeAllListeners('error');
        child.stderr?.removeAllListeners('data').resume();
        resolve(answer);
      };
      child.once('message', settle);
      child.once('error', (error) => settle({ failed: error.message }));
      child.once('close', (code, killedBy) => {
        this.#child = undefined;
        settle({ failed: describeEnd(code, killedBy, errorText, child.killed) });
      });
      child.send(isOpen ? {} : this.service);
    });
    return this.#read(await answered);
  }

  #open(): ChildProcess {
    mkdirSync(this.#outputFolder, { recursive: true });
    const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    const child = fork(PROGRAM, [this.#outputFolder], {
      cwd: this.service.folder,
      env: Object.fromEntries(entries),
      // webpack 4 creates hashes with MD4, which OpenSSL 3 supports only through this provider.
      execArgv: ['--openssl-legacy-provider'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // The child process must not keep the gateway alive. A cast is needed, because the type of a pipe does not declare
    // `unref`.
    child.unref();
    child.channel?.unref();
    const { stderr } = child;
    if (stderr !== null && 'unref' in stderr && typeof stderr.unref === 'function')
      Reflect.apply(stderr.unref, stderr, []);
    return child;
  }

  #read(answer: unknown): WebpackOutput {
    if (!isJsonObject(answer)) throw new BuildError(`${this.service.plugin}: no response`);
    const { failed, files, errors } = answer;
    const [first, ...others] = typeof failed === 'string' ? [failed] : textsOf(errors);
    if (first !== undefined) throw new BuildError(describe(this.service.plugin, first, others.length));
    linkPackages(this.service.folder, this.#outputFolder, this.taskRoot);
    return { files: textsOf(files).filter((file) => !file.includes('node_modules')) };
  }
}

export class WebpackBuilds {
  readonly #folder: string;
  readonly #builds = new Map<string, WebpackBuild>();

  constructor(runDirectory: string) {
    this.#folder = join(runDirectory, 'webpack');
  }

  of(service: WebpackService): WebpackBuild {
    const key = createHash('sha256').update(JSON.stringify(service)).digest('hex').slice(0, 12);
    const build = this.#builds.get(key) ?? new WebpackBuild(service, join(this.#folder, key));
    this.#builds.set(key, build);
    return build;
  }
}

/**
 * Links the two nearest folders of packages, in the service's folder or above it, so that the output finds its
 * packages.
 */
function linkPackages(serviceFolder: string, outputFolder: string, taskRoot: string): void {
  const found: string[] = [];
  for (let folder = serviceFolder; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'node_modules'))) found.push(join(folder, 'node_modules'));
  for (const [index, folder] of [taskRoot, outputFolder].entries()) {
    const packages = found[index];
    const link = join(folder, 'node_modules');
    if (packages === undefined || existsSync(link)) continue;
    mkdirSync(folder, { recursive: true });
    symlinkSync(packages, link, 'junction');
  }
}

/** @param isLate whether this process ended webpack, because its time limit had passed */
function describeEnd(
  code: number | null,
  killedBy: string | null,
  errorText: string,
  isLate: boolean,
): string {
  if (isLate) return `it did not end within ${TIME_LIMIT_MS / 1000} s`;
  const end =
    killedBy === null ? `it ended with code ${String(code)}` : `it was ended by the signal ${killedBy}`;
  const { text } = readErrorText(errorText);
  return text === '' ? end : `${end}: ${text}`;
}

function describe(plugin: string, text: string, others: number): string {
  const [own = ''] = text.split('\nRequire stack:');
  const lines = own.split('\n').filter((line) => /\S/.test(line));
  const more = others === 0 ? '' : ` (and ${others} more)`;
  return `${plugin}: ${lines.slice(0, 3).join(' ').replaceAll(/\s+/g, ' ').slice(0, 400)}${more}`;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
