/** A strict reader of Lists of Strings with Integer parameters; source: RFC 9651 §4.2.1 – §4.2.5. */

export type ListMember = { readonly value: string; readonly parameters: ReadonlyMap<string, number> };

/** @throws SyntaxError where RFC 9651 says that parsing fails */
export function parseStructuredList(text: string): readonly ListMember[] {
  const members: ListMember[] = [];
  let rest = text;
  const take = (pattern: RegExp, what: string): string => {
    const [match, group] = pattern.exec(rest) ?? [];
    if (match === undefined) throw new SyntaxError(`${what} expected at ${JSON.stringify(rest)}`);
    rest = rest.slice(match.length);
    return group ?? match;
  };
  for (;;) {
    const quoted = take(/^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/, 'a String');
    const parameters = new Map<string, number>();
    while (rest.startsWith(';')) {
      const name = take(/^; *([a-z*][a-z0-9_.*-]*)=/, 'a parameter');
      parameters.set(name, Number(take(/^-?\d{1,15}(?![\d.])/, 'an Integer')));
    }
    members.push({ value: quoted.replace(/\\(["\\])/g, '$1'), parameters });
    if (rest === '') return members;
    take(/^[ \t]*,[ \t]*(?=.)/, 'a comma and another member');
  }
}
