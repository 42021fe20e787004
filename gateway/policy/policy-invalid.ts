/** What makes a document no policy; `compilePolicy` turns it into its `invalid` outcome, nothing else sees it. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
}

/** Any JSON object; its members are still unchecked. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** @throws PolicyInvalid */
export function readRecord(value: unknown, what: string): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicyInvalid(`${what} is not an object`);
  return value as JsonRecord;
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
    throw new PolicyInvalid(`${what} is not a text or a list of texts`);
  });
}
