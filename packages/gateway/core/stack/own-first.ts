/** Lists the user's own APIs and functions before the APIs and functions of the toolkit's deployable stack. */
import type { ResolvedStack } from './model.ts';

type Stack = Pick<ResolvedStack, 'stackName' | 'functions'>;

export type ToolkitParts = {
  readonly hasFunction: (name: string) => boolean;
  /** Whether all functions of the stack belong to the toolkit. */
  readonly hasStack: (stackName: string) => boolean;
  /** Whether a stack of the toolkit has a table that records the usage of customers. */
  readonly recordsUsage: boolean;
  /** Whether the functions of the toolkit have the name of this table in their environment, as they have of each table. */
  readonly ownsTable: (tableName: string) => boolean;
  /**
   * Whether a function administers customers, keys or documents, or closes periods. Requests of an API do not call it.
   */
  readonly administers: (functionName: string) => boolean;
  /**
   * Whether a function of the user has an environment variable with the name of the usage table, so that its handler
   * can charge requests.
   */
  readonly charges: (functionName: string) => boolean;
};

/**
 * The environment variable that all functions of the toolkit have, and that no other functions have (serverless.yml).
 */
const MARK = 'GATEWRIGHT_STAGE';
/** The variable with the name of the usage table, which functions have only in stacks with quotas. */
const USAGE_TABLE = 'GATEWRIGHT_USAGE_TABLE';
/** The variables with the names of all its tables. */
const ANY_TABLE = /^GATEWRIGHT_[A-Z]+_TABLE$/;

/** The names of these functions after the prefix of the stack (serverless.yml). */
const ADMINISTRATION = /-(?:quota-admin|access-admin|usage-closer)$/;

export function findToolkit(stacks: readonly Stack[]): ToolkitParts {
  const functions = new Set(
    stacks.flatMap((stack) =>
      stack.functions.filter(({ environment }) => MARK in environment).map(({ name }) => name),
    ),
  );
  const names = new Set(
    stacks
      .filter(
        (stack) => stack.functions.length > 0 && stack.functions.every(({ name }) => functions.has(name)),
      )
      .map(({ stackName }) => stackName),
  );
  const all = stacks.flatMap((stack) => stack.functions);
  const tables = new Set(
    all.flatMap(({ name, environment }) => (functions.has(name) ? (environment[USAGE_TABLE] ?? []) : [])),
  );
  const own = new Set(
    all
      .filter(({ name }) => functions.has(name))
      .flatMap(({ environment }) => Object.entries(environment))
      .flatMap(([variable, value]) => (ANY_TABLE.test(variable) && value !== '' ? [value] : [])),
  );
  const charging = new Set(
    all
      .filter(
        ({ name, environment }) =>
          !functions.has(name) && Object.values(environment).some((value) => tables.has(value)),
      )
      .map(({ name }) => name),
  );
  return {
    hasFunction: (name) => functions.has(name),
    hasStack: (name) => names.has(name),
    recordsUsage: tables.size > 0,
    ownsTable: (tableName) => own.has(tableName),
    administers: (name) => functions.has(name) && ADMINISTRATION.test(name),
    charges: (name) => charging.has(name),
  };
}

/** Moves the toolkit's items to the end. Apart from that, the order of the templates is not changed. */
export function ownFirst<Item>(items: readonly Item[], isToolkit: (item: Item) => boolean): readonly Item[] {
  return [...items.filter((item) => !isToolkit(item)), ...items.filter(isToolkit)];
}
