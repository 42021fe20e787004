/** Resources of Terraform's AWS provider: which call creates each resource, and which call reads it afterwards. */
import assert from 'node:assert/strict';
import { membersOf } from '../../packages/base/aws/json-object.ts';

type Members = Readonly<Record<string, unknown>>;
/** The ids that the provider remembers from earlier answers. */
export type Ids = Readonly<Record<string, string>>;

export type Row = {
  readonly resource: string;
  /** The file of `internal/service/…` with its create and read functions. */
  readonly from: string;
  /** SDK command and its input, with the members that the provider can set there. */
  readonly call: string;
  readonly sends: (ids: Ids) => Members;
  /** SDK command and its input. */
  readonly reads: string;
  readonly by: (ids: Ids) => Members;
  /** The members of the create call's answer that later rows need, by the names that those rows use. */
  readonly keeps?: Readonly<Record<string, string>>;
  /** Members that have another name in the read call. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** The members as they are read, if they differ from the members that were sent. */
  readonly becomes?: Members;
  /** Members that are sent, but not read back, such as a place or a mode. */
  readonly unread?: readonly string[];
  /** Members that the provider reads without checking that they exist. */
  readonly needs?: readonly string[];
};

type Send = (name: string, input: object) => Promise<Members>;
type Command = new (input: object) => unknown;

/** Commands by name, for tables. */
export function sender(client: { send(command: never): Promise<unknown> }, commands: object): Send {
  return async (name, input) => {
    const made = (commands as Readonly<Record<string, Command>>)[`${name}Command`];
    assert.ok(made !== undefined, name);
    return membersOf(await client.send(new made(input) as never));
  };
}

/**
 * Creates the resource, and checks that reading it returns every member that was sent.
 * @returns the ids for later rows
 */
export async function makeAndRead(row: Row, send: Send, ids: Ids): Promise<Ids> {
  const sent = row.sends(ids);
  const made = await send(row.call, sent);
  const kept = Object.entries(row.keeps ?? {}).map(([name, member]): [string, string] => [
    name,
    String(made[member]),
  ]);
  const known: Ids = { ...ids, ...Object.fromEntries<string>(kept) };
  const by = row.by(known);
  const found = withPolicy(await send(row.reads, by));
  assert.partialDeepStrictEqual(found, expectedOf(row, sent, by));
  for (const name of row.needs ?? []) assert.ok(found[name] !== undefined, name);
  return known;
}

function expectedOf(row: Row, sent: Members, by: object): object {
  const unread = ['patchOperations', ...Object.keys(by), ...(row.unread ?? [])];
  const placed = Object.entries(sent).filter(([name]) => !unread.includes(name));
  const named = placed.map(([name, value]): readonly [string, unknown] => [
    row.renamed?.[name] ?? name,
    value,
  ]);
  const members: Members = Object.fromEntries(named);
  return { ...members, ...row.becomes };
}

/** AWS returns the document of a policy with escaped quotes. */
function withPolicy(answer: Members): Members {
  const { policy: text } = answer;
  return typeof text === 'string' ? { ...answer, policy: JSON.parse(`"${text}"`) as unknown } : answer;
}
