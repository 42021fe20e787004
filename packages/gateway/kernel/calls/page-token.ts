/** Tokens of lists that are read page by page. A token is accepted only by the list that has returned it. */

/** @param list names the operation and every member that selects its items */
export function printPageToken(list: readonly unknown[], from: number): string {
  return Buffer.from(JSON.stringify([from, ...list])).toString('base64url');
}

/** @returns the index of the first item; undefined if this list has not returned the token */
export function readPageToken(list: readonly unknown[], token: string): number | undefined {
  const [, from = ''] = /^\[(\d{1,9})[,\]]/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  return from !== '' && printPageToken(list, Number(from)) === token ? Number(from) : undefined;
}
