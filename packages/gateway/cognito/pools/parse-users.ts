/**
 * Reads local users from `users.yml`, in the folder in which the gateway was started: `- { username, password?,
 * attributes?: { email: … }, groups?: [ … ], claims?: { … } }`. A user without a password can only sign in on the local
 * login page, by a click.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { ownFault } from '../../core/errors.ts';
import type { DefinitionError } from '../../core/errors.ts';
import { USER_NAME } from './pool-user.ts';
import type { UserDefinition } from './pool-user.ts';

export type ParsedUsers = {
  readonly users: readonly UserDefinition[];
  readonly faults: readonly DefinitionError[];
};

const MAX_WRITTEN = 1_000;
const FIELDS = ['username', 'password', 'attributes', 'groups', 'claims'];

/** Reads users from the text of a file. Never throws, because an invalid user must not exclude the other users. */
export function parseUsers(text: string, file: string): ParsedUsers {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const { line, col } = syntaxError.linePos?.[0] ?? {};
    // The line may contain a password, so only its position is reported.
    const message = syntaxError.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '');
    const where = col === undefined ? '' : ` (column ${col})`;
    return {
      users: [],
      faults: [ownFault({ file, line }, `${message ?? 'invalid YAML'}${where}`)],
    };
  }
  const { contents } = document;
  if (contents === null) return { users: [], faults: [] };
  const at = (node: Node | undefined, message: string): DefinitionError => {
    const offset = node?.range?.[0];
    return ownFault({ file, line: offset === undefined ? undefined : lines.linePos(offset).line }, message);
  };
  if (!isSeq(contents))
    return { users: [], faults: [at(contents, 'must be a list of local users, each with a username')] };
  const users = new Map<string, UserDefinition>();
  const faults: DefinitionError[] = [];
  for (const item of contents.items.slice(0, MAX_WRITTEN)) {
    const node = isMap(item) ? item : undefined;
    const user = readUser(node?.toJS(document));
    if (typeof user === 'string') faults.push(at(node ?? contents, user));
    else if (users.has(user.username)) faults.push(at(node, `the user ${user.username} is repeated`));
    else users.set(user.username, user);
  }
  if (contents.items.length > MAX_WRITTEN)
    faults.push(at(contents, `contains more than ${MAX_WRITTEN} users; the rest are ignored`));
  return { users: [...users.values()], faults };
}

function readUser(value: unknown): UserDefinition | string {
  if (!isJsonObject(value)) return 'a user must be a map with a username, such as username: alice';
  const unknown = Object.keys(value).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `unknown member ${unknown}; a user has ${FIELDS.join(', ')}`;
  const { username, password, attributes = {}, groups = [], claims = {} } = value;
  if (typeof username !== 'string' || !USER_NAME.test(username))
    return `username must be a string of 1 to 128 characters without spaces, not ${JSON.stringify(username)}`;
  if (password !== undefined && (typeof password !== 'string' || password.length > 256))
    return `${username}: password must be a string of at most 256 characters; put it in quotes`;
  if (!isJsonObject(attributes) || !Object.values(attributes).every(isPlain))
    return `${username}: attributes must be a map from names to strings`;
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string'))
    return `${username}: groups must be a list of strings, not ${JSON.stringify(groups)}`;
  if (!isJsonObject(claims)) return `${username}: claims must be a map from names to values`;
  const texts = Object.entries<unknown>(attributes).map(([name, text]) => [name, String(text)] as const);
  return { username, password, attributes: Object.fromEntries(texts), groups, claims };
}

/**
 * Returns whether a value can be an attribute. In YAML, users may write `true` and `7` without quotes, although
 * Cognito's values are strings.
 */
function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
