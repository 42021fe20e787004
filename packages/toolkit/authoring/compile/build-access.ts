/** Compiles all access documents of a folder to the one JSON file that is deployed, or returns all mistakes. */
import { createHash } from 'node:crypto';
import type { AccessDocument } from '../document/document.ts';
import type { PlanText } from '../document/document-quota.ts';
import { checkTicketSources, checkTicketSubjects, ticketSourcesOf } from './check-tickets.ts';
import { compileDocument } from './compile-document.ts';
import type { CheckPlan } from './compile-quota.ts';
import type { CompiledAccess, CompiledDocument } from '@gatewright/handlers/access/compiled-document';
import { parseSnapshot } from './key-snapshot.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import { printPath } from '../document/read-document.ts';
import { readDocument } from '../document/read-access-document.ts';
import type { Sharing } from '../document/read-access-document.ts';
import type { Problem } from '../document/read-document.ts';
import { parseInventory } from '../inventory/route-inventory.ts';

const VERSION_DIGITS = 12;

export type AccessFile = {
  /** Name of the document, such as `orders` for `access/orders.yml`. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  /** Opens the files that the document extends. It is not needed if the document does not extend any. */
  readonly sharing?: Sharing;
  /** Text of `access/orders.routes.json`; undefined if it does not exist yet. */
  readonly inventory: string | undefined;
  /** Texts of `access/orders.<issuer>.jwks.json` by id of the issuer. */
  readonly snapshots?: ReadonlyMap<string, string>;
};

