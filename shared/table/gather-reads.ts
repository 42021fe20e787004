/**
 * Reads items in one call if they are requested at the same time. A list of 500 customers requests thousands of items,
 * and a call for each of them would take most of the time of the list.
 */
import { nameOfItem } from './item-write.ts';
import type { ItemKey, ReadOutcome } from './item-write.ts';

type Reads = {
  readonly readOne: (key: ItemKey) => Promise<ReadOutcome>;
  /** Returns an outcome for each key, in the order of the keys. At most `MOST_TOGETHER` keys are passed. */
  readonly readMany: (keys: readonly ItemKey[]) => Promise<readonly ReadOutcome[]>;
};

type Gathered = {
  readonly keys: Map<string, ItemKey>;
  readonly outcomes: Promise<ReadonlyMap<string, ReadOutcome | undefined>>;
};

/** The maximum number of items of a `BatchGetItem`. */
const MOST_TOGETHER = 100;

/**
 * Returns a function that reads an item. Calls that are made before the event loop's next turn are read together, each
 * item once. Every item is read after the call that asks for it, as if it were read alone.
 */
export function gatherReads({ readOne, readMany }: Reads): (key: ItemKey) => Promise<ReadOutcome> {
  let open: Gathered | undefined;

  const close = (gathered: Gathered | undefined): void => {
    if (open === gathered) open = undefined;
  };
  const begin = (): Gathered => {
    const keys = new Map<string, ItemKey>();
    const turn = new Promise<void>((resolve) => void setImmediate(resolve));
    const gathered: Gathered = {
      keys,
      outcomes: turn.then(async () => {
        close(gathered);
        const asked = [...keys.values()];
        const [only, ...others] = asked;
        const found =
          only !== undefined && others.length === 0 ? [await readOne(only)] : await readMany(asked);
        return new Map([...keys.keys()].map((name, at) => [name, found[at]] as const));
      }),
    };
    return gathered;
  };

  return async (key) => {
    const gathered = (open ??= begin());
    const name = nameOfItem(key);
    gathered.keys.set(name, key);
    if (gathered.keys.size >= MOST_TOGETHER) close(gathered);
    const outcomes = await gathered.outcomes;
    return outcomes.get(name) ?? { kind: 'unavailable', reason: 'NoOutcome' };
  };
}
