/**
 * The layout of the repository: which rooms exist, and on which floor each is. A room imports only rooms on lower
 * floors. Rules, figures and tests read only this table.
 */
import { readdirSync } from 'node:fs';

type Room = {
  /** The name in AGENTS.md and in the figures. */
  readonly name: string;
  /** The path of the folder from the repository root, without a slash at its end. */
  readonly folder: string;
  /** Higher floors import lower ones. Rooms on one floor do not import each other. */
  readonly floor: number;
};

/** Each of these is a separate room below packages/gateway/services. */
const SERVICES: readonly string[] = readdirSync(
  new URL('../../packages/gateway/services', import.meta.url),
).toSorted();

/** The rooms in a folder of packages/, which belongs to one product or to both. */
const roomsOf = (product: string, floor: number, names: readonly string[]): readonly Room[] =>
  names.map((name) => ({ name, folder: `packages/${product}/${name}`, floor }));

/** All rooms, from the lowest floor up. */
export const ROOMS: readonly Room[] = [
  ...roomsOf('base', 0, ['aws']),
  ...roomsOf('gateway', 0, ['velocity']),
  { name: 'base/terminal', folder: 'packages/base/terminal', floor: 1 },
  { name: 'shared', folder: 'shared', floor: 1 },
  ...roomsOf('gateway', 1, ['dynamodb']),
  { name: 'conformance', folder: 'packages/conformance', floor: 1 },
  ...roomsOf('gateway', 2, ['core']),
  ...roomsOf('toolkit', 2, ['authoring']),
  { name: 'functions', folder: 'functions', floor: 2 },
  ...roomsOf('gateway', 3, ['kernel', 'templates', 'lambda']),
  ...roomsOf('gateway', 4, ['control', 'cognito', ...SERVICES.map((name) => `services/${name}`)]),
  ...roomsOf('gateway', 5, ['server', 'console']),
  ...roomsOf('gateway', 6, ['engine']),
  { name: 'layers', folder: 'layers', floor: 7 },
  ...roomsOf('toolkit', 8, ['terminal']),
  ...roomsOf('toolkit', 9, ['stack']),
  ...roomsOf('toolkit', 10, ['operate']),
  { name: 'gatewright', folder: 'packages/gatewright', floor: 11 },
  { name: 'examples', folder: 'examples', floor: 12 },
  { name: 'lab', folder: 'lab', floor: 13 },
];

type Product = 'gateway' | 'toolkit' | 'base';

/**
 * The product to which a file belongs: the gateway, which serves stacks; the toolkit, which is deployed and operates
 * what is deployed; or the base that both use. Undefined for the command, which combines both, and for what is
 * separate: conformance suite, examples, lab, tests.
 */
export function productOf(path: string): Product | undefined {
  const [, product] = /^packages\/(gateway|toolkit|base)\//.exec(path) ?? [];
  if (product !== undefined) return product as Product;
  return /^(shared|functions|layers|access)\//.test(path) ? 'toolkit' : undefined;
}

/** Files of one product that the other may import, with the reason why it does. */
type ProductDoor = {
  readonly name: string;
  /** The product to which these files belong. */
  readonly of: 'gateway' | 'toolkit';
  readonly why: string;
  readonly files: readonly string[];
};

