/** From sources to what is served, and again whenever a source changes. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { watchDocuments, watchTemplates } from '../../server/adapters/template-watcher.ts';
import { addressOf, backendOf, controlUrlOf, describeFault } from './parts.ts';
import { withDeployedVariables } from '../../templates/deployed-variables.ts';
import { typesOf } from './catalogue.ts';
import { loadStacks } from '../../templates/load.ts';
import { withFaults } from '../../control/fault-items.ts';
import { readRoles } from '../../control/read-roles.ts';
import type { RolesOfStacks } from '../../control/read-roles.ts';
import { DefinitionError, DefinitionFaults, Faults, StartError } from '../../core/errors.ts';
import { trustLocalIssuer } from '../../lambda/local-issuer.ts';
import { readUsers, usersFiles } from './users-files.ts';
import type { Seed } from '../../services/tables/seed-files.ts';
import type { SeedableTable } from '../../services/tables/seed-tables.ts';
import { readValues, valuesFileOf } from './values.ts';
import type { Parts } from './parts.ts';
import type { TruststoreSource } from '../../control/mutual-tls.ts';
import type { StoredValues } from '../../core/stack/stored-values.ts';
import type { GatewayOptions } from '../gateway.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { Fault, Tolerance } from '../../core/errors.ts';
import { type FunctionDefinition, isIsolated, isNodeRuntime } from '../../core/stack/function.ts';
import { checkTogether } from '../../lambda/check-together.ts';
import type { TableDefinition } from '../../services/tables/table-definition.ts';

/**
 * Serves what can be served of the sources and tells all that cannot.
 * @param known what was at fault before: a reload that brings more faults is refused
 * @returns what is at fault now
 * @throws DefinitionError where nothing can be served, and where faults are refused; StartError under `--strict`
 */
export async function load(
  sources: readonly string[],
  parts: Parts,
  known?: ReadonlySet<string>,
): Promise<readonly Fault[]> {
  const { options, runtime, served, signIn, store, functionIdentities } = parts;
  const faults = new Faults(options.allowUnguarded === true);
  const seeds = known === undefined ? await openSeeds(options) : [];
  const values = await readValues(options);
  const { stored } = values;
  const stacks = await loadStacks(sources, {
    ...options,
    types: typesOf(options),
    tolerance: faults,
    stored,
    keptIn: options.keptIn ?? join(options.directory, '.gatewright', 'cache', 'services'),
  });
  signIn.expect(stacks);
  const functions = stacks.flatMap((stack) => stack.functions);
  const tables = await readTables(stacks, faults);
  if (tables.some(({ definitions }) => definitions.length > 0)) store.expectTables();
  const written = await readUsers(usersFilesOf(options));
  for (const fault of written.faults) faults.note(fault, 'who it describes cannot sign in');
  for (const fault of values.faults) faults.note(fault, 'functions that ask for it find nothing');
  const prepared = served.prepare(stacks, faults, truststoresOf(stored, options));
  const roles = options.roles === true ? readRoles(stacks, faults) : undefined;
  await parts.events.openNeeded(stacks);
  const events = parts.events.read(stacks, faults);
  const notEnforced = [...prepared.unsupported, ...(roles?.unsupported ?? []), ...events.unsupported];
  const refused = new Map(stacks.flatMap((stack) => [...stack.refused]));
  const replaceFunctions = await runtime.prepare(
    functions.map((definition) =>
      trustLocalIssuer(withDeployed(definition, options, stacks), controlUrlOf(parts)),
    ),
    refused,
    faults,
  );
  checkTogether(functions, options, sources[0] ?? '.', faults);
  for (const sentence of [
    ...describeRuntimes(functions, options.isolation),
    ...describeBorrowed(runtime.takeBorrowed()),
  ])
    options.onProgress(sentence);
  const isNothing = prepared.isEmpty && functions.length === 0;
  refuseFaults(faults.all, isNothing || options.refusesFaults === true, known);
  const unsupported = withFaults(faults.all, stacks, notEnforced);
  if (options.strict) refuseUnsupported(unsupported);
  await Promise.all(tables.map((ofRegion) => createTables(ofRegion, parts, faults)));
  if (seeds.length > 0) await seed(seeds, tables, parts);
  await signIn.follow(stacks, written.users);
  await parts.values.replace(values.written, stacks);
  functionIdentities.replace(functions, roles ?? NO_ROLES);
  // Before a function of the new set runs, or its first call would be of nobody.
  await store.admit(signersOf(functionIdentities, roles));
  replaceFunctions();
  prepared.serve(withFaults(faults.all, stacks, notEnforced));
  events.apply();
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  const filters = resources.filter(({ type }) => type === 'AWS::Logs::SubscriptionFilter');
  await parts.subscriptions.subscribe(filters);
  return faults.all;
}

