/**
 * Prints the commands that a template suggests in its own `Metadata`:
 *
 *   Metadata:
 *     Gatewright::Try:
 *       - { api: ApiGatewayRestApi, path: /users, expect: 401 }
 *       - { api: ApiGatewayRestApi, path: /users, token: { sub: alice, roles: [admin] }, expect: 200 }
 *       - { api: WebsocketsApi, token: { sub: alice, roles: [admin] }, send: '{"action":"ping"}' }
 */
import { commandName, UsageError } from '../../../base/terminal/output.ts';
import { quote } from '@gatewright/aws/text/token-options';
import { tokenCommand } from '../shell-text.ts';
import type { ApiRoutes, Gateway, ResolvedStack, TokenOptions } from '../../../gateway/engine/index.ts';

type Try = {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly token: TokenOptions | undefined;
  readonly send: string | undefined;
  readonly expect: string;
};

const KEY = 'Gatewright::Try';
const FIELDS = ['api', 'method', 'path', 'token', 'send', 'expect'];

/**
 * Returns a comment and a command for each entry, ready to paste into a shell.
 * @throws UsageError for an invalid entry
 */
export function describeTries(gateway: Pick<Gateway, 'stacks'>, apis: readonly ApiRoutes[]): string[] {
  return gateway.stacks.flatMap((stack) =>
    readTries(stack).flatMap((entry) => {
      const api = apis.find(
        ({ stack: name, logicalId }) => name === stack.stackName && logicalId === entry.api,
      );
      if (api === undefined) throw new UsageError(`${stack.file}: ${KEY}: the stack has no API ${entry.api}`);
      return describeTry(entry, api);
    }),
  );
}

function describeTry(entry: Try, api: ApiRoutes): string[] {
  const token = entry.token && tokenCommand(entry.token);
  const who =
    entry.token === undefined ? 'no token' : `${entry.token.sub} (${(entry.token.roles ?? []).join(', ')})`;
  const comment = `# ${who} → ${entry.expect}`;
  if (entry.send !== undefined) {
    const url = token === undefined ? quote(api.url) : `"${api.url}?token=${token}"`;
    return [comment, `${commandName()} send ${url} ${quote(entry.send)}`];
  }
  const method = entry.method === 'GET' ? '' : `-X ${entry.method} `;
  const header = token === undefined ? '' : `-H "Authorization: Bearer ${token}" `;
  return [comment, `curl -i ${method}${header}${quote(`${api.url}${entry.path}`)}`];
}

function readTries(stack: ResolvedStack): Try[] {
  const entries = stack.metadata[KEY];
  if (entries === undefined) return [];
  if (!Array.isArray(entries)) throw unreadable(stack, 'must be a list');
  return entries.map((entry: unknown) => readTry(entry, stack));
}

function readTry(value: unknown, stack: ResolvedStack): Try {
  if (typeof value !== 'object' || value === null) throw unreadable(stack, 'has an entry that is not a map');
  const fields = new Map<string, unknown>(Object.entries(value));
  const unknown = [...fields.keys()].find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw unreadable(stack, `has an unknown field ${unknown}`);
  const text = (name: string, usual: string): string => {
    const field = fields.get(name) ?? usual;
    if (typeof field === 'string' || typeof field === 'number') return String(field);
    throw unreadable(stack, `has a field ${name} that is not a string`);
  };
  const send = fields.get('send');
  return {
    api: text('api', ''),
    method: text('method', 'GET').toUpperCase(),
    path: text('path', '/'),
    token: readToken(fields.get('token'), stack),
    send: typeof send === 'string' ? send : undefined,
    expect: text('expect', 'an answer'),
  };
}

function readToken(value: unknown, stack: ResolvedStack): TokenOptions | undefined {
  if (value === undefined) return undefined;
  const fields = new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
  const sub = fields.get('sub');
  const roles = fields.get('roles') ?? [];
  if (typeof sub !== 'string' || !Array.isArray(roles))
    throw unreadable(stack, 'has a token without sub or roles');
  return { sub, roles: roles.map(String) };
}

function unreadable(stack: ResolvedStack, what: string): UsageError {
  return new UsageError(`${stack.file}: Metadata ${KEY} ${what}`);
}
