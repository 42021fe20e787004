/** Members of a call that no other service has. Each reader refuses with `InvalidInput`. */
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { MemberReader } from '../../kernel/member-reader.ts';
import { InvalidInstance, readAttributes } from './read-instance.ts';
import type { Attributes } from './read-instance.ts';

const MOST = { filters: 10, values: 100 };

export function invalid(message: string): OperationRefused {
  return new OperationRefused('InvalidInput', message);
}

export function optionalText(at: MemberReader, name: string): string | undefined {
  return at.has(name) ? at.text(name) : undefined;
}

export function readParameters(at: MemberReader, name: string): Attributes {
  try {
    return readAttributes(at.value(name) ?? {});
  } catch (error) {
    throw error instanceof InvalidInstance ? invalid(`${name}: ${error.message}`) : error;
  }
}

/** By the name of the filter. */
export function readFilters(
  at: MemberReader,
  allowed: readonly string[],
): ReadonlyMap<string, (value: string) => boolean> {
  return new Map(
    at.objects('Filters', MOST.filters).map((filter) => {
      const name = filter.oneOf('Name', allowed);
      const values = filter.texts('Values', MOST.values);
      const condition = filter.oneOf('Condition', ['EQ', 'IN', 'BEGINS_WITH'], 'EQ');
      return condition === 'BEGINS_WITH'
        ? [name, (value) => values.some((start) => value.startsWith(start))]
        : [name, (value) => values.includes(value)];
    }),
  );
}