function truststoresOf(stored: StoredValues, { tls = false }: GatewayOptions): TruststoreSource {
  return { readObject: (address) => stored.object(address), file: stored.file, servesTls: tls };
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

/** A function whose role is not known may do everything, and is not asked about. */
function signersOf(
  functions: Parts['functionIdentities'],
  roles: RolesOfStacks | undefined,
): Parameters<Parts['store']['admit']>[0] {
  return functions.all.map(({ name, accessKeyId, secretAccessKey }) => ({
    accessKeyId,
    secretAccessKey,
    isJudged: roles?.ofFunctions.has(name) === true,
  }));
}

function usersFilesOf({ directory, seed: folder }: GatewayOptions): readonly string[] {
  return usersFiles(directory, folder === undefined ? undefined : resolve(directory, folder));
}

const RUNNING = process.versions.node.split('.')[0] ?? '';

/** Declared runtimes other than the one that runs: what Node has taken out since then is missing. */
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
  const names = [...new Set(others)].toSorted().join(', ');
  const run = others.length === 1 ? 'function runs' : 'functions run';
  return [`${names}: ${others.length} ${run} on Node ${RUNNING} here`];
}

function describeBorrowed(packages: readonly string[]): string[] {
  if (packages.length === 0) return [];
  return [`${packages.join(', ')}: not installed, lent by the gateway as Lambda's runtime does`];
}

type TablesOfRegion = { readonly region: string; readonly definitions: readonly TableDefinition[] };

async function readTables(
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
): Promise<readonly TablesOfRegion[]> {
  const isTable = ({ type }: { readonly type: string }): boolean => type === 'AWS::DynamoDB::Table';
  if (!stacks.some(({ resources }) => [...resources.values()].some(isTable))) return [];
  const { readTableDefinition } = await import('../../services/tables/table-definition.ts');
  return stacks.map(({ region, resources }) => ({
    region,
    definitions: [...resources.values()].filter(isTable).flatMap((resource) =>
      tolerance.attempt(
        'the table is not there',
        () => {
          if (resource.fault !== undefined) throw resource.fault;
          return [readTableDefinition(resource)];
        },
        () => [],
      ),
    ),
  }));
}

async function openSeeds({ seed: folder, tables = {} }: GatewayOptions): Promise<readonly Seed[]> {
  if (folder === undefined && Object.keys(tables).length === 0) return [];
  const { readSeeds, toSeeds } = await import('../../services/tables/seed-files.ts');
  return [...(folder === undefined ? [] : await readSeeds(folder)), ...toSeeds(tables)];
}

/** What a program gives must arrive; a folder may have more than the stacks. */
function refuseUnknown(given: GatewayOptions['tables'] = {}, all: readonly SeedableTable[]): void {
  const unknown = Object.keys(given).find(
    (wanted) => !all.some(({ name, logicalId }) => name === wanted || logicalId === wanted),
  );
  if (unknown === undefined) return;
  const names = all.map(({ name }) => name).join(', ');
  throw new StartError(
    'SEED',
    `there is no table ${unknown}; ${names === '' ? 'there is none' : `there are ${names}`}`,
  );
}

async function seed(
  seeds: readonly Seed[],
  tables: readonly TablesOfRegion[],
  { options, store }: Parts,
): Promise<void> {
  const backend = backendOf(options, store);
  if (backend === undefined) return;
  const all = tables.flatMap(({ region, definitions }) =>
    definitions.map(({ name, place }) => ({ name, logicalId: place.logicalId ?? '', region })),
  );
  refuseUnknown(options.tables, all);
  const { seedTables } = await import('../../services/tables/seed-tables.ts');
  const told = await seedTables({ region: options.region, ...backend }, seeds, all);
  for (const sentence of told) options.onProgress(sentence);
}

