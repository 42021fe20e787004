/**
 * Queries interpreters for their version and for missing packages. One process answers all questions that arrive
 * together.
 */
import { execFile, type ExecFileException } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Machine } from '../machine.ts';

type PythonQuestion = {
  readonly handler: string;
  readonly root: string;
  readonly paths: readonly string[];
  readonly requirements: string | undefined;
  readonly pyproject: string | undefined;
};

type MissingModule = {
  readonly module: string;
  readonly file: string;
  readonly line: number;
  /** Whether the import always runs, because it is at the top level of a module that is always loaded. */
  readonly isCertain: boolean;
};

export type PythonAnswer = {
  readonly missing: readonly MissingModule[];
  /** The modules outside the code and its layers that the function imports and this Python has. */
  readonly imported: readonly string[];
  readonly uninstalled: readonly string[];
  /**
   * The versions of Boto3's packages that the project has itself, by normalised name; empty if the function does not
   * lack Boto3.
   */
  readonly versions: Readonly<Record<string, string>>;
  readonly fault:
    | { readonly kind: 'no-file'; readonly module: string }
    | { readonly kind: 'no-function'; readonly file: string; readonly function: string }
    | { readonly kind: 'syntax'; readonly file: string; readonly line: number; readonly message: string }
    | null;
};

export type PythonFacts = {
  /** The full version, for example `3.11.7`. */
  readonly version: string;
  /** The interpreter's own path, not the shim of a version manager. */
  readonly executable: string;
  readonly hasDebugger: boolean;
  readonly hasPip: boolean;
};

type PythonReply =
  | (PythonFacts & { readonly kind: 'answered'; readonly answer: PythonAnswer })
  /** The interpreter does not run. `reason` is the rest of a sentence that begins with the interpreter's name. */
  | { readonly kind: 'silent'; readonly reason: string; readonly wasLate: boolean };

type ProbeAnswer = PythonFacts & { readonly kind: 'answered'; readonly answers: readonly PythonAnswer[] };
type Silent = Extract<PythonReply, { kind: 'silent' }>;
type PendingQuestion = {
  readonly question: PythonQuestion;
  readonly resolve: (reply: PythonReply) => void;
};

const PROGRAM = fileURLToPath(new URL('./inspect_project.py', import.meta.url));
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export class PythonProbe {
  readonly #machine: Machine;
  readonly #asked = new Map<string, PendingQuestion[]>();
  /**
   * The interpreters that are known not to run. An interpreter that only timed out is not included, because it may be
   * faster next time.
   */
  readonly #dead = new Map<string, Silent>();
  readonly #timeoutMs: number;

  constructor(machine: Machine, timeoutMs = TIMEOUT_MS) {
    this.#machine = machine;
    this.#timeoutMs = timeoutMs;
  }

  ask(python: string, question: PythonQuestion): Promise<PythonReply> {
    const dead = this.#dead.get(python);
    if (dead !== undefined) return Promise.resolve(dead);
    return new Promise((resolve) => {
      const asked = this.#asked.get(python);
      if (asked !== undefined) {
        asked.push({ question, resolve });
        return;
      }
      const list: PendingQuestion[] = [{ question, resolve }];
      this.#asked.set(python, list);
      setImmediate(() => {
        this.#asked.delete(python);
        void this.#run(python, list);
      });
    });
  }

  async #run(python: string, asked: readonly PendingQuestion[]): Promise<void> {
    const probed = await this.#report(
      python,
      asked.map(({ question }) => question),
    );
    if (probed.kind === 'silent' && !probed.wasLate) this.#dead.set(python, probed);
    for (const [index, { resolve }] of asked.entries()) {
      const answer = probed.kind === 'answered' ? probed.answers[index] : undefined;
      if (probed.kind === 'silent') resolve(probed);
      else resolve(answer === undefined ? UNREADABLE : { ...probed, answer });
    }
  }

  #report(python: string, questions: readonly PythonQuestion[]): Promise<ProbeAnswer | Silent> {
    const { environment, home } = this.#machine;
    const { PATH, PYENV_ROOT, PYENV_VERSION } = environment;
    const env = { PATH, PYENV_ROOT, PYENV_VERSION, HOME: home, PYTHONDONTWRITEBYTECODE: '1' };
    const root = questions[0]?.root ?? home;
    return new Promise((resolve) => {
      const options = { env, cwd: root, timeout: this.#timeoutMs, maxBuffer: MAX_ANSWER_BYTES };
      const child = execFile(python, [PROGRAM], options, (error, stdout) => {
        resolve(error === null ? readAnswer(stdout) : silence(error, this.#timeoutMs));
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(JSON.stringify(questions));
    });
  }
}

const UNREADABLE: Silent = { kind: 'silent', reason: 'gave an unreadable response', wasLate: false };

function silence(error: ExecFileException, timeoutMs: number): Silent {
  if (error.killed === true && error.signal === 'SIGTERM')
    return { kind: 'silent', reason: `did not respond within ${timeoutMs / 1000} s`, wasLate: true };
  return { kind: 'silent', reason: `does not run (${error.code ?? error.signal ?? ''})`, wasLate: false };
}

/** Reads the probe's output. It is not validated because the gateway's own program has written it. */
function readAnswer(text: string): ProbeAnswer | Silent {
  try {
    return { kind: 'answered', ...(JSON.parse(text) as Omit<ProbeAnswer, 'kind'>) };
  } catch {
    return UNREADABLE;
  }
}
