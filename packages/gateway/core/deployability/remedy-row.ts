/** A remedy for refusals whose message matches `words`. */
export type RemedyRow = {
  readonly words: RegExp;
  /** @param match the message and the groups of `words` */
  readonly remedy: (
    match: RegExpExecArray,
    at: { readonly type: string; readonly property: string },
  ) => string;
};

/** Returns the name of a value; an item of a list has the name of the list. */
export function nameAt(property: string): string {
  return property.split('.').findLast((key) => !/^\d+$/.test(key)) ?? '';
}

/** Returns a row whose remedy is the same for all messages that match `words`. */
export const fixed = (words: RegExp, remedy: string): RemedyRow => ({ words, remedy: () => remedy });
