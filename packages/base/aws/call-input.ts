/**
 * Checks the members of a call's input against rules, as AWS's validators do. The rules are plain data. A policy
 * defines whether a refusal names all violations or only the first, and which error the service returns.
 */
import { asFlag, asNumber, isJsonList, isJsonObject, memberOf, membersOf } from './json-object.ts';
import type { UnknownMembers } from './json-object.ts';
import { lowerFirst, MUST, validationMessage, violation, violationOf } from './violations.ts';

type Values = {
  readonly text: string;
  readonly number: number;
  readonly flag: boolean;
  readonly list: readonly unknown[];
  readonly object: UnknownMembers;
  /** Epoch seconds, with a fraction. */
  readonly time: number;
  /** Base64 text; the service checks its format. */
  readonly blob: string;
  /** A value whose type the service checks itself. */
  readonly any: unknown;
};
export type MemberType = keyof Values;

export type MemberRule = {
  readonly isRequired?: boolean;
  /** The minimum length of a string or list, or the minimum of a number. */
  readonly least?: number;
  readonly most?: number;
  /** The pattern that the whole text must match. */
  readonly pattern?: string;
  /** Allowed values, in the order in which AWS's model declares them. */
  readonly values?: readonly string[];
  /** Whether AWS leaves the value out of its messages, as it does for passwords and user names. */
  readonly isHidden?: boolean;
  /** The rule for each item of a list. */
  readonly each?: MemberRule;
  /** The members of a structure, or of each structure in a list if they belong to `each`. */
  readonly members?: MemberTable;
};

/** Members of an operation by name, with their types and rules. */
export type MemberTable = Readonly<Record<string, MemberRule & { readonly type: MemberType }>>;

export type InputPolicy = {
  /** `all`: `check` reports all violations together. `first`: the reader throws at the first violation. */
  readonly names: 'all' | 'first';
  readonly refuse: (message: string) => Error;
  /** @param message a message such as `Limit must be a number`, for services whose own message is unknown */
  readonly wrongType: (message: string, value: unknown, wanted: MemberType) => Error;
  /** Whether numbers and flags may be strings, as in the query protocol. */
  readonly readsTexts?: boolean;
};

const TYPE_NAMES: Readonly<Record<MemberType, string>> = {
  text: 'a string',
  number: 'a number',
  flag: 'a boolean',
  list: 'a list',
  object: 'an object',
  time: 'a number',
  blob: 'a string',
  any: 'a value',
};

/** Maximum number of violations that AWS reports in one message. */
const MAX_VIOLATIONS = 10;
/** Maximum number of characters of a value that a message shows, because a value may be a megabyte long. */
const MAX_SHOWN = 4_096;

export class CallInput {
  readonly #members: UnknownMembers;
  readonly #policy: InputPolicy;
  readonly #path: string;
  readonly #violations: string[];