async function createTables(
  { region, definitions }: TablesOfRegion,
  { store, options }: Parts,
  faults: Faults,
): Promise<void> {
  try {
    await store.createTables(definitions, region);
  } catch (error) {
    if (!(error instanceof DefinitionError) || options.strict || options.refusesFaults === true) throw error;
    faults.note(error, 'tables are as they were before');
  }
}

/** What AWS would not deploy: where somebody asks for that, where nothing else is left, and where a reload brings more of it. */
function refuseFaults(
  faults: readonly Fault[],
  refusesAll: boolean,
  known: ReadonlySet<string> | undefined,
): void {
  const isNew = ({ error }: Fault): boolean => known !== undefined && !known.has(identify(error));
  const [first, ...others] = faults.filter((fault) => refusesAll || isNew(fault));
  if (first !== undefined)
    throw new DefinitionFaults(
      first.error,
      others.map(({ error }) => error),
    );
}

/** Lines move with every edit, so they do not tell one fault from another. */
function identify({ place: { file, logicalId, property }, message }: DefinitionError): string {
  return JSON.stringify([file, logicalId, property, message]);
}

/** Loads the stacks again whenever one of their files changes; what brings new faults leaves the old ones in place. */
export async function watchStacks(
  sources: readonly string[],
  parts: Parts,
  faultsAtStart: readonly Fault[],
): Promise<void> {
  const { options, served, addresses, closing } = parts;
  let faults = faultsAtStart;
  let isKept = false;
  const told = new Set<string>();
  const reload = async (): Promise<void> => {
    const begunMs = performance.now();
    options.onReload({ kind: 'begun', what: 'the stacks' });
    try {
      faults = await load(sources, parts, new Set(faults.map(({ error }) => identify(error))));
      isKept = false;
      options.onReload({ kind: 'reloaded', what: 'the stacks', tookMs: performance.now() - begunMs });
      const homeless = served.all.filter(
        ({ identity: { apiId } }) => !addresses.has(apiId) && !told.has(apiId),
      );
      for (const { identity } of homeless) {
        told.add(identity.apiId);
        options.log.write(
          `${identity.name} is new: it answers at ${options.tls === true ? 'https' : 'http'}://${addressOf(parts, identity.apiId)} until the next start gives it a port`,
        );
      }
    } catch (error) {
      const message = error instanceof DefinitionError ? error.describe() : describeFault(error);
      isKept = true;
      options.onReload({ kind: 'kept', what: 'the stacks', message });
    }
  };
  let running = Promise.resolve();
  const ofValues = [valuesFileOf(options), ...(await readValues(options)).attached];
  const files = [
    ...usersFilesOf(options),
    ...ofValues,
    ...served.stacks.flatMap(({ file, includes }) => [file, ...includes]),
  ];
  const broken = faultsAtStart.map(({ error }) => error.place.file).filter((file) => existsSync(file));
  closing.add(
    watchTemplates([...new Set([...files, ...broken])], () => {
      running = running.then(reload);
    }),
  );
  // A plug-in may have refused the service for what stands there, so it is asked again when that is mended.
  closing.add(
    watchDocuments(
      (options.documentFolders ?? []).filter((folder) => existsSync(folder)),
      () => {
        running = running.then(() => (isKept ? reload() : undefined));
      },
    ),
  );
}

/** `--strict`: what would only be named otherwise. */
function refuseUnsupported(items: readonly UnsupportedItem[]): void {
  if (items.length === 0) return;
  const lines = items.map((item) => `  ${describeItem(item)}`);
  throw new StartError(
    'UNSUPPORTED',
    `--strict: ${items.length} parts cannot be enforced\n${lines.join('\n')}`,
  );
}

function describeItem({
  stackName,
  logicalId,
  type,
  property,
  consequence,
  message,
  file,
  line,
}: UnsupportedItem): string {
  const what = [logicalId, property].filter((part) => part !== undefined && part !== '').join('.');
  const where = `${file ?? stackName}${line === undefined ? '' : `:${line}`}`;
  if (message !== undefined) return `${where}: ${what === '' ? '' : `${what}: `}${message} (${consequence})`;
  return `${where}: ${what} (${type}): ${consequence}`;
}
