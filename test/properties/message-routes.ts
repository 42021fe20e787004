/**
 * Which route key a message selects. The oracle keeps the drawn value in addition to its printed text, and follows
 * docs/aws §11.2; it never reads the text.
 */
import { compileMessageRouting } from '../../packages/gateway/core/routing/message-routes.ts';
import type { MessageRouting } from '../../packages/gateway/core/deployment/model.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { randomName } from '../support/random-names.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

/** A member as it is in the body, and the key that results from it alone. */
type Value = { readonly json: string; readonly key: string | undefined };

const MEMBERS = ['action', 'Action', 'constructor', '__proto__', 'length', 'toString', '0', 'a-b'];
const RESERVED = ['$connect', '$disconnect'];
const NO_VALUE: Value = { json: 'null', key: undefined };

/** A text in JSON, with escapes that mean the same. */
function printText(text: string, pick: Pick): string {
  const escaped = Array.from(text).map((character) =>
    character.length === 1 && pick.chance(0.1)
      ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
      : JSON.stringify(character).slice(1, -1),
  );
  return `"${escaped.join('')}"`;
}

function drawText(pick: Pick): Value {
  const key = pick.chance(0.2)
    ? pick.one([...RESERVED, '$default', '$CONNECT', ' $connect', '$connect\u0000', ''])
    : randomName(pick);
  return { json: printText(key, pick), key };
}

function drawValue(pick: Pick): Value {
  if (pick.chance(0.7)) return drawText(pick);
  if (pick.chance(0.3)) return NO_VALUE;
  if (pick.chance(0.5)) {
    const json = pick.one(['0', '7', '-1', 'true', 'false', '1.5']);
    return { json, key: json };
  }
  const items = [drawText(pick), drawText(pick)].slice(pick.upTo(2));
  return {
    json: `[${items.map(({ json }) => json).join(',')}]`,
    key: `[${items.map(({ key }) => key).join(', ')}]`,
  };
}

/** A body with members that may come twice, of which the last one counts, as in every reader of JSON on AWS. */
function drawBody(pick: Pick): {
  readonly text: string;
  readonly members: ReadonlyMap<string, Value> | undefined;
} {
  if (pick.chance(0.1))
    return {
      text: pick.one(['', 'ping', '{"action":"a"', "{'action':'a'}", '{"action":"a"}}', '\u0000']),
      members: undefined,
    };
  if (pick.chance(0.1))
    return { text: pick.one(['[]', '["a","b"]', '"action"', 'null', '7', '"length"']), members: new Map() };
  const listed = Array.from({ length: pick.upTo(4) }, () => [pick.one(MEMBERS), drawValue(pick)] as const);
  const text = listed
    .map(([name, { json }]) => `${printText(name, pick)}:${json}`)
    .join(pick.one([',', ' , ', ',\n']));
  return { text: `{${text}}`, members: new Map(listed) };
}

type Expression = { readonly text: string; readonly names: readonly [string] | readonly [string, string] };

function expected(
  { names }: Expression,
  members: ReadonlyMap<string, Value> | undefined,
): string | undefined {
  if (members === undefined) return undefined;
  const [first, second] = names.map((name) => members.get(name)?.key);
  const key = names.length === 1 ? first : `${first ?? ''}/${second ?? ''}`;
  return key === undefined || RESERVED.includes(key) ? undefined : key;
}

export const messageRoutes: DrawnPromise = {
  name: 'message-routes',
  says: 'a message selects the key that its body has, never a route of the connection, nor what a body does not have',
  few: 200,
  many: 150_000,
  meets: ['selected', 'nothing selected', 'reserved', 'no JSON', 'composite', '__proto__', 'constructor'],
  check(seed, tally) {
    const pick = pickFrom(seed);
    const [first, second] = [pick.one(MEMBERS), pick.one(MEMBERS)];
    const expression: Expression = pick.chance(0.7)
      ? { text: `$request.body.${first}`, names: [first] }
      : { text: `\${request.body.${first}}/\${request.body.${second}}`, names: [first, second] };
    const compiled = compileMessageRouting(expression.text, new Map());
    if (compiled.kind !== 'compiled') return `${expression.text}: ${compiled.message}`;
    return [1, 2, 3]
      .map(() => trySelection(compiled.routing, expression, pick, tally))
      .find((each) => each !== undefined);
  },
};

function trySelection(
  routing: MessageRouting,
  expression: Expression,
  pick: Pick,
  tally: Tally,
): string | undefined {
  const { text, members } = drawBody(pick);
  const key = expected(expression, members);
  for (const name of expression.names) if (members?.has(name) === true) count(tally, name);
  if (members === undefined) count(tally, 'no JSON');
  if (expression.names.length === 2) count(tally, 'composite');
  if (RESERVED.includes(members?.get(expression.names[0])?.key ?? '')) count(tally, 'reserved');
  count(tally, key === undefined ? 'nothing selected' : 'selected');
  const selected = routing.select(text);
  return selected === key
    ? undefined
    : JSON.stringify({ expression: expression.text, text, selected, expected: key });
}
