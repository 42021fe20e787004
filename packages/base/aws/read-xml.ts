/**
 * Reads responses of AWS's protocols with XML as plain objects. Only elements and text are read, because these responses
 * need no attributes and have no mixed content.
 */
import type { UnknownMembers } from './json-object.ts';

type Open = { readonly name: string; text: string; readonly children: [name: string, value: unknown][] };

const TOKEN =
  /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([A-Za-z_][\w.:-]*)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|[^<]+/gy;
/** Maximum nesting depth. AWS's responses have only a few levels, and a deeply nested one would use up memory. */
const DEPTH_LIMIT = 64;

/**
 * Returns an object whose only member is the root element. `member` elements become a list (`Exports: [{…}]`), and so
 * do repeated elements of another name (`{ Items: [{…}, {…}] }`). An empty element becomes an empty string, so an empty
 * list is not an array. Returns undefined for anything except a complete document.
 */
export function readXml(text: string): UnknownMembers | undefined {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text);
    const top = open.at(-1);
    if (token === null || top === undefined || open.length > DEPTH_LIMIT) return undefined;
    const [whole, closes, name, , isEmpty] = token;
    if (name === undefined) {
      if (!whole.startsWith('<')) top.text += whole;
    } else if (closes === '/') {
      if (open.length === 1 || top.name !== name) return undefined;
      open.pop();
      open.at(-1)?.children.push([name, valueOf(top)]);
    } else if (isEmpty === '/') top.children.push([name, '']);
    else open.push({ name, text: '', children: [] });
  }
  const isWhole = open.length === 1 && root.children.length === 1 && root.text.trim() === '';
  return isWhole ? Object.fromEntries(root.children) : undefined;
}

function valueOf({ text, children }: Open): unknown {
  if (children.length === 0) return decode(text);
  if (children.every(([name]) => name === 'member')) return children.map(([, value]) => value);
  const named = Map.groupBy(children, ([name]) => name);
  return Object.fromEntries(
    [...named].map(([name, all]) => [name, all.length === 1 ? all[0]?.[1] : all.map(([, value]) => value)]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));/g, (whole, decimal, hex, name) => {
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    if (name !== undefined) return ENTITIES[String(name)] ?? whole;
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
