/** The packages in which mutants are planted, as the layout of the repository names them. */
import { roomOf } from '../../architecture/layout.ts';
import type { SourceFile } from '../../architecture/source-files.ts';

/** Rooms in which no mutants are planted, with the reason. */
const ROOMS_LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['examples', 'examples to copy, which are tested by serving them'],
  ['lab', 'tools that measure and print for maintainers; nothing imports them'],
]);
/** Files in which no mutants are planted, with the reason. */
const FILES_LEFT_OUT: readonly (readonly [files: RegExp, reason: string])[] = [
  [/\.tsx$/, 'the browser proof checks in a browser what a page shows'],
];

/** The smallest number of mutants that is drawn in each package. If there are fewer, all are drawn. */
export const LEAST_DRAWN = 150;
/** The packages with more mutants. They decide who is admitted and what this costs, and are the largest. */
const DRAWN_MORE: ReadonlyMap<string, number> = new Map([
  ['shared', 850],
  ['packages/gateway/core', 400],
]);

/** @returns undefined for files that belong to no room, such as tests */
export function packageOf(path: string): string | undefined {
  // The services are one package: most are too small to be measured alone.
  return roomOf(path)?.folder.split('/').slice(0, 3).join('/');
}

/** @returns why no mistakes are planted in the file, or undefined if they are */
export function reasonLeftOut(path: string): string | undefined {
  const room = roomOf(path);
  if (room === undefined) return 'of no room';
  return ROOMS_LEFT_OUT.get(room.name) ?? FILES_LEFT_OUT.find(([files]) => files.test(path))?.[1];
}

/** The files of each package in which mistakes are planted. */
export function groupByPackage(sources: readonly SourceFile[]): ReadonlyMap<string, readonly SourceFile[]> {
  const packages = new Map<string, SourceFile[]>();
  for (const source of sources) {
    const name = packageOf(source.path);
    if (name === undefined || reasonLeftOut(source.path) !== undefined) continue;
    const known = packages.get(name);
    if (known === undefined) packages.set(name, [source]);
    else known.push(source);
  }
  return packages;
}

export function sampleSizeOf(name: string): number {
  return DRAWN_MORE.get(name) ?? LEAST_DRAWN;
}
