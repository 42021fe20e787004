/** docs/reference/wire-contract.md: both languages are asked the same, hostile and ordinary, and answer the same. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { REPOSITORY } from '../architecture/source-files.ts';
import { pickFrom } from '../support/pick.ts';
import { drawQuestion } from './languages/draw.ts';
import { answerInTypeScript, QUESTION_NAMES } from './languages/questions.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const PYTHON = process.env['GATEWRIGHT_PYTHON'] ?? 'python3';
/** The beginning of a second limit, as it is escaped in the JSON of a question. */
const SECOND_LIMIT = String.raw`,{\"id\":\"`;
const SHOWN_CHARACTERS = 600;

let running: PythonProcess | undefined;

export const languages: DrawnPromise = {
  name: 'languages',
  says: 'the Python library answers as the TypeScript library, and raises no exception but its own',
  few: 40,
  many: 20_000,
  meets: [
    ...QUESTION_NAMES,
    'webhook: answered',
    'charge: answered',
    'plan: answered',
    'plan: error PLAN_INVALID',
    'names: error SUBJECT_INVALID',
    'body: error EVENT_MALFORMED',
    'claims: error EVENT_MALFORMED',
  ],
  skip: () =>
    spawnSync(PYTHON, ['-c', 'import zoneinfo']).status === 0
      ? undefined
      : `${PYTHON} is no Python of 3.9 or newer; GATEWRIGHT_PYTHON names one`,
  async check(seed, tally) {
    running ??= new PythonProcess();
    const pick = pickFrom(seed);
    const asked = QUESTION_NAMES.map((name) => [name, drawQuestion(name, pick)] as const);
    const answers = await running.ask(asked);
    for (const [index, [name, text]] of asked.entries()) {
      const [ours, theirs] = [await answerInTypeScript(name, text), answers[index]];
      countAnswer(tally, name, ours);
      if (isSame(name, ours, theirs, text)) continue;
      const shown = [text, JSON.stringify(ours), JSON.stringify(theirs)].map((each) =>
        each.slice(0, SHOWN_CHARACTERS),
      );
      return `${name} of ${shown[0]}: TypeScript ${shown[1]}, Python ${shown[2]}`;
    }
    return undefined;
  },
  close() {
    running?.close();
    running = undefined;
  },
};

function isSame(name: string, ours: unknown, theirs: unknown, text: string): boolean {
  if (isForeign(ours) || isForeign(theirs)) return false;
  if (name === 'charge' && text.includes(SECOND_LIMIT))
    return isDeepStrictEqual(whatIsUsed(ours), whatIsUsed(theirs));
  // The Python library refuses these limits before it reads their other fields.
  const isElsewhere = /"(?:rate|concurrency|shards)"/.test(text);
  return isDeepStrictEqual(
    isElsewhere ? withoutField(ours) : ours,
    isElsewhere ? withoutField(theirs) : theirs,
  );
}

/**
 * Of several limits, each language asks in its own order which one refuses. What the others' ledgers show then, and
 * whether they are opened or continue under a term, is its own, but what is used is not.
 */
function whatIsUsed(answer: unknown): unknown {
  const [outcomes, items] = answer as readonly [readonly unknown[], Readonly<Record<string, object>>];
  const shown = outcomes.map((outcome) =>
    Array.isArray(outcome) && outcome[1] !== null ? outcome.slice(0, 2) : outcome,
  );
  const used = Object.entries(items).flatMap(([key, item]) =>
    'used' in item && item.used !== 0 ? [[key, item.used] as const] : [],
  );
  return [shown, Object.fromEntries(used)];
}

function isForeign(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Object.hasOwn(answer, 'foreign');
}

function withoutField(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'field' in answer && 'error' in answer
    ? { error: answer.error }
    : answer;
}

function countAnswer(tally: Tally, name: string, answer: unknown): void {
  count(tally, name);
  const kind =
    typeof answer === 'object' && answer !== null && 'error' in answer
      ? `error ${String(answer.error)}`
      : 'answered';
  count(tally, `${name}: ${kind}`);
}

/** A single process for all questions, which reads and answers lines of JSON. */
class PythonProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor() {
    this.#child = spawn(PYTHON, [join(import.meta.dirname, 'languages/process.py')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PYTHONPATH: ['python/src', 'python/tests'].map((folder) => join(REPOSITORY, folder)).join(':'),
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUTF8: '1',
      },
    });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask(questions: readonly (readonly [string, string])[]): Promise<readonly unknown[]> {
    this.#child.stdin.write(`${JSON.stringify(questions)}\n`);
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`the Python process has ended: ${this.#errors}`);
    return JSON.parse(value) as readonly unknown[];
  }

  close(): void {
    this.#child.stdin.end();
  }
}
