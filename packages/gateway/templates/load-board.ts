/**
 * Coordinates stacks that are being loaded and that wait for each other's outputs (`${cf:}`) or SSM parameters. A cycle
 * must end with an error instead of a timeout.
 */
import { DefinitionError, REFUSING } from '../core/errors.ts';
import type { ResourceTypes } from '../core/resource-types/resource-types.ts';
import type { Tolerance } from '../core/errors.ts';
import type { StoredParameter } from '../core/stack/stored-values.ts';
import type { RawStack } from './raw-stack.ts';
import { StackSet } from './stacks.ts';

type Wait = {
  /** The name of the stack, or the parameter, that a source waits for. */
  readonly target: string;
  readonly isPending: () => boolean;
  /** Whether the waiting source can continue without the value. */
  readonly yields: boolean;
};

export class LoadBoard {
  readonly stacks: StackSet;
  readonly #loading = new Map<string, string | undefined>();
  readonly #waiting = new Map<string, Wait>();
  #wakers: (() => void)[] = [];

  constructor(sources: readonly string[], types: ResourceTypes, tolerance: Tolerance = REFUSING) {
    this.stacks = new StackSet(types, tolerance);
    for (const source of sources) this.#loading.set(source, undefined);
  }

  announce(source: string, stackName: string): void {
    this.#loading.set(source, stackName);
    this.#wake();
  }

  finish(source: string, raws: readonly RawStack[]): void {
    for (const raw of raws) this.stacks.add(raw);
    this.#loading.delete(source);
    this.#wake();
  }

  /**
   * Returns the outputs of a stack of this run once it is loaded; undefined if no source defines that stack.
   * @throws DefinitionError if the stacks wait for each other.
   */
  async outputsOf(asking: string, stackName: string): Promise<Readonly<Record<string, string>> | undefined> {
    // osls reads the deployed state of the stack that it is packaging. Before a first deployment there is no such
    // state.
    if (this.#loading.get(asking) === stackName) return undefined;
    const isPending = (): boolean => this.stacks.outputsOf(stackName) === 'pending';
    this.#waiting.set(asking, { target: stackName, isPending, yields: false });
    this.#wake();
    try {
      for (;;) {
        const outputs = this.stacks.outputsOf(stackName);
        if (outputs !== 'pending') return outputs;
        const names = [...this.#loading.values()];
        const mayStillCome = names.includes(stackName) || names.includes(undefined);
        if (!mayStillCome && !this.stacks.has(stackName)) return undefined;
        if (this.#isStuck() && ![...this.#waiting.values()].some(({ yields }) => yields)) {
          if (this.stacks.settle()) continue;
          throw this.#deadlock(asking, stackName);
        }
        await new Promise<void>((resolve) => this.#wakers.push(resolve));
      }
    } finally {
      this.#waiting.delete(asking);
    }
  }

  /** Returns an SSM parameter that a stack of this run defines; undefined once no remaining source can define it. */
  async parameterOf(asking: string, name: string, region: string): Promise<StoredParameter | undefined> {
    const find = (): StoredParameter | undefined => {
      const made = this.stacks.parameterOf(name, region);
      return made === 'pending' ? undefined : made;
    };
    this.#waiting.set(asking, {
      target: `SSM parameter ${name}`,
      isPending: () => find() === undefined,
      yields: true,
    });
    this.#wake();
    try {
      for (;;) {
        const made = find();
        if (made !== undefined || this.#isStuck()) return made;
        await new Promise<void>((resolve) => this.#wakers.push(resolve));
      }
    } finally {
      this.#waiting.delete(asking);
    }
  }

  #isStuck(): boolean {
    return [...this.#loading.keys()].every((source) => this.#waiting.get(source)?.isPending() === true);
  }

  #deadlock(asking: string, stackName: string): DefinitionError {
    const waits = [...this.#waiting].map(
      ([source, { target }]) => `${this.#loading.get(source) ?? source} waits for ${target}`,
    );
    return new DefinitionError(
      { file: asking },
      `stacks wait for each other's outputs: ${waits.join(', ')}; ` +
        `write one of the values to custom.gatewright.variables, as 'cf:${stackName}.<Output>'`,
    );
  }

  /** Records that this source could not be loaded, so that other sources do not wait for it. */
  skip(source: string): void {
    this.#loading.delete(source);
    this.#wake();
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}
