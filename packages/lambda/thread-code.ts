import type { BuiltCode, FunctionBuild } from './bundle.ts';
import type { Compiler } from './compiling.ts';
import type { CheckedCode, CodeFinding, RunnableCode } from './runnable-code.ts';
import type { WatchedSources } from './source-watcher.ts';
import type { ThreadProgram } from './start-thread.ts';
import { ThreadInstance } from './thread-instance.ts';

export class ThreadCode implements RunnableCode {
  readonly #build: FunctionBuild;
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

  check(): Promise<CheckedCode> {
    return this.#build.check();
  }

  get unsupportedSettings(): CodeFinding | undefined {
    return this.#build.unsupportedSettings;
  }

  async build(): ReturnType<RunnableCode['build']> {
    const built = await this.#build.run();
    const program = this.#programOf(built, this.taskRoot);
    const sources: WatchedSources =
      built.sources === undefined ? this.watched : { kind: 'files', files: built.sources };
    return { program: { start: (owner) => new ThreadInstance(program, owner) }, sources };
  }

  dispose(): Promise<void> {
    return this.#build.dispose();
  }
}
