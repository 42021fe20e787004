/** Lists the user's own APIs and functions before the APIs and functions of the toolkit's deployable stack. */
import type { ResolvedStack } from './model.ts';

type Stack = Pick<ResolvedStack, 'stackName' | 'functions'>;

type ToolkitParts = {
  readonly hasFunction: (name: string) => boolean;
  /** Whether all functions of the stack belong to the toolkit. */
  readonly hasStack: (stackName: string) => boolean;
};

/**
 * The environment variable that all functions of the toolkit have, and that no other functions have (serverless.yml).
 */
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

/** Moves the toolkit's items to the end. Apart from that, the order of the templates is not changed. */
export function ownFirst<Item>(items: readonly Item[], isToolkit: (item: Item) => boolean): readonly Item[] {
  return [...items.filter((item) => !isToolkit(item)), ...items.filter(isToolkit)];
}
