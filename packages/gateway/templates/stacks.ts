/**
 * Represents all stacks of one run, with their exports, the imports between them, and the order that the imports
 * require.
 */
import { DefinitionError, REFUSING } from '../core/errors.ts';
import type { ResourceTypes } from '../core/resource-types/resource-types.ts';
import type { Tolerance } from '../core/errors.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { StoredParameter } from '../core/stack/stored-values.ts';
import type { RawStack } from './raw-stack.ts';
import { StackResolver } from './cloudformation/stack-resolver.ts';
import type { Neighbours } from './cloudformation/stack-resolver.ts';
import { OpenNames } from './dependency-cycles.ts';
import { describeRenamed, findRenamedExports } from './renamed-exports.ts';
import type { Path } from './cloudformation/template-source.ts';

/**
 * Thrown if a value belongs to a stack that may still be loading. It is thrown only while the set of stacks is
 * incomplete.
 */
class ValuePending extends Error {}

export class StackSet implements Neighbours {
  readonly #stacks = new Map<string, StackResolver>();
  readonly #imports = new Map<string, Set<string>>();
  /** Stacks whose exports are being resolved right now, outermost first. */
  readonly #open: string[] = [];
  readonly #types: ResourceTypes;
  readonly #tolerance: Tolerance;
  readonly #reading = new OpenNames();
  #isComplete = false;
  #isSettled = false;

  constructor(types: ResourceTypes, tolerance: Tolerance = REFUSING) {
    this.#types = types;
    this.#tolerance = tolerance;
  }

  /**
   * Adds a stack.
   * @throws DefinitionError if the template is broken or its stack name is already used
   */
  add(raw: RawStack): void {
    const same = this.#stacks.get(raw.stackName);
    if (same !== undefined) {
      throw new DefinitionError(
        { file: raw.file },
        `two sources define the stack ${raw.stackName}: this file and ${same.raw.file}`,
      );
    }
    this.#stacks.set(raw.stackName, new StackResolver(raw, this.#types, this, this.#tolerance));
  }

  has(stackName: string): boolean {
    return this.#stacks.has(stackName);
  }

  /**
   * Returns the outputs of a stack as text, as in DescribeStacks. Returns 'pending' as long as this stack, or a stack
   * that it imports from, is not loaded.
   */
  outputsOf(stackName: string): Readonly<Record<string, string>> | 'pending' {
    const stack = this.#stacks.get(stackName);
    if (stack === undefined) return 'pending';
    try {
      const entries = [...stack.resolveOutputs()].map(([name, value]) => [name, outputText(value)]);
      return Object.fromEntries(entries) as Record<string, string>;
    } catch (error) {
      if (error instanceof ValuePending) return 'pending';
      throw error;
    }
  }

  /**
   * Returns an SSM parameter that a stack defines in that region. Returns 'pending' as long as its value needs a stack
   * that is not loaded, and undefined if no loaded stack defines it.
   */
  parameterOf(name: string, region: string): StoredParameter | 'pending' | undefined {
    try {
      for (const stack of this.#all()) {
        const found = stack.made.parameter(name, region);
        if (found !== undefined) return found;
      }
      return undefined;
    } catch (error) {
      if (error instanceof ValuePending) return 'pending';
      throw error;
    }
  }