export const PRODUCT_DOORS: readonly ProductDoor[] = [
  {
    name: 'engine',
    of: 'gateway',
    why: 'commands of the toolkit read definitions and explain requests with the engine',
    files: ['packages/gateway/engine/index.ts'],
  },
  {
    name: 'options',
    of: 'gateway',
    why: 'commands that read definitions share flags and settings with `start`',
    files: ['settings', 'start-options', 'start-settings'].map(
      (name) => `packages/gateway/engine/${name}.ts`,
    ),
  },
  {
    name: 'running gateways',
    of: 'gateway',
    why: 'commands call the gateway that runs in this folder',
    files: ['identity-file', 'running-gateways'].map((name) => `packages/gateway/kernel/files/${name}.ts`),
  },
  {
    name: 'definitions',
    of: 'gateway',
    why: 'account, region and guards of a definition are found without the engine, which takes long to load',
    files: [
      'packages/gateway/control/loading/inspect-apis.ts',
      'packages/gateway/core/stack/home.ts',
      'packages/gateway/templates/named-account.ts',
      'packages/gateway/templates/serverless/aws-stand-in.ts',
    ],
  },
  {
    name: 'limits of a deployment',
    of: 'gateway',
    why: 'doctor compares a packaged stack with the quotas that check has',
    files: ['policy-limits', 'template-limits'].map(
      (name) => `packages/gateway/core/deployability/${name}.ts`,
    ),
  },
  {
    name: 'functions',
    of: 'gateway',
    why: 'commands find a function by its name, read its sources, and load the SDK that functions get',
    files: [
      'packages/gateway/core/stack/function.ts',
      'packages/gateway/lambda/code/package-sources.ts',
      'packages/gateway/lambda/code/runtime-packages.ts',
    ],
  },
  {
    name: 'token keys',
    of: 'toolkit',
    why: 'JWT authorizers find and parse the keys of issuers with the code that is deployed',
    files: [
      'shared/access/tokens/issuers.ts',
      'shared/access/tokens/key-set-fetcher.ts',
      'shared/access/tokens/key-set.ts',
      'shared/access/tokens/key-sets.ts',
      'shared/errors.ts',
      'shared/ports.ts',
    ],
  },
  {
    name: 'fields',
    of: 'toolkit',
    why: 'files of faults refuse values with the wording of requests and plans',
    files: ['shared/http/fields.ts'],
  },
  {
    name: 'breakers',
    of: 'toolkit',
    why: 'the console says which items of a table are circuit breakers',
    files: ['shared/resilience/breaker-notes.ts'],
  },
];

/** Tests are above every room, because they may import anything. */
const TEST_FOLDER = 'test';

/** Top-level folders that contain code of this repository. */
export const SOURCE_FOLDERS: readonly string[] = [
  ...new Set([...ROOMS.map(({ folder }) => folder.split('/')[0] ?? folder), TEST_FOLDER]),
];

/** Modules that are run and not imported, and the tests that run them. */
export const PROGRAMS: readonly (readonly [program: RegExp, tests: RegExp])[] = [
  [
    /^packages\/(gatewright\/command|toolkit\/(operate|stack|terminal)|base\/terminal|conformance\/(command|targets))\//,
    /^test\/(packages\/(gatewright\/command|toolkit\/(operate|stack|terminal)|base\/terminal|conformance\/(command|targets))|delivery|end-to-end)\//,
  ],
  [/^functions\//, /^test\/functions\//],
  // The pages run in a browser.
  [/^packages\/gateway\/console\/page\//, /^test\/(packages\/gateway\/console\/page|prove\/browser)\//],
  [
    /^packages\/toolkit\/stack\/portal\/page\//,
    /^test\/(packages\/toolkit\/stack\/portal\/page|prove\/browser)\//,
  ],
  [/^(layers|packages\/gatewright\/package)\//, /^test\/(layers|delivery|end-to-end)\//],
  [/^packages\/gatewright\/testing\/entry\.ts$/, /^test\/packages\/gatewright\/testing\//],
  [/^packages\/gatewright\/plugin\//, /^test\/delivery\/plugin\.test\.ts$/],
  [/^shared\/entries\//, /^test\/delivery\/handler-entries\.test\.ts$/],
  // These run in separate threads.
  [/^packages\/gateway\/lambda\/worker\/(main|in-worker)\.ts$/, /^test\/packages\/gateway\/lambda\//],
  [/^packages\/gateway\/engine\/index\.ts$/, /^test\/(end-to-end|parity)\//],
];

/** Folders of tests about the whole repository, not about a single room. */
export const JOURNEYS =
  /^examples\/|^test\/(architecture|delivery|documents|end-to-end|examples|lab\/bench|parity|properties|prove|simulation|support|together|vectors|packages\/gateway\/engine\/(behaviour|surprises))\//;

/**
 * Returns the room of a file, which is the one with the longest matching folder, or undefined for tests and for files
 * that belong to no room.
 */
export function roomOf(path: string, rooms: readonly Room[] = ROOMS): Room | undefined {
  let found: Room | undefined;
  for (const room of rooms)
    if (path.startsWith(`${room.folder}/`) && room.folder.length > (found?.folder.length ?? 0)) found = room;
  return found;
}
