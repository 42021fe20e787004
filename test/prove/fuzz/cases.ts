/** Inputs that once caused a crash. Each is stored in one file, and is tried in every run. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../architecture/source-files.ts';
import type { Crash } from './run-target.ts';

const FOLDER = join(REPOSITORY, 'test/prove/fuzz/cases');

export function readCases(): readonly Crash[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Crash);
}

/** @returns the file's name */
export function keepCase(crash: Crash): string {
  const hash = createHash('sha256').update(crash.input).digest('hex').slice(0, 12);
  const name = `${crash.target}-${hash}.json`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, name), `${JSON.stringify(crash, null, 2)}\n`);
  return name;
}
