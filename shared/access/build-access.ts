/** All access documents of a folder → the one JSON that ships, or every mistake. Build time only. */
import type { AccessDocument } from './document.ts';
import { compileDocument } from './compile-document.ts';
import type { CompiledAccess, CompiledDocument } from './compiled-document.ts';
import { parseSnapshot } from './key-snapshot.ts';
import type { KeySnapshot } from './key-snapshot.ts';
import { readDocument } from './read-document.ts';
import type { Problem } from './read-document.ts';
import { parseInventory } from './route-inventory.ts';

export type AccessFile = {
  /** `orders` of `access/orders.yml`. */
  readonly name: string;
  /** Named in messages: `access/orders.yml`. */
  readonly file: string;
  readonly text: string;
  /** Text of `access/orders.routes.json`; undefined where there is none yet. */
  readonly inventory: string | undefined;
  /** Texts of `access/orders.<issuer>.jwks.json` by issuer's id. */
  readonly snapshots?: ReadonlyMap<string, string>;
};

export type AccessBuild = {
  /** What could be compiled; a document with a problem is not among it. */
  readonly compiled: CompiledAccess;
  /** Which stacks hold the APIs, for those who have a template but no ids yet. */
  readonly protects: readonly ProtectedStack[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Documents whose routes have not been read yet. */
  readonly withoutInventory: readonly Problem[];
};

export type ProtectedStack = {
  readonly document: CompiledDocument;
  /** Stage of the authorizers' own stack. */
  readonly for: string;
  readonly stack: string;
  readonly logicalId: string;
};

export function buildAccess(files: readonly AccessFile[]): AccessBuild {
  const documents: CompiledDocument[] = [];
  const protects: ProtectedStack[] = [];
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const withoutInventory: Problem[] = [];
  for (const { name, file, text, inventory: inventoryText, snapshots } of files) {
    const reading = readDocument(text, file);
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
    const compilation = compileDocument({
      name,
      document,
      inventory,
      locate,
      snapshots: readSnapshots(snapshots),
    });
    if (compilation.kind === 'invalid') problems.push(...compilation.problems);
    else {
      warnings.push(...compilation.warnings);
      const twin = documents.find((other) => sharesApi(other, compilation.document));
      if (twin === undefined) {
        documents.push(compilation.document);
        protects.push(...protectedStacks(compilation.document, document));
      } else problems.push(locate(['api'], `protects an API that "${twin.name}" protects already`));
    }
  }
  return { compiled: { documents }, protects, problems, warnings, withoutInventory };
}

function protectedStacks(document: CompiledDocument, { api }: AccessDocument): readonly ProtectedStack[] {
  return Object.entries(api).flatMap(([stage, { stack, logicalId }]) =>
    stack === undefined || logicalId === undefined ? [] : [{ document, for: stage, stack, logicalId }],
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

function sharesApi(a: CompiledDocument, b: CompiledDocument): boolean {
  const keys = new Set(a.apis.map((api) => JSON.stringify([api.for, api.apiId, api.stage])));
  return b.apis.some((api) => keys.has(JSON.stringify([api.for, api.apiId, api.stage])));
}

/** Text of `access/compiled.json`: as short as JSON is. */
export function printCompiledAccess(compiled: CompiledAccess): string {
  return `${JSON.stringify(compiled)}\n`;
}
