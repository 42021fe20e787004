/** Removes a service from a copy of the repository: its folder, its tests, and its lines of the catalogue. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { namedServices } from '../../architecture/services.ts';
import type { SourceFile } from '../../architecture/source-files.ts';

export const CATALOGUE = 'packages/gateway/engine/compose/services/catalogue.ts';

/** An element of the list, as the formatter prints it: on one line, or on several. */
const ENTRY = /^ {2}\{(?: .*\},\n|\n(?: {4}.*\n)+ {2}\},\n)/gm;

/**
 * The catalogue without a service: neither its entry nor the imports from its folder.
 * @throws RangeError if it does not have exactly one entry
 */
export function withoutService(catalogue: string, service: string): string {
  const isOfIt = (text: string): boolean => text.includes(`/services/${service}/`);
  const entries = catalogue.match(ENTRY)?.filter(isOfIt) ?? [];
  const [entry, ...more] = entries;
  if (entry === undefined || more.length > 0)
    throw new RangeError(`${CATALOGUE} has ${entries.length} entries of ${service}, not one`);
  return catalogue.replace(entry, '').replace(/^import [^;]*;\n/gm, (line) => (isOfIt(line) ? '' : line));
}

/** The folders and files that are removed with a service, in addition to its lines of the catalogue. */
export function pathsOf(service: string, tests: readonly SourceFile[]): readonly string[] {
  const together = tests.filter((file) => namedServices(file)?.includes(service) === true);
  return [
    `packages/gateway/services/${service}`,
    `test/packages/gateway/services/${service}`,
    ...together.map(({ path }) => path),
  ];
}

/** Removes paths from a copy until they are put back. */
export class Removal {
  readonly #copy: string;
  readonly #aside: string;
  readonly #moved: string[] = [];
  readonly #catalogue: string;

  constructor(copy: string) {
    this.#copy = copy;
    this.#aside = `${copy}-aside`;
    this.#catalogue = readFileSync(join(copy, CATALOGUE), 'utf8');
  }

  remove(paths: readonly string[]): void {
    for (const path of paths) if (existsSync(join(this.#copy, path))) this.#move(path);
  }

  /** The lines of the complete catalogue. */
  unlist(service: string): void {
    writeFileSync(join(this.#copy, CATALOGUE), withoutService(this.#catalogue, service));
  }

  putBack(): void {
    for (const path of this.#moved.splice(0).reverse())
      renameSync(join(this.#aside, path), join(this.#copy, path));
    writeFileSync(join(this.#copy, CATALOGUE), this.#catalogue);
    rmSync(this.#aside, { recursive: true, force: true });
  }

  #move(path: string): void {
    mkdirSync(dirname(join(this.#aside, path)), { recursive: true });
    renameSync(join(this.#copy, path), join(this.#aside, path));
    this.#moved.push(path);
  }
}
