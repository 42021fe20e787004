/** Lists the user's own APIs and functions before the ones of the toolkit's deployable stack. */
import type { ResolvedStack } from './model.ts';

type Stack = Pick<ResolvedStack, 'stackName' | 'functions'>;

type ToolkitParts = {
  readonly hasFunction: (name: string) => boolean;
  /** A stack all of whose functions belong to the toolkit. */
  readonly hasStack: (stackName: string) => boolean;
};

/** All functions of the toolkit have it, and no others (serverless.yml). */
const MARK = 'GATEWRIGHT_STAGE';

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
  return { hasFunction: (name) => functions.has(name), hasStack: (name) => names.has(name) };
}

/** Apart from that, the order of the templates is kept. */
export function ownFirst<Item>(items: readonly Item[], isToolkit: (item: Item) => boolean): readonly Item[] {
  return [...items.filter((item) => !isToolkit(item)), ...items.filter(isToolkit)];
}