  /**
   * @param path the path of the enclosing structure with a dot at its end, such as `policy.`; empty at the top level
   * @param violations the violations of the enclosing structure, to which new violations are added
   */
  constructor(members: UnknownMembers, policy: InputPolicy, path = '', violations: string[] = []) {
    this.#members = members;
    this.#policy = policy;
    this.#path = path;
    this.#violations = violations;
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** Returns undefined if the member is absent. Violations of the rule are reported by `check`. */
  read<Type extends MemberType>(name: string, type: Type, rule: MemberRule = {}): Values[Type] | undefined {
    return this.#check(name, this.#ofType(name, type), rule);
  }

  /** Reads all members of a table, and throws if there are violations. */
  checkAll(table: MemberTable): void {
    this.#readAll(table);
    this.check();
  }

  /** Reads a required string. The result is empty if the member is absent, which `check` then reports. */
  text(name: string, rule: MemberRule = {}): string {
    return this.optionalText(name, { ...rule, isRequired: true }) ?? '';
  }

  optionalText(name: string, rule: MemberRule = {}): string | undefined {
    return this.read(name, 'text', rule);
  }

  /** Rounds a fraction down before the check, as AWS does for numbers above zero. */
  optionalInteger(name: string, rule: MemberRule = {}): number | undefined {
    const value = this.#ofType(name, 'number');
    return this.#check(name, value === undefined ? undefined : Math.floor(value), rule);
  }

  /** Reads a boolean member. An absent member counts as false. */
  flag(name: string): boolean {
    return this.read(name, 'flag') ?? false;
  }

  /** Returns an empty list if the member is absent. If the rule requires it, `check` then reports the violation. */
  list(name: string, rule: MemberRule = {}): readonly unknown[] {
    return this.read(name, 'list', rule) ?? [];
  }

  texts(name: string, rule: MemberRule = {}): readonly string[] {
    return this.list(name, rule).map((item) => {
      if (typeof item === 'string') return item;
      throw this.#wrongType(`An item of ${name}`, item, 'text');
    });
  }

  textMap(name: string): ReadonlyMap<string, string> {
    const entries = Object.entries(this.read(name, 'object') ?? {});
    return new Map(
      entries.map(([key, value]) => {
        if (typeof value === 'string') return [key, value];
        throw this.#wrongType(`A value of ${name}`, value, 'text');
      }),
    );
  }

  object(name: string): CallInput | undefined {
    const members = this.read(name, 'object');
    return members && this.#within(members, `${lowerFirst(name)}.`);
  }

  /** Reads a required list of structures. */
  objects(name: string, rule: MemberRule): readonly CallInput[] {
    return this.list(name, { ...rule, isRequired: true })
      .slice(0, rule.most)
      .map((item, index) => this.#within(membersOf(item), `${lowerFirst(name)}.${index + 1}.member.`));
  }

  /**
   * Adds a violation that no rule can express.
   * @param printed the value as AWS prints it; empty if AWS leaves it out
   */
  violate(printed: string, name: string, constraint: string): void {
    this.#add(violationOf(printed, `${this.#path}${lowerFirst(name)}`, constraint));
  }

  /**
   * Must be called after all members are read.
   * @throws one error, in the form of this service, that lists the first ten violations
   */
  check(): void {
    const violations = this.#violations.slice(0, MAX_VIOLATIONS);
    if (violations.length > 0) throw this.#policy.refuse(validationMessage(...violations));
  }

  #value(name: string): unknown {
    return memberOf(this.#members, name) ?? undefined;
  }

  #ofType<Type extends MemberType>(name: string, type: Type): Values[Type] | undefined {
    const value = this.#asType(this.#value(name), type);
    const isOfType: (given: unknown) => given is Values[Type] = IS_OF_TYPE[type];
    if (value === undefined || isOfType(value)) return value;
    throw this.#wrongType(this.#path === '' ? name : `${this.#path}${lowerFirst(name)}`, value, type);
  }

  #asType(value: unknown, type: MemberType): unknown {
    if (this.#policy.readsTexts !== true || typeof value !== 'string') return value;
    if (type === 'number') return asNumber(value) ?? value;
    return type === 'flag' ? (asFlag(value) ?? value) : value;
  }

  #wrongType(what: string, value: unknown, wanted: MemberType): Error {
    return this.#policy.wrongType(`${what} must be ${TYPE_NAMES[wanted]}`, value, wanted);
  }

  #check<Value>(name: string, value: Value, rule: MemberRule): Value {
    // Rules of items apply to strings only, so an item of another type would pass unchecked.
    const isOfTexts = rule.each !== undefined && rule.each.members === undefined;
    const wrong = isOfTexts && isJsonList(value) ? value.find((item) => !isText(item)) : undefined;
    if (wrong !== undefined) throw this.#wrongType(`An item of ${name}`, wrong, 'text');
    for (const found of violationsOf(value, `${this.#path}${lowerFirst(name)}`, rule)) this.#add(found);
    this.#checkWithin(name, value, rule);
    return value;
  }

  #checkWithin(name: string, value: unknown, { members, each, most = MAX_VIOLATIONS }: MemberRule): void {
    const at = `${lowerFirst(name)}.`;
    if (members !== undefined && isJsonObject(value)) this.#within(value, at).#readAll(members);
    const ofItems = each?.members;
    if (ofItems === undefined || !isJsonList(value)) return;
    for (const [index, item] of value.slice(0, most).entries())
      this.#within(membersOf(item), `${at}${index + 1}.member.`).#readAll(ofItems);
  }

  #readAll(table: MemberTable): void {
    for (const [name, { type, ...rule }] of Object.entries(table)) this.read(name, type, rule);
  }

  #within(members: UnknownMembers, path: string): CallInput {
    return new CallInput(members, this.#policy, `${this.#path}${path}`, this.#violations);
  }

  #add(found: string): void {
    this.#violations.push(found);
    if (this.#policy.names === 'first') this.check();
  }
}

