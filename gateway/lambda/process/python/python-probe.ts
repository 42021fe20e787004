/** Asks interpreters what they are and what they lack; one process for all questions that come together. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Machine } from '../machine.ts';

type PythonQuestion = {
  readonly handler: string;
  readonly root: string;
  /** Folders of layers. */
  readonly paths: readonly string[];
  readonly requirements: string | undefined;
  readonly pyproject: string | undefined;
};

export type PythonAnswer = {
  /** Imports of packages that are nowhere to be found. */
  readonly missing: readonly { readonly module: string; readonly file: string; readonly line: number }[];
  /** Names of packages that the project lists. */
  readonly uninstalled: readonly string[];
  readonly fault:
    | { readonly kind: 'no-file'; readonly module: string }
    | { readonly kind: 'no-function'; readonly file: string; readonly function: string }
    | { readonly kind: 'syntax'; readonly file: string; readonly line: number; readonly message: string }
    | null;
};

export type PythonFacts = {
  /** `3.11.7` */
  readonly version: string;
  /** What the interpreter calls itself: no shim of a version manager. */
  readonly executable: string;
  readonly hasDebugger: boolean;
};

type Told = PythonFacts & { readonly answers: readonly PythonAnswer[] };
type Asked = {
  readonly question: PythonQuestion;
  readonly resolve: (told: (PythonFacts & { readonly answer: PythonAnswer }) | undefined) => void;
};

const PROGRAM = fileURLToPath(new URL('./inspect_project.py', import.meta.url));
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export class PythonProbe {
  readonly #machine: Machine;
  readonly #asked = new Map<string, Asked[]>();
  /** Interpreters that do not run. */
  readonly #dead = new Set<string>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Undefined where it is no interpreter that runs. */
  ask(
    python: string,
    question: PythonQuestion,
  ): Promise<(PythonFacts & { readonly answer: PythonAnswer }) | undefined> {
    if (this.#dead.has(python)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const asked = this.#asked.get(python);
      if (asked !== undefined) {
        asked.push({ question, resolve });
        return;
      }
      const list: Asked[] = [{ question, resolve }];
      this.#asked.set(python, list);
      setImmediate(() => {
        this.#asked.delete(python);
        void this.#run(python, list);
      });
    });
  }

  async #run(python: string, asked: readonly Asked[]): Promise<void> {
    const told = await this.#tell(
      python,
      asked.map(({ question }) => question),
    );
    if (told === undefined) this.#dead.add(python);
    for (const [index, { resolve }] of asked.entries()) {
      const answer = told?.answers[index];
      resolve(told === undefined || answer === undefined ? undefined : { ...told, answer });
    }
  }

  #tell(python: string, questions: readonly PythonQuestion[]): Promise<Told | undefined> {
    const { environment, home } = this.#machine;
    const { PATH, PYENV_ROOT, PYENV_VERSION } = environment;
    const env = { PATH, PYENV_ROOT, PYENV_VERSION, HOME: home, PYTHONDONTWRITEBYTECODE: '1' };
    const root = questions[0]?.root ?? home;
    return new Promise((resolve) => {
      const options = { env, cwd: root, timeout: TIMEOUT_MS, maxBuffer: MAX_ANSWER_BYTES };
      const child = execFile(python, [PROGRAM], options, (error, stdout) => {
        resolve(error === null ? readTold(stdout) : undefined);
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(JSON.stringify(questions));
    });
  }
}

/** Written by our own program. */
function readTold(text: string): Told | undefined {
  try {
    return JSON.parse(text) as Told;
  } catch {
    return undefined;
  }
}
