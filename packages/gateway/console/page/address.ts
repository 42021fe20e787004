/** Reads and writes the addresses of this page, such as `#/traffic/0f5b…`. */

export type Place = {
  readonly section: string;
  readonly item: string | undefined;
  readonly query: URLSearchParams;
};

/**
 * Parses an address, which the user may have typed. A plus is literal, as in `/{proxy+}`, and an invalid escape is left
 * unchanged.
 */
export function parseAddress(hash: string): Place {
  const [, path = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const [section = '', ...rest] = path.split('/');
  const item = rest.length === 0 || rest[0] === '' ? undefined : decode(rest.join('/'));
  return {
    section: section === '' ? 'traffic' : section,
    item,
    query: new URLSearchParams(query.replaceAll('+', '%2B')),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function linkTo(section: string, item?: string, query?: Readonly<Record<string, string>>): string {
  // The readable form is `#/apis/a1b2/dev?route=GET%20/users`. A plus in an address is literal, so a space is written
  // as `%20`.
  const asked =
    query === undefined
      ? ''
      : `?${new URLSearchParams(query).toString().replaceAll('+', '%20').replaceAll('%2F', '/')}`;
  // A leading slash stays percent-encoded, because an address must not begin with a slash.
  const named = encodeURIComponent(item ?? '').replaceAll(/(?<=.)%2F/g, '/');
  return `#/${section}${item === undefined ? '' : `/${named}`}${asked}`;
}
