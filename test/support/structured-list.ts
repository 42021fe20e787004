/** A strict reader of Lists of Strings with Integer and String parameters; source: RFC 9651 §4.2.1 – §4.2.5. */

type ListMember = {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, number | string>;
};

/** @throws SyntaxError if RFC 9651 says that parsing fails */
export function parseStructuredList(text: string): readonly ListMember[] {
  const members: ListMember[] = [];
  let rest = text;
  const take = (pattern: RegExp, what: string): string => {
    const [match, group] = pattern.exec(rest) ?? [];
    if (match === undefined) throw new SyntaxError(`${what} expected at ${JSON.stringify(rest)}`);
    rest = rest.slice(match.length);
    return group ?? match;
  };
  const takeString = (): string =>
    take(/^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/, 'a String').replace(/\\(["\\])/g, '$1');
  for (;;) {
    const quoted = takeString();
    const parameters = new Map<string, number | string>();
    while (rest.startsWith(';')) {
      const name = take(/^; *([a-z*][a-z0-9_.*-]*)=/, 'a parameter');
      const value = rest.startsWith('"') ? takeString() : Number(take(/^-?\d{1,15}(?![\d.])/, 'an Integer'));
      parameters.set(name, value);
    }
    members.push({ value: quoted, parameters });
    if (rest === '') return members;
    take(/^[ \t]*,[ \t]*(?=.)/, 'a comma and another member');
  }
}
