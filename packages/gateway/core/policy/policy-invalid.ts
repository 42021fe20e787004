/**
 * A document is no valid policy; `compilePolicy` turns it into its `invalid` outcome and is the only catcher.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
}

/** @throws PolicyInvalid */
export function readRecord(value: unknown, what: string): UnknownMembers {
  if (!isJsonObject(value)) throw new PolicyInvalid(`${what} is not an object`);
  return value;
}

/**
 * One text or a list of them. An empty list is refused: as `NotResource` it would match everything.
 * @throws PolicyInvalid
 */
export function readTexts(value: unknown, what: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new PolicyInvalid(`${what} is empty`);
  return list.map((item) => {
    if (typeof item === 'string' && item !== '') return item;
    throw new PolicyInvalid(`${what} is not a string or a list of strings`);
  });
}
