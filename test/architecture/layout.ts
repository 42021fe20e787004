/**
 * The layout of the repository: which rooms there are and on which floor each stands. A room imports only rooms on lower
 * floors. Rules, figures and tests read this table and no other.
 */
import { readdirSync } from 'node:fs';

type Room = {
  /** As AGENTS.md and the figures name it. */
  readonly name: string;
  /** From the repository root, without a slash at its end. */
  readonly folder: string;
  /** Higher floors import lower ones. Rooms on one floor do not know each other. */
  readonly floor: number;
};

/** Each is a room of its own below packages/services. */
const SERVICES: readonly string[] = readdirSync(
  new URL('../../packages/services', import.meta.url),
).toSorted();

const inPackages = (floor: number, names: readonly string[]): readonly Room[] =>
  names.map((name) => ({ name, folder: `packages/${name}`, floor }));

/** From the ground up. */
export const ROOMS: readonly Room[] = [
  ...inPackages(0, ['aws', 'velocity']),
  { name: 'shared', folder: 'shared', floor: 1 },
  ...inPackages(1, ['dynamodb', 'conformance']),
  ...inPackages(2, ['core', 'authoring']),
  { name: 'functions', folder: 'functions', floor: 2 },
  ...inPackages(3, ['kernel', 'templates', 'lambda']),
  ...inPackages(4, ['control', 'cognito', ...SERVICES.map((name) => `services/${name}`)]),
  ...inPackages(5, ['server', 'console']),
  ...inPackages(6, ['engine']),
  ...inPackages(7, ['terminal']),
  { name: 'layers', folder: 'layers', floor: 7 },
  ...inPackages(8, ['stack']),
  ...inPackages(9, ['operate']),
  ...inPackages(10, ['gatewright']),
  { name: 'examples', folder: 'examples', floor: 11 },
  { name: 'lab', folder: 'lab', floor: 12 },
];

/** Above every room: tests import anything. */
const TEST_FOLDER = 'test';

/** Top folders that hold code of ours. */
export const SOURCE_FOLDERS: readonly string[] = [
  ...new Set([...ROOMS.map(({ folder }) => folder.split('/')[0] ?? folder), TEST_FOLDER]),
];

/** Modules that are run and not imported, and the tests that run them. */
export const PROGRAMS: readonly (readonly [program: RegExp, tests: RegExp])[] = [
  [
    /^packages\/(gatewright\/command|operate|stack|terminal|conformance\/(command|targets))\//,
    /^test\/(packages\/(gatewright\/command|operate|stack|terminal|conformance\/(command|targets))|delivery|end-to-end)\//,
  ],
  [/^functions\//, /^test\/functions\//],
  // The page runs in a browser.
  [/^packages\/console\/page\//, /^test\/(packages\/console\/page|prove\/browser)\//],
  [/^(layers|packages\/gatewright\/package)\//, /^test\/(layers|delivery|end-to-end)\//],
  [/^packages\/gatewright\/testing\/entry\.ts$/, /^test\/packages\/gatewright\/testing\//],
  [/^packages\/gatewright\/plugin\//, /^test\/delivery\/plugin\.test\.ts$/],
  [/^shared\/entries\//, /^test\/delivery\/handler-entries\.test\.ts$/],
  // Threads of their own.
  [/^packages\/lambda\/worker\/(main|in-worker)\.ts$/, /^test\/packages\/lambda\//],
  [/^packages\/engine\/index\.ts$/, /^test\/(end-to-end|parity)\//],
];

/** Folders of tests about the whole, not about a room. */
export const JOURNEYS =
  /^examples\/|^test\/(architecture|delivery|documents|end-to-end|examples|lab\/bench|parity|properties|prove|simulation|support|together|vectors|packages\/engine\/(behaviour|surprises))\//;

/** The room of a file, by the longest folder; undefined for tests and for files of no room. */
export function roomOf(path: string, rooms: readonly Room[] = ROOMS): Room | undefined {
  let found: Room | undefined;
  for (const room of rooms)
    if (path.startsWith(`${room.folder}/`) && room.folder.length > (found?.folder.length ?? 0)) found = room;
  return found;
}
