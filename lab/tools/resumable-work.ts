/**
 * Stores finished parts of a long run in a separate file for each state of the code, so that an interrupted run loses
 * only one part.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export class ResumableWork<Report> {
  readonly #file: string | undefined;
  readonly #known: Map<string, Report>;

  private constructor(file: string | undefined, known: Map<string, Report>) {
    this.#file = file;
    this.#known = known;
  }

  /** Returns work whose results are kept in memory, for one run only. */
  static none<Of>(): ResumableWork<Of> {
    return new ResumableWork<Of>(undefined, new Map());
  }

  /** @param state identifies everything on which the reports depend */
  static in<Of>(folder: string, state: string): ResumableWork<Of> {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${state}.jsonl`);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    // An interrupted run may have left an incomplete line.
    if ((lines.at(-1) ?? '') !== '') appendFileSync(file, '\n');
    return new ResumableWork<Of>(file, new Map(lines.flatMap((line) => parseLine(line) as [string, Of][])));
  }

  find(name: string): Report | undefined {
    return this.#known.get(name);
  }

  keep(name: string, report: Report): void {
    this.#known.set(name, report);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify([name, report])}\n`);
  }
}

function parseLine(line: string): readonly unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