/**
 * Checks a value against a rule, but not its type: rules of strings do not apply to a number.
 * @param at path of the member
 */
export function violationsOf(value: unknown, at: string, rule: MemberRule): readonly string[] {
  if (value === undefined)
    return rule.isRequired === true
      ? [violationOf(rule.isHidden === true ? '' : 'null', at, MUST.notBeNull)]
      : [];
  if (typeof value === 'string')
    return broken(value, rule).map((must) =>
      violationOf(rule.isHidden === true ? '' : `'${shorten(value)}'`, at, must),
    );
  if (typeof value === 'number')
    return outOfRange(value, rule, MUST.haveValueFrom, MUST.haveValueTo).map((must) =>
      violation(String(value), at, must),
    );
  return isJsonList(value) ? brokenList(value, at, rule) : [];
}

function broken(value: string, rule: MemberRule): readonly string[] {
  const { most = Infinity, pattern, values } = rule;
  // A value over the length limit is not matched, because matching could take very long.
  const isMatched = pattern === undefined || value.length > most || patternOf(pattern).test(value);
  return [
    ...(values === undefined || values.includes(value) ? [] : [MUST.beOneOf(values)]),
    ...(isMatched ? [] : [MUST.match(pattern)]),
    ...outOfRange(value.length, rule, MUST.haveLengthFrom, MUST.haveLengthTo),
  ];
}

const PATTERNS = new Map<string, RegExp>();

/**
 * Returns a regular expression that must match the whole string. Classes such as `\\p{L}` need the Unicode mode, in
 * which other patterns may be invalid.
 */
function patternOf(pattern: string): RegExp {
  const known = PATTERNS.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '');
  PATTERNS.set(pattern, made);
  return made;
}

/**
 * Returns the violations of a list. A list of strings is printed, as in `'[x86_64, arm64]' at 'architectures'` (obs:
 * lambda, `test_create_lambda_exceptions`; remind101/ssm-env#10). If one of its items is wrong, all constraints of the
 * items are listed, as recorded for `vpcConfig.subnetIds` of Lambda's CreateFunction.
 */
function brokenList(list: readonly unknown[], at: string, rule: MemberRule): readonly string[] {
  const { each = {} } = rule;
  const isWrong = list.some((item) => typeof item === 'string' && broken(item, each).length > 0);
  const wrong = isWrong ? constraintsOf(each).join(', ') : undefined;
  return [
    ...outOfRange(list.length, rule, MUST.haveLengthFrom, MUST.haveLengthTo).map((must) =>
      violationOf(list.every(isText) ? `'${shorten(`[${list.join(', ')}]`)}'` : '', at, must),
    ),
    ...(wrong === undefined
      ? []
      : [violation(shorten(`[${list.join(', ')}]`), at, `Member must satisfy constraint: [${wrong}]`)]),
  ];
}

function constraintsOf({ least, most, pattern, values }: MemberRule): readonly string[] {
  return [
    ...(values === undefined ? [] : [MUST.beOneOf(values)]),
    ...(most === undefined ? [] : [MUST.haveLengthTo(most)]),
    ...(least === undefined ? [] : [MUST.haveLengthFrom(least)]),
    ...(pattern === undefined ? [] : [MUST.match(pattern)]),
  ];
}

function outOfRange(
  size: number,
  { least = -Infinity, most = Infinity }: MemberRule,
  from: (least: number) => string,
  to: (most: number) => string,
): readonly string[] {
  return [...(size < least ? [from(least)] : []), ...(size > most ? [to(most)] : [])];
}

function shorten(value: string): string {
  return value.slice(0, MAX_SHOWN);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const IS_OF_TYPE: { readonly [Type in MemberType]: (value: unknown) => value is Values[Type] } = {
  text: isText,
  number: isNumber,
  flag: (value): value is boolean => typeof value === 'boolean',
  list: isJsonList,
  object: isJsonObject,
  time: isNumber,
  blob: isText,
  any: (value): value is unknown => value !== undefined,
};
