import type { BuiltCode, FunctionBuild } from '../build/bundle.ts';
import type { Compiler } from '../build/compiling.ts';
import type { CheckedCode, CodeFinding, RunnableCode, SourceChange } from '../code/runnable-code.ts';
import type { WatchedSources } from '../code/source-watcher.ts';
import { SpareThread } from './spare-thread.ts';
import type { ThreadProgram } from './start-thread.ts';
import { ThreadInstance } from './thread-instance.ts';

export class ThreadCode implements RunnableCode {
  readonly #build: FunctionBuild;
  #begun: { readonly built: Promise<BuiltCode>; readonly abort: AbortController } | undefined;
  readonly #spare = new SpareThread();
  #latest: ThreadProgram | undefined;
  readonly #programOf: (built: BuiltCode, taskRoot: string) => ThreadProgram;

  constructor(build: FunctionBuild, programOf: (built: BuiltCode, taskRoot: string) => ThreadProgram) {
    this.#build = build;
    this.#programOf = programOf;
  }

  get taskRoot(): string {
    return this.#build.taskRoot;
  }

  get watched(): WatchedSources {
    return { kind: 'folder', folder: this.#build.sourceFolder };
  }

  get compiler(): Compiler | undefined {
    return this.#build.compiler;
  }

  async check(): Promise<CheckedCode> {
    const checked = await this.#build.check();
    return { ...checked, interpreter: this.#build.uncompiled };
  }

  get unsupportedSettings(): CodeFinding | undefined {
    return this.#build.unsupportedSettings;
  }

  foresee(isStarted: boolean): void {
    if (isStarted && this.#latest !== undefined) this.#spare.boot(this.#latest);
    if (this.#begun !== undefined || !this.#build.isBundled) return;
    const abort = new AbortController();
    const built = this.#build.run(true, abort.signal);
    // This only prevents an unhandled rejection. If `build` uses the result, it gets the error.
    built.catch(() => undefined);
    this.#begun = { built, abort };
  }

  async build(change?: SourceChange): ReturnType<RunnableCode['build']> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (change === 'unforeseen') begun?.abort.abort();
    const usable = change === 'unforeseen' ? undefined : begun?.built;
    const built = await (usable ?? this.#build.run(change !== undefined));
    const program = { ...this.#programOf(built, this.taskRoot), spare: this.#spare };
    this.#latest = program;
    const sources: WatchedSources =
      built.sources === undefined ? this.watched : { kind: 'files', files: built.sources };
    return { program: { start: (owner) => new ThreadInstance(program, owner) }, sources };
  }

  prepareSave(): void {
    if (this.#latest !== undefined) this.#spare.keep(this.#latest);
    this.#build.prepareSoon();
  }

  endPreparing(): Promise<void> {
    this.#build.endPreparing();
    return this.#spare.end();
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#spare.close(), this.#build.dispose()]);
  }
}
