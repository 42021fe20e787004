import { withFaults } from '../../../control/loading/fault-items.ts';
import { sortNames } from '@gatewright/aws/text/name-order';
import type { RolesOfStacks } from '../../../control/loading/read-roles.ts';
import { type FunctionDefinition, isIsolated, isNodeRuntime } from '../../../core/stack/function.ts';
import type { ResolvedStack } from '../../../core/stack/model.ts';
import { checkTogether } from '../../../lambda/pool/check-together.ts';
import { trustLocalIssuer } from '../../../lambda/local-issuer.ts';
import { withDeployedVariables } from '../../../templates/deployed-variables.ts';
import type { GatewayOptions } from '../../gateway.ts';
import { controlUrlOf } from '../network/addresses.ts';
import type { Reading } from './reading.ts';
import type { Parts } from '../parts.ts';
import { createTables, openSeeds, readTables, seed } from '../state/tables.ts';
import { readUsers, usersFilesOf } from '../state/users-files.ts';

type LoadStep = {
  readonly name: string;
  readonly after: Readonly<Record<string, string>>;
  /**
   * Prepares the step without changing what is served.
   * @returns a function that applies the step, which is called when the whole load is accepted
   */
  read(reading: Reading, parts: Parts): Apply | Promise<Apply>;
};
type Apply = () => unknown;

/**
 * The steps in the order in which they are applied. First come the steps that can still fail, then the data that
 * functions read when they run, then the functions, and then their callers. Each step names a step that must come
 * before it, and the reason, so that the order is not changed by mistake.
 */
export const LOAD_STEPS: readonly LoadStep[] = [
  { name: 'tables', after: {}, read: readTablesAndSeeds },
  {
    name: 'sign-in',
    after: {
      tables: 'otherwise the new pools and users would already be in use when a table or a seed fails',
    },
    async read({ stacks, faults }, { options, signIn }) {
      const written = await readUsers(usersFilesOf(options));
      for (const fault of written.faults) faults.note(fault, 'this user cannot sign in');
      return () => signIn.follow(stacks, written.users);
    },
  },
  {
    name: 'values',
    after: {
      'sign-in':
        'otherwise the new values would already be in use when the saved keys of the issuer cannot be read',
    },
    read({ values, stacks, faults }, parts) {
      for (const fault of values.faults)
        faults.note(fault, 'functions that request this value get an error, as if it did not exist');
      return () => parts.values.replace(values.written, stacks);
    },
  },
  {
    name: 'identities',
    after: { values: 'otherwise the new key pairs would already be in use when a value cannot be read' },
    read:
      ({ stacks, roles, declared }, { functionIdentities, stackUsers, store, injection }) =>
      async () => {
        const { keyHolders } = declared;
        functionIdentities.replace(functionsOf(stacks), roles ?? NO_ROLES, declared);
        stackUsers.replace(keyHolders);
        await store.admit([
          ...signersOf(functionIdentities, roles, injection?.rules.hasTables === true),
          ...keyHolders.map(({ accessKeyId, secretAccessKey }) => ({
            accessKeyId,
            secretAccessKey,
            isJudged: true,
          })),
        ]);
      },
  },
  {
    name: 'functions',
    after: { identities: 'otherwise the first call of a new function would be signed with an unknown key' },
    read: readFunctions,
  },
  {
    name: 'services',
    after: { functions: 'otherwise an event would invoke a function of the previous stacks' },
    async read({ stacks, faults, notEnforced }, { events }) {
      await events.openNeeded(stacks);
      const { unsupported, apply } = events.read(stacks, faults);
      notEnforced.push(...unsupported);
      return apply;
    },
  },
  {
    name: 'apis',
    after: {
      functions: 'otherwise a request to a new route would not find its function',
      services:
        'otherwise a request to a new stage would bypass its web ACL, and its first log lines would not be delivered',
    },
    read:
      ({ apis, stacks, faults, notEnforced }) =>
      () =>
        apis.serve(withFaults(faults.all, stacks, notEnforced)),
  },
];

async function readTablesAndSeeds({ stacks, faults, isReload }: Reading, parts: Parts): Promise<Apply> {
  const { options, store } = parts;
  const seeds = isReload ? [] : await openSeeds(options);
  const tables = await readTables(stacks, faults);
  if (tables.some(({ definitions }) => definitions.length > 0)) store.expectTables();
  return async () => {
    // The tables are created one after the other, because two stacks may name the same table.
    for (const ofRegion of tables) await createTables(ofRegion, parts, faults);
    if (seeds.length === 0) return;
    await seed(seeds, tables, parts);
    parts.events.items.resume();
  };
}

async function readFunctions({ stacks, faults, sources }: Reading, parts: Parts): Promise<Apply> {
  const { options, runtime } = parts;
  const functions = functionsOf(stacks);
  const refused = new Map(stacks.flatMap((stack) => [...stack.refused]));
  const replace = await runtime.prepare(
    functions.map((definition) =>
      trustLocalIssuer(withDeployed(definition, options, stacks), controlUrlOf(parts)),
    ),
    refused,
    faults,
  );
  checkTogether(functions, options, sources[0] ?? '.', faults);
  for (const sentence of [
    ...describeRuntimes(functions, options.isolation),
    ...runtime.takeInterpreters(),
    ...describeBorrowed(runtime.takeBorrowed()),
  ])
    options.onProgress(sentence);
  return replace;
}

function functionsOf(stacks: readonly ResolvedStack[]): readonly FunctionDefinition[] {
  return stacks.flatMap(({ functions }) => functions);
}

function withDeployed(
  definition: FunctionDefinition,
  { deployedVariables }: GatewayOptions,
  stacks: readonly ResolvedStack[],
): FunctionDefinition {
  return deployedVariables === undefined
    ? definition
    : withDeployedVariables(definition, deployedVariables, stacks);
}

const NO_ROLES: Pick<RolesOfStacks, 'byArn' | 'ofFunctions'> = { byArn: new Map(), ofFunctions: new Map() };

/**
 * Returns the signers of functions. A function whose role is unknown may do everything, so its calls are checked only
 * if faults can be injected into them.
 */
function signersOf(
  functions: Parts['functionIdentities'],
  roles: RolesOfStacks | undefined,
  judgesAll: boolean,
): Parameters<Parts['store']['admit']>[0] {
  return functions.all.map(({ name, accessKeyId, secretAccessKey }) => ({
    accessKeyId,
    secretAccessKey,
    isFunction: true,
    isJudged: judgesAll || roles?.ofFunctions.has(name) === true,
  }));
}

const RUNNING = process.versions.node.split('.')[0] ?? '';

/**
 * Reports declared Node.js runtimes that differ from the running Node.js version, because a function may use features
 * that the running version lacks.
 */
function describeRuntimes(
  functions: readonly FunctionDefinition[],
  isolation: GatewayOptions['isolation'],
): string[] {
  const others = functions
    .filter((definition) => !isIsolated(definition, isolation))
    .map(({ runtime }) => runtime)
    .filter(isNodeRuntime)
    .filter((runtime) => runtime !== `nodejs${RUNNING}.x`);
  if (others.length === 0) return [];
  const names = sortNames(others).join(', ');
  const run = others.length === 1 ? 'function runs' : 'functions run';
  return [`${names}: ${others.length} ${run} on Node.js ${RUNNING} in this gateway`];
}

function describeBorrowed(packages: readonly string[]): string[] {
  if (packages.length === 0) return [];
  return [
    `the gateway provides ${packages.join(', ')}, as Lambda's runtime does, because the project does not contain ${packages.length === 1 ? 'it' : 'them'}`,
  ];
}
