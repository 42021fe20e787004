/**
 * Records what a run creates, removes and finds out, with one line for each event as soon as it happens. With this
 * journal, an interrupted run is resumed, and the resources that it left behind are removed.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SdkCall, SdkService } from '../play/client.ts';

/** The folder of journals, below the working folder. */
export const STATE_FOLDER = '.gatewright-conformance';
const ENDING = '.jsonl';

/** The call that removes a resource. */
type Removal = SdkCall & { readonly service: SdkService };

type Finding = {
  readonly id: string;
  readonly difference?: string | undefined;
  readonly notAsked?: string;
};

type Line = { readonly made: Removal } | { readonly removed: Removal } | { readonly result: Finding };

type JournalState = {
  readonly made: number;
  readonly removed: number;
  readonly left: readonly Removal[];
  readonly results: ReadonlyMap<string, Finding>;
};

export function makeRunId(): string {
  return randomBytes(4).toString('hex');
}

export class Journal {
  readonly runId: string;
  readonly #path: string;

  constructor(workingFolder: string, runId: string) {
    this.runId = runId;
    this.#path = join(workingFolder, STATE_FOLDER, `${runId}${ENDING}`);
  }

  write(line: Line): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  read(): JournalState {
    return readJournal(this.#path);
  }
}

/** Lists the runs that have a journal in the folder, the oldest name first. */
export function listRuns(workingFolder: string): readonly string[] {
  try {
    return readdirSync(join(workingFolder, STATE_FOLDER))
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .sort();
  } catch {
    return [];
  }
}

function readJournal(path: string): JournalState {
  const left = new Map<string, Removal>();
  const results = new Map<string, Finding>();
  let [made, removed] = [0, 0];
  for (const line of readLines(path)) {
    if ('made' in line) {
      made += 1;
      left.set(JSON.stringify(line.made), line.made);
    } else if ('removed' in line) {
      if (left.delete(JSON.stringify(line.removed))) removed += 1;
    } else results.set(line.result.id, line.result);
  }
  return { made, removed, left: [...left.values()], results };
}

function readLines(path: string): readonly Line[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line): Line[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line];
    } catch {
      // The last line may be incomplete if the run was killed while writing it.
      return [];
    }
  });
}
