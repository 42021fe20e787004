/**
 * Reads and writes the files of an attachment on this machine. A later run reads from these files which steps were
 * planned, and how the API was configured before them.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isJsonObject, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { CompiledSource } from '#shared/access/compiled-document.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { Snapshot, Step } from './step.ts';

/** The file formats that can be read. Files of format 1 also contain the calls of each step. */
const READ_FORMATS: readonly unknown[] = [1, 2];
export const FORMAT = 2;

export type Plan = {
  readonly format: number;
  readonly id: string;
  readonly madeAt: string;
  readonly apiId: string;
  readonly kind: 'rest' | 'http' | 'websocket';
  readonly stage: string;
  readonly region: string;
  readonly functionArn: string;
  /** Whether an access document is not needed, because any function may be the authorizer. */
  readonly isWithoutDocument?: boolean;
  /**
   * The parts of a request from which the access document reads credentials. Absent without a document, and in files
   * that earlier versions have written.
   */
  readonly sources?: readonly CompiledSource[];
  readonly steps: readonly Step[];
  /** The state of all parts of the API for which the plan was made. */
  readonly parts: Snapshot;
};

/**
 * The data that a detachment needs. It is written before the first call to AWS. If it cannot be written, no call is
 * made.
 */
export type Undo = Pick<
  Plan,
  'format' | 'id' | 'apiId' | 'kind' | 'stage' | 'region' | 'functionArn' | 'steps' | 'sources'
> & {
  /** The authorizers that an undo restores (`apply-plan.ts`). Absent in files that earlier versions have written. */
  readonly guards?: Snapshot;
};

/**
 * A step in a file. `restore-steps.ts` creates its calls again from these members, which files of format 1 also have.
 */
export type SavedStep = Pick<Step, 'part' | 'before' | 'after' | 'canaryPercent'> &
  Partial<Pick<Step, 'apply' | 'revert' | 'orElse'>>;

export type Saved<Of extends Undo> = Omit<Of, 'steps'> & { readonly steps: readonly SavedStep[] };

export type JournalLine = {
  readonly at: string;
  readonly step: string;
  readonly what: 'begin' | 'done' | 'there' | 'undo' | 'undone' | 'gone';
};

export interface Journal {
  readonly folder: string;
  plan(): Saved<Plan> | undefined;
  savePlan(plan: Plan): void;
  undo(): Saved<Undo> | undefined;
  saveUndo(undo: Undo): void;
  lines(): readonly JournalLine[];
  note(line: JournalLine): void;
  /** Marks the attachment as undone. The next attachment starts with new files. */
  close(): void;
}

/** Mode of a file that only its owner can read, because an API's configuration may contain secrets. */
const PRIVATE = 0o600;

/**
 * Opens the journal of the current attachment. Below `root` there is a folder for each API and stage. It contains one
 * folder for each attachment. The current attachment is the latest one that has not been undone.
 */
export function openJournal(root: string, apiId: string, stage: string): Journal {
  const base = join(root, `${apiId}-${encodeURIComponent(stage)}`);
  const numbers = existsSync(base)
    ? readdirSync(base)
        .map((name) => Number(name))
        .filter((number) => Number.isInteger(number) && number > 0)
    : [];
  const latest = Math.max(0, ...numbers);
  const isOpen = latest > 0 && !existsSync(join(base, String(latest), 'undone'));
  return openFolder(join(base, String(isOpen ? latest : latest + 1)));
}

/** Opens the journal of the existing attachment. A later plan that was not applied is ignored. */
export function openAttached(root: string, apiId: string, stage: string): Journal {
  const latest = openJournal(root, apiId, stage);
  return latest.undo() === undefined ? (earlierJournal(latest) ?? latest) : latest;
}

export function nextJournal({ folder }: Journal): Journal {
  const [, base = '', number = '0'] = /^(.*)[\\/](\d+)$/.exec(folder) ?? [];
  return openFolder(join(base, String(Number(number) + 1)));
}

