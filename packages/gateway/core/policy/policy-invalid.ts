/**
 * The error for a document that is not a valid policy. Only `compilePolicy` catches this error and turns it into its
 * `invalid` outcome.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  /** The path of the invalid part in the document; empty for the document. */
  readonly at: readonly string[];

  constructor(message: string, at: readonly string[] = []) {
    super(message);
    this.at = at;
  }
}

/** Runs `read`, and adds the path `at` to any PolicyInvalid that it throws. */
export function readingAt<T>(at: readonly string[], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof PolicyInvalid ? new PolicyInvalid(error.message, [...at, ...error.at]) : error;
  }
}

/**
 * Returns the value as a JSON object.
 * @throws PolicyInvalid if the value is not an object
 */
export function readRecord(value: unknown, what: string): UnknownMembers {
  if (!isJsonObject(value)) throw new PolicyInvalid(`${what} is not an object`);
  return value;
}

/**
 * Reads a string or a list of strings. An empty list is refused, because an empty `NotResource` would match everything.
 * @throws PolicyInvalid if the list is empty, or for any other value
 */
export function readTexts(value: unknown, what: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new PolicyInvalid(`${what} is empty`);
  return list.map((item) => {
    if (typeof item === 'string' && item !== '') return item;
    throw new PolicyInvalid(`${what} is not a string or a list of strings`);
  });
}
