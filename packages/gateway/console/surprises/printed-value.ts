/**
 * Finds a text such as “undefined” in a body, which a language prints in place of a value that is missing
 * (docs/aws §3.2).
 */
import { asJsonObject, isJsonObject, parseJson } from '@gatewright/aws/json-object';
import { isPythonCode } from '../records/handler-lines.ts';
import { describeSent } from '../records/sent.ts';
import { listed } from '../explain/reason.ts';
import { readLambdaPayload } from './selected-response.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind, Told } from './surprise.ts';

/** Texts that JavaScript prints for a missing value, or for an object without its own text; Python prints None. */
const PRINTED = /\bundefined\b|\[object Object\]|\bNone\b/;
const MOST_PRINTED = 1_000;

export const VALUE_PRINTED: SurpriseKind = {
  code: 'VALUE_WITHOUT_TEXT',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §3.2',
  find(facts) {
    const body = facts.result?.['body'];
    const isShort = typeof body === 'string' && body.length <= MOST_PRINTED && !/^\s*</.test(body);
    const [printed] = isShort ? (PRINTED.exec(body) ?? []) : [];
    if (!isShort || printed === undefined) return undefined;
    if (printed === '[object Object]')
      return {
        values: { printed },
        because: ['The body contains “[object Object]”, which JavaScript prints instead of an object.'],
        changes: ['Print the object with JSON.stringify.'],
      };
    const names = namesPrinted(facts, body, printed);
    // None is also an English word.
    return printed === 'None' && names.length === 0 ? undefined : tellMissing(facts, printed, names);
  },
};

function tellMissing(facts: SurpriseFacts, printed: string, names: readonly string[]): Told {
  const { received, sent } = facts.recorded;
  const event = asJsonObject(parseJson((sent ?? describeSent(received))?.body?.toString() ?? ''));
  const places = event === undefined ? [] : names.flatMap((name) => placesOf(name, event));
  const absent = event === undefined || places.length > 0 ? [] : names;
  const payload = readLambdaPayload(facts);
  const isOf2 = absent.length === 0 && (payload === 'http-2.0' || payload === 'function-url');
  const what = listed(absent);
  return {
    values: { printed },
    because: [
      `The body contains “${printed}”, which ${printed === 'None' ? 'Python' : 'JavaScript'} prints instead of a value that does not exist.${isOf2 && printed === 'undefined' ? ' An event of payload format 2.0 has rawPath, requestContext.http.method and requestContext.http.path, but no path, httpMethod, resource or multiValueHeaders.' : ''}`,
      ...(absent.length === 0
        ? []
        : [
            `The code prints ${what}, and ${received.body === undefined ? `nothing in the event has this name: the request lacks ${what}` : `the body of the request lacks ${what}, as does the rest of the event`}.`,
          ]),
    ],
    changes: [
      absent.length > 0
        ? `Send ${what} ${received.body === undefined ? 'in the part of the request from which the code reads' : 'in the body, or wherever else the code reads'} ${absent.length === 1 ? 'it' : 'them'}, and let the function respond with 400 to requests without ${absent.length === 1 ? 'it' : 'them'}.`
        : places.length > 0
          ? `Read the value from where the event has it: ${listed(places, 'or')}.`
          : 'Read the value from where the event has it, or handle requests without it: the record of this request shows the event.',
    ],
  };
}

const INTERPOLATED = /([^`}{]*)\$\{[^{}]*?\.(\w+)\s*\}/g;
const GOT = /\.get\(\s*['"](\w+)['"]\s*\)/g;
const PUTS_IN = /%|\bformat\b|\bf['"]|\+/;

/** Returns the members that the code prints where the body has the text. */
function namesPrinted({ handler }: SurpriseFacts, body: string, printed: string): readonly string[] {
  if (handler === undefined || isPythonCode(handler) !== (printed === 'None')) return [];
  const lines = handler.text.split('\n').filter((line) => !/^\s*(?:\/\/|#|\*)/.test(line));
  const names =
    printed === 'None'
      ? lines
          .filter((line) => PUTS_IN.test(line) && /\bbody\b/.test(line))
          .flatMap((line) => [...line.matchAll(GOT)].map(([, name = '']) => name))
      : lines.flatMap((line) =>
          [...line.matchAll(INTERPOLATED)].flatMap(([, before = '', name = '']) =>
            body.includes(`${before}${printed}`) ? [name] : [],
          ),
        );
  return [...new Set(names)];
}

/** Returns where the event, or the JSON in its body, has a member of this name, such as `event.headers.id`. */
function placesOf(name: string, value: unknown, at = 'event'): readonly string[] {
  if (at === 'event.body' && typeof value === 'string')
    return placesOf(name, parseJson(value), 'JSON of event.body');
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [`${at}.${key}`] : []),
    ...placesOf(name, inner, `${at}.${key}`),
  ]);
}