/**
 * Returns the journal of the previous attachment. Returns undefined if there is none, or if that attachment has been
 * undone.
 */
export function earlierJournal({ folder }: Journal): Journal | undefined {
  const [, base = '', number = '0'] = /^(.*)[\\/](\d+)$/.exec(folder) ?? [];
  const earlier = join(base, String(Number(number) - 1));
  return existsSync(join(earlier, 'undo.json')) && !existsSync(join(earlier, 'undone'))
    ? openFolder(earlier)
    : undefined;
}

function openFolder(folder: string): Journal {
  const file = (name: string): string => join(folder, name);
  return {
    folder,
    plan: () => read(folder, file('plan.json')) as Saved<Plan> | undefined,
    savePlan: (plan) => save(folder, file('plan.json'), withoutCalls(plan)),
    undo: () => read(folder, file('undo.json')) as Saved<Undo> | undefined,
    saveUndo: (undo) => save(folder, file('undo.json'), withoutCalls(undo)),
    lines: () => readLines(file('journal.jsonl')),
    note: (line) => append(folder, file('journal.jsonl'), `${JSON.stringify(line)}\n`),
    close: () => append(folder, file('undone'), `${new Date().toISOString()}\n`),
  };
}

function withoutCalls<Of extends Undo>(attachment: Of): Saved<Of> {
  const steps = attachment.steps.map(({ part, before, after, canaryPercent }) => ({
    part,
    before,
    after,
    ...(canaryPercent !== undefined && { canaryPercent }),
  }));
  return { ...attachment, steps };
}

/**
 * Reads a file of an attachment. Because calls to AWS are made from its content, the file must be unchanged and belong
 * to this API.
 * @throws UsageError if the file was changed or belongs to another API
 */
function read(folder: string, file: string): UnknownMembers | undefined {
  if (!existsSync(file)) return undefined;
  refuseLinks([dirname(folder), folder, file]);
  const found = parseJsonObject(readFileSync(file, 'utf8'));
  if (!READ_FORMATS.includes(found?.['format']) || !Array.isArray(found?.['steps']))
    throw new UsageError(
      `${file} has a format that this version of gatewright attach cannot read: use the version that wrote the file`,
    );
  const { sum, ...content } = found;
  if (sum !== sumOf(content))
    throw new UsageError(
      `${file} was edited after gatewright attach wrote it: undo the edit, because attach makes calls to AWS from this file`,
    );
  const { apiId, stage } = content;
  if (`${String(apiId)}-${encodeURIComponent(String(stage))}` !== basename(dirname(folder)))
    throw new UsageError(
      `${file} belongs to API ${String(apiId)}, stage ${String(stage)}, so it is in the wrong folder`,
    );
  return content;
}

function sumOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Writes a file atomically and flushes it to the disk. It must be complete before AWS is called. */
function save(folder: string, file: string, value: object): void {
  makeFolder(folder);
  const draft = `${file}.${process.pid}`;
  write(draft, 'w', `${JSON.stringify({ ...value, sum: sumOf(value) }, null, 1)}\n`);
  renameSync(draft, file);
}

function append(folder: string, file: string, text: string): void {
  makeFolder(folder);
  write(file, 'a', text);
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  refuseLinks([dirname(folder), folder]);
}

/**
 * Refuses symbolic links. Attack: git stores such links, so a cloned repository could make an attachment read or write
 * files outside of the folder.
 */
function refuseLinks(paths: readonly string[]): void {
  const link = paths.find((path) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink());
  if (link !== undefined)
    throw new UsageError(`${link} is a symbolic link: remove it, or name another folder with --state`);
}

function write(file: string, flags: 'a' | 'w', text: string): void {
  refuseLinks([file]);
  const descriptor = openSync(file, flags, PRIVATE);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads the journal's lines. If a run was killed, its last line may be incomplete. */
function readLines(file: string): readonly JournalLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = parseJsonObject(line);
      return isJsonObject(found) && typeof found['step'] === 'string' ? [found as JournalLine] : [];
    });
}