  #all(): ReadonlySet<StackResolver> {
    return new Set([...this.#stacks.values()].flatMap((stack) => [stack, ...stack.nestedStacks()]));
  }

  /**
   * Must be called when all stacks that are still loading wait for values of loaded stacks. From then on, a value that
   * no loaded stack defines counts as missing.
   * @returns whether this is the first call
   */
  settle(): boolean {
    const isNew = !this.#isSettled;
    this.#isSettled = true;
    return isNew;
  }

  /**
   * Declares the set complete. From now on, a missing export is an error. Returns the stacks in this order, each with
   * its nested stacks.
   * @throws DefinitionError for an export that two stacks declare, if errors are not tolerated.
   */
  complete(stackNames: readonly string[]): readonly StackResolver[] {
    this.#isComplete = true;
    const outermost = stackNames.flatMap((name) => this.#stacks.get(name) ?? []);
    const stacks = outermost.flatMap((stack) => [stack, ...stack.nestedStacks()]);
    for (const stack of stacks) this.#stacks.set(stack.raw.stackName, stack);
    const owners = new Map<string, string>();
    for (const stack of stacks) {
      for (const [name, output] of stack.exportNames) {
        // Two regions may have exports of the same name.
        const place = JSON.stringify([stack.region, stack.raw.accountId, name]);
        const owner = owners.get(place);
        const at = ['Outputs', output, 'Export', 'Name'];
        if (owner === undefined) owners.set(place, stack.raw.stackName);
        else
          stack.refuse(
            at,
            `Export with name ${name} is already exported by stack ${owner}`,
            'the first one is used',
          );
      }
    }
    return stacks;
  }

  /**
   * Returns the stacks so that exporting stacks come before importing stacks. Otherwise, the given order is kept. Must
   * be called after every stack has been resolved.
   * @throws DefinitionError for a cycle of imports, naming its stacks, if errors are not tolerated.
   */
  inImportOrder<T extends { readonly stackName: string }>(stacks: readonly T[]): readonly T[] {
    const byName = new Map(stacks.map((stack) => [stack.stackName, stack]));
    const ordered = new Set<T>();
    const visit = (stackName: string, path: readonly string[]): void => {
      if (path.includes(stackName)) {
        const error = this.#cycle([...path.slice(path.indexOf(stackName)), stackName]);
        this.#tolerance.note(error, 'the stacks are served in the order given');
        return;
      }
      const stack = byName.get(stackName);
      if (stack === undefined || ordered.has(stack)) return;
      for (const exporter of this.#imports.get(stackName) ?? []) visit(exporter, [...path, stackName]);
      ordered.add(stack);
    };
    for (const { stackName } of stacks) visit(stackName, []);
    return [...ordered];
  }

  importValue(name: string, importing: StackResolver, at: Path): Json {
    const importer = importing.raw.stackName;
    const exporters = [...this.#stacks].filter(([, stack]) => stack.exportNames.has(name));
    for (const [stackName, stack] of exporters) {
      if (!isSamePlace(stack, importing)) continue;
      if (stackName === importer) {
        importing.fail(
          at,
          `stack ${importer} imports its own export ${name}; write the value itself instead of the import`,
        );
      }
      this.#imports.set(importer, (this.#imports.get(importer) ?? new Set()).add(stackName));
      return this.#exportValue(stack, name);
    }
    if (!this.#isComplete) throw new ValuePending(name);
    const [elsewhere] = exporters;
    if (elsewhere !== undefined)
      importing.fail(
        at,
        `No export named ${name} found in ${describePlace(importing, elsewhere[1])}: stack ${elsewhere[0]} exports it in ${describePlace(elsewhere[1], importing)}. CloudFormation imports only within one region and account: give both stacks the same region and account.`,
      );
    const others = [...this.#stacks.keys()].filter((other) => other !== importer);
    const searched = others.length === 0 ? 'no other stack is loaded' : `searched: ${others.join(', ')}`;
    const own = [...this.#stacks].flatMap(([other, { exportNames }]) =>
      other === importer ? [] : [...exportNames.keys()].map((exported) => ({ other, exported })),
    );
    const [renamed, ...alsoRenamed] = findRenamedExports(
      name,
      [...this.#stacks.values()].filter((stack) => stack !== importing && isSamePlace(stack, importing)),
    );
    const similar = own.filter(({ exported }) => isSimilarExport(exported, name));
    const remedy =
      renamed !== undefined
        ? describeRenamed(
            importing,
            [renamed, ...alsoRenamed],
            own.map(({ exported }) => exported),
          )
        : similar.length === 0
          ? 'Also start the stack that exports it.'
          : `Import an export that exists (${similar.map(({ other, exported }) => `${exported} of ${other}`).join(', ')}), or also start the stack that exports ${name}.`;
    return importing.fail(
      at,
      `No export named ${name} found. Stack ${importer} imports it; ${searched}. ${remedy}`,
      'export-elsewhere',
    );
  }

  madeParameter(name: string, asking: StackResolver): string | undefined {
    return this.#made(`parameter ${name}`, asking, ({ made, raw }) =>
      raw.accountId === asking.raw.accountId ? made.parameter(name, asking.region)?.value : undefined,
    );
  }

  madeSecret(id: string, asking: StackResolver): string | undefined {
    return this.#made(`secret ${id}`, asking, (stack) =>
      isSamePlace(stack, asking) ? stack.made.secret(id) : undefined,
    );
  }

  #made(
    name: string,
    asking: StackResolver,
    find: (stack: StackResolver) => string | undefined,
  ): string | undefined {
    const { file } = asking.raw;
    const search = (): string | undefined => {
      for (const stack of this.#all()) {
        const found = find(stack);
        if (found !== undefined) return found;
      }
      if (!this.#isComplete && !this.#isSettled) throw new ValuePending(name);
      return undefined;
    };
    return this.#reading.enter(`${asking.region} ${name}`, search, (cycle) => {
      throw new DefinitionError({ file }, `values are defined in terms of each other: ${cycle.join(', ')}`);
    });
  }

  /**
   * Returns the value of an export. Throws an error for a cycle of outputs across stacks, which would otherwise
   * overflow the call stack.
   */
  #exportValue(stack: StackResolver, name: string): Json {
    const { stackName } = stack.raw;
    if (stack.isResolving(name)) {
      const start = this.#open.indexOf(stackName);
      throw this.#cycle([stackName, ...this.#open.slice(start + 1), stackName]);
    }
    this.#open.push(stackName);
    try {
      return stack.exportValue(name);
    } finally {
      this.#open.pop();
    }
  }

  #cycle(stackNames: readonly string[]): DefinitionError {
    const file = this.#stacks.get(stackNames[0] ?? '')?.raw.file ?? '';
    return new DefinitionError(
      { file },
      `stacks import from each other in a circle: ${stackNames.join(' → ')}; AWS cannot deploy any of them first`,
    );
  }
}

/**
 * Whether two stacks can import from each other: "Cross-stack references … within the same AWS account and Region"
 * (CloudFormation).
 */
function isSamePlace(a: StackResolver, b: StackResolver): boolean {
  return a.region === b.region && a.raw.accountId === b.raw.accountId;
}

function describePlace(stack: StackResolver, other: StackResolver): string {
  return stack.region === other.region ? `account ${stack.raw.accountId}` : stack.region;
}

function outputText(value: Json): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const MOST_SIMILAR = 12;

/**
 * Whether a name may be a misspelling of another: both have the same beginning and the same end, or one contains the
 * other.
 */
function isSimilarExport(exported: string, wanted: string): boolean {
  const [one, other] = [exported.toLowerCase(), wanted.toLowerCase()];
  if (one.includes(other) || other.includes(one)) return true;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return start >= 3 && Math.max(one.length, other.length) - start - end <= MOST_SIMILAR;
}