export type AccessBuild = {
  /**
   * The compiled documents. They may be deployed only if `problems` is empty, because a problem may concern these
   * documents too.
   */
  readonly compiled: CompiledAccess;
  /**
   * The stages under `api` of each document, by its name. `apis` of a compiled document lacks a stage until
   * the id of its API is known, which is after the first deployment.
   */
  readonly stages: ReadonlyMap<string, readonly string[]>;
  /**
   * The stacks that contain the APIs. They are for callers that have a template but do not know the ids of the APIs
   * yet.
   */
  readonly protects: readonly ProtectedStack[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly withoutInventory: readonly Problem[];
  /**
   * The names that each document inherits through `extends`, for example `orders extends access/_shared.yml: issuers
   * main; roles admin`.
   */
  readonly extended: readonly string[];
};

/**
 * Returns the documents that name an API in the stage, even if its id is not known yet. Only packaging uses this
 * result, because deployed functions use a document only for APIs with known ids.
 */
export function documentsInStage(
  access: Pick<AccessBuild, 'compiled' | 'stages'> | undefined,
  stage: string,
): readonly CompiledDocument[] {
  if (access === undefined) return [];
  return access.compiled.documents.filter(({ name }) => access.stages.get(name)?.includes(stage) === true);
}

export type ProtectedStack = {
  readonly document: CompiledDocument;
  /** The stage of the stack that contains the authorizers. */
  readonly for: string;
  readonly stack: string;
  readonly logicalId: string;
  readonly stage: string;
  /**
   * Whether the document has the setting `routes: live`. Its routes are then read from the deployed API, so they are
   * known only after the deployment.
   */
  readonly isReadLive: boolean;
};

/**
 * Compiles the documents. `checkPlan` checks their customer plans. Without it, a document that contains plans is
 * refused.
 */
export function buildAccess(files: readonly AccessFile[], checkPlan?: CheckPlan): AccessBuild {
  const documents: CompiledDocument[] = [];
  const protects: ProtectedStack[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const withoutInventory: Problem[] = [];
  const read = files.map((file) => ({ ...file, reading: readDocument(file.text, file.file, file.sharing) }));
  problems.push(...namesakes(read));
  const checkTicketsOf = createTicketCheck(read);
  const plans = read.flatMap(({ reading }) =>
    reading.kind === 'invalid' ? [] : (reading.document.quota?.plans ?? []),
  );
  const givers = new Set(
    read.flatMap(({ reading }) => (reading.kind === 'invalid' ? [] : ticketSourcesOf(reading.document))),
  );
  for (const { name, reading, inventory: inventoryText, snapshots } of read) {
    if (reading.kind === 'invalid') {
      problems.push(...reading.problems);
      continue;
    }
    const { document, locate } = reading;
    const inventory = inventoryText === undefined ? undefined : parseInventory(inventoryText);
    if (inventory === undefined) {
      withoutInventory.push(locate(['routes'], 'the routes have not been read: run gatewright access sync'));
      continue;
    }
    const strangers = checkTicketsOf(document).map(({ path, message }) => locate(path, message));
    const compilation = compileDocument({
      name,
      document,
      inventory,
      locate,
      checkPlan,
      snapshots: readSnapshots(snapshots),
      givesTickets: givers.has(name),
    });
    problems.push(...strangers);
    if (compilation.kind === 'invalid') problems.push(...compilation.problems);
    else if (strangers.length === 0) {
      warnings.push(...compilation.warnings);
      for (const id of findChangedPlans(documents, compilation.document))
        problems.push(
          locate(
            ['quota', 'plans'],
            `another document defines the customer plan ${id} differently, but both are stored in one table: define the plan identically in both documents, or give one of the plans another id`,
          ),
        );
      for (const message of unenforcedLimits(document, plans, checkPlan))
        problems.push(locate(['quota', 'plan'], message));
      const twin = documents.find((other) => sharesApi(other, compilation.document));
      if (twin === undefined) {
        const compiled = withVersion(compilation.document);
        documents.push(compiled);
        protects.push(...protectedStacks(compiled, document));
      } else problems.push(locate(['api'], describeTwin(twin.name)));
    }
  }
  const found = { compiled: { documents }, protects, problems, warnings, withoutInventory };
  return { ...found, stages: stagesOf(read), extended: read.flatMap(describeExtended) };
}

function stagesOf(read: readonly ReadFile[]): AccessBuild['stages'] {
  return new Map(
    read.flatMap(({ name, reading }) =>
      reading.kind === 'invalid' ? [] : [[name, Object.keys(reading.document.api)] as const],
    ),
  );
}

function describeTwin(name: string): string {
  return `names an API that the document "${name}" already protects; move the rules into one of the two documents and delete the other document, or correct api`;
}

/**
 * Adds a checksum to a document. The results of an authorizer contain it, so that they identify the document that
 * decided.
 */
function withVersion(document: CompiledDocument): CompiledDocument {
  const checksum = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return { ...document, version: checksum.slice(0, VERSION_DIGITS) };
}

function describeExtended({ name, reading }: ReadFile): readonly string[] {
  if (reading.kind === 'invalid' || reading.extended === undefined) return [];
  const { issuers, roles = {} } = reading.document;
  const names = [
    `issuers ${issuers.map(({ id }) => id).join(', ')}`,
    `roles ${Object.keys(roles).join(', ') || 'none'}`,
  ];
  return [`${name} extends ${reading.extended.join(', ')}: ${names.join('; ')}`];
}

/**
 * Reports documents that have the same name. Names must be distinct even in different folders, because each name
 * identifies one inventory and one part of the published data.
 */
function namesakes(read: readonly ReadFile[]): readonly Problem[] {
  return read.flatMap(({ name, reading }, index) => {
    const first = read.slice(0, index).find((other) => other.name === name);
    return first === undefined || reading.kind === 'invalid'
      ? []
      : [reading.locate([], `has the same name as ${first.file}; each document needs its own name`)];
  });
}

type ReadFile = Pick<AccessFile, 'name' | 'file' | 'inventory'> & {
  readonly reading: ReturnType<typeof readDocument>;
};

/** Creates a function that checks a document against the documents whose tickets it accepts. */
function createTicketCheck(read: readonly ReadFile[]) {
  const kinds = new Map(read.map(({ name, inventory }) => [name, parseInventory(inventory ?? '')?.kind]));
  const documents = new Map(
    read.flatMap(({ name, reading }) =>
      reading.kind === 'invalid' ? [] : [[name, reading.document] as const],
    ),
  );
  return (document: AccessDocument) => [
    ...checkTicketSources(document, (name) => (kinds.has(name) ? (kinds.get(name) ?? 'unread') : undefined)),
    ...checkTicketSubjects(document, (name) => documents.get(name)),
  ];
}

function protectedStacks(
  document: CompiledDocument,
  { api, routes }: AccessDocument,
): readonly ProtectedStack[] {
  const isReadLive = routes === 'live';
  return Object.entries(api).flatMap(([stage, { stack, logicalId, stage: name }]) =>
    stack === undefined || logicalId === undefined
      ? []
      : [{ document, for: stage, stack, logicalId, stage: name, isReadLive }],
  );
}

function readSnapshots(texts: AccessFile['snapshots']): ReadonlyMap<string, KeySnapshot> {
  return new Map(
    [...(texts ?? [])].flatMap(([issuer, text]) => {
      const snapshot = parseSnapshot(text);
      return snapshot === undefined ? [] : [[issuer, snapshot] as const];
    }),
  );
}

function findChangedPlans(
  earlier: readonly CompiledDocument[],
  { quota }: CompiledDocument,
): readonly string[] {
  const known = earlier.flatMap((document) => document.quota?.plans ?? []);
  return (quota?.plans ?? [])
    .filter((plan) =>
      known.some((other) => other.id === plan.id && JSON.stringify(other) !== JSON.stringify(plan)),
    )
    .map(({ id }) => id);
}

/**
 * Returns a message if the document has `count: access-log`, which cannot enforce a limit of the plan that it names.
 * This function does not check plans that the document defines itself.
 */
function unenforcedLimits(
  { quota }: AccessDocument,
  all: readonly PlanText[],
  checkPlan: CheckPlan | undefined,
): readonly string[] {
  if (quota?.count !== 'access-log' || !('name' in quota.plan)) return [];
  const { name } = quota.plan;
  if (quota.plans?.some(({ id }) => id === name) === true) return [];
  const wrong = all.filter(({ id }) => id === name).flatMap((plan) => checkPlan?.(plan, 'access-log') ?? []);
  return wrong
    .slice(0, 1)
    .map(({ path, message }) => `names the plan ${name}, but its ${printPath(path)} ${message}`);
}

function sharesApi(a: CompiledDocument, b: CompiledDocument): boolean {
  const keys = new Set(a.apis.map((api) => JSON.stringify([api.for, api.apiId, api.stage])));
  return b.apis.some((api) => keys.has(JSON.stringify([api.for, api.apiId, api.stage])));
}

export function printCompiledAccess(compiled: CompiledAccess): string {
  return `${JSON.stringify(compiled)}\n`;
}
