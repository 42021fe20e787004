/**
 * Reads the properties of one resource as numbers, flags and strings. A property is named by a path such as
 * `RedrivePolicy.maxReceiveCount`. If AWS would refuse a value, the reader reports this and uses the default.
 * `members`, however, throws an error.
 */
import { asInteger, asList, asNonEmptyText, isTrue, memberOf } from '@gatewright/aws/json-object';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { NamedFunction } from '@gatewright/aws/function-name';
import { functionHomeOf } from '../core/stack/home.ts';
import type { RuleId } from '../core/deployability/rules.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import { DefinitionError, type Tolerance } from '../core/errors.ts';
import { foundInstead, MemberReader } from '@gatewright/aws/member-reader';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';

export class ResourceReader {
  readonly stack: ResolvedStack;
  readonly resource: ResolvedResource;
  readonly #tolerance: Tolerance;
  readonly #unsupported: UnsupportedItem[];

  constructor(
    stack: ResolvedStack,
    resource: ResolvedResource,
    tolerance: Tolerance,
    unsupported: UnsupportedItem[],
  ) {
    this.stack = stack;
    this.resource = resource;
    this.#tolerance = tolerance;
    this.#unsupported = unsupported;
  }

  /** Returns a reader of the same resource for other properties, with its own tolerance of faults. */
  with(properties: JsonObject, tolerance: Tolerance, unsupported: UnsupportedItem[]): ResourceReader {
    return new ResourceReader(this.stack, { ...this.resource, properties }, tolerance, unsupported);
  }

  /** Returns a reader that throws an error for invalid members at any depth. */
  get members(): MemberReader {
    return new MemberReader(this.resource.properties);
  }

  /** Returns the function that a property names; the whole ARN is the name if account or region differ. */
  functionName(property: string): NamedFunction {
    return readFunctionName(this.text(property) ?? '', functionHomeOf(this.stack));
  }

  value(path: string): unknown {
    let at: unknown = this.resource.properties;
    for (const step of path.split('.')) at = memberOf(at, step);
    return at;
  }

  text(path: string): string | undefined {
    return asNonEmptyText(this.value(path));
  }

  list(path: string): readonly unknown[] {
    return asList(this.value(path));
  }

  flag(path: string, usual: boolean): boolean {
    const value = this.value(path);
    return value === undefined ? usual : isTrue(value);
  }

  /** Reads a whole number. Some templates write whole numbers as strings. */
  integer(path: string, usual: number, least: number, most: number): number {
    const value = this.value(path);
    if (value === undefined) return usual;
    const number = asInteger(value, least, most);
    if (number === undefined)
      this.note(
        path,
        `must be a whole number from ${least} to ${most}${foundInstead(value)}`,
        `the default, ${usual}, is used`,
      );
    return number ?? usual;
  }

  note(property: string, message: string, consequence: string, rule?: RuleId): void {
    this.noteFault(new DefinitionError(this.resource.place(property), message, [], rule), consequence);
  }

  /** Reports a fault whose place may be in another resource. */
  noteFault(fault: DefinitionError, consequence: string): void {
    this.#tolerance.note(fault, consequence);
  }

  attempt<T>(consequence: string, run: () => T, otherwise: () => T): T {
    return this.#tolerance.attempt(consequence, run, otherwise);
  }

  unsupported(property: string | undefined, consequence: string): void {
    const { logicalId, type } = this.resource;
    const { file, line } = this.resource.place(property);
    this.#unsupported.push({
      stackName: this.stack.stackName,
      logicalId,
      type,
      consequence,
      file,
      ...(property === undefined ? {} : { property }),
      ...(line === undefined ? {} : { line }),
    });
  }
}
