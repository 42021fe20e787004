/**
 * AWS's constraints on the members of calls, as its API models declare them (`models`). Each service provides the words
 * in which it refuses a call.
 */
import { CallInput } from '@gatewright/aws/call-input';
import type { InputPolicy, MemberRule, MemberTable, MemberType } from '@gatewright/aws/call-input';
import { memberOf, parseJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { headerOf } from '@gatewright/aws/raw-headers';

type Row = {
  readonly type: MemberType;
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly isHidden?: boolean;
  readonly each?: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
};
type Line =
  | (Row & { readonly shape: string })
  | (Row & { readonly operation: string; readonly http?: string });
type Rule = MemberRule & { readonly type: MemberType };
/** A request in which members are in the path, the query, headers and a JSON body. */
type RestRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly rawHeaders: readonly string[];
  readonly body: string | Buffer;
};
type Found = { readonly operation: string; readonly members: UnknownMembers };

export class CallModel {
  readonly #text: string;
  #lines: readonly Line[] | undefined;
  readonly #rules = new Map<string, Rule>();

  /** @param text the lines of a file of `models`; they are read when the first call is checked */
  constructor(text: string) {
    this.#text = text;
  }

  get operations(): readonly string[] {
    return this.#read().flatMap((line) => ('operation' in line ? [line.operation] : []));
  }

  /**
   * Checks all members of a call. Nothing is checked for an operation that is not in the model.
   * @throws the error that `policy` creates for an invalid member
   */
  check(operation: string, input: UnknownMembers, policy: InputPolicy): void {
    const found = this.#find(operation);
    if (found !== undefined) new CallInput(input, policy).checkAll(this.#tableOf(found));
  }

  /** Reads the operation and the members of a request to a service with paths; undefined for an unknown operation. */
  readRest(request: RestRequest): Found | undefined {
    for (const line of this.#read()) {
      if (!('operation' in line) || line.http === undefined) continue;
      const values = matchPath(line.http, request);
      if (values !== undefined)
        return { operation: line.operation, members: this.#collect(line, request, values) };
    }
    return undefined;
  }

  #collect(
    { http = '', members = {} }: Row & { readonly http?: string },
    request: RestRequest,
    values: readonly string[],
  ): UnknownMembers {
    const names = [...http.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const query = new URLSearchParams(request.query);
    let body: UnknownMembers | undefined;
    const read = (member: string, place: string | undefined, name: string): unknown => {
      if (place === 'uri') return decodeOrKeep(values[names.indexOf(member)] ?? '');
      if (place === 'querystring') return query.get(name) ?? undefined;
      if (place === 'header') return headerOf(request, name.toLowerCase());
      body ??= parseJsonObject(request.body.toString()) ?? {};
      return memberOf(body, member);
    };
    return Object.fromEntries(
      Object.entries(members).flatMap(([member, shown]) => {
        const [type = '', place, name = member] = shown.split(' ');
        const value = read(member, place, name);
        if (value === undefined) return [];
        const isText = place !== undefined && typeof value === 'string' && /^-?\d+$/.test(value);
        return [[member, isText && this.#ruleOf(type).type === 'number' ? Number(value) : value]];
      }),
    );
  }

  #find(operation: string): Row | undefined {
    return this.#read().find((line) => 'operation' in line && line.operation === operation);
  }

  #read(): readonly Line[] {
    this.#lines ??= this.#text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    return this.#lines;
  }

  #tableOf({ members = {}, required = [] }: Row): MemberTable {
    return Object.fromEntries(
      Object.entries(members).map(([name, shown]) => {
        // The rule object may still be incomplete if a shape contains itself. It is stored by reference, and completed
        // later.
        const rule = this.#ruleOf(shown.split(' ')[0] ?? '');
        return [name, required.includes(name) ? { ...rule, isRequired: true } : rule];
      }),
    );
  }

  #ruleOf(name: string): Rule {
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const row = this.#read().find((line) => 'shape' in line && line.shape === name);
    // Each protocol writes times differently, so the service itself reads them.
    if (row === undefined) return { type: name === 'time' ? 'any' : (name as MemberType) };
    const { type, least, most, pattern, values, isHidden } = row;
    const rule: { -readonly [Key in keyof Rule]: Rule[Key] } = {
      type,
      ...(least !== undefined && { least }),
      ...(most !== undefined && { most }),
      ...(pattern !== undefined && { pattern }),
      ...(values !== undefined && { values }),
      ...(isHidden !== undefined && { isHidden }),
    };
    // A shape may contain itself, so its rule is stored before its members are read.
    this.#rules.set(name, rule);
    if (row.each !== undefined) rule.each = this.#ruleOf(row.each);
    if (row.members !== undefined) rule.members = this.#tableOf(row);
    return rule;
  }
}

function matchPath(http: string, { method, path }: RestRequest): readonly string[] | undefined {
  const [wanted, template = ''] = http.split(' ');
  if (wanted !== method) return undefined;
  const pattern = template.replace(/\/$/, '').replace(/\{\w+\}/g, '([^/]+)');
  const found = new RegExp(`^${pattern}/?$`).exec(path);
  return found === null ? undefined : found.slice(1);
}
