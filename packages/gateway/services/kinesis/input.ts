/**
 * Members of an input, checked as AWS does: all faults together make one ValidationException; a value of a
 * wrong type is a SerializationException.
 */
import { MUST, validationMessage, violationOf } from '@gatewright/aws/violations';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import { memberOf, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';

type TextRule = {
  readonly isRequired?: boolean;
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
};
type IntegerRule = { readonly isRequired?: boolean; readonly least: number; readonly most: number };

const NAME = '[a-zA-Z0-9_.-]+';
export const NAME_RULE: TextRule = { least: 1, most: 128, pattern: NAME };
const ARN_RULE: TextRule = { least: 1, most: 2048, pattern: 'arn:aws.*:kinesis:.*:\\d{12}:.*stream/\\S+' };
/** AWS names at most this many. */
const MAX_FAULTS = 10;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export class InputReader {
  readonly #input: UnknownMembers;
  readonly #path: string;
  readonly #faults: string[];

  constructor(input: UnknownMembers, path = '', faults: string[] = []) {
    this.#input = input;
    this.#path = path;
    this.#faults = faults;
  }

  text(name: string, rule: TextRule = {}): string | undefined {
    const value = this.#member(name, rule);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(value, 'String');
    const { least = 0, most = Infinity, pattern, values } = rule;
    const note = (constraint: string): void => this.#note(`'${value}'`, name, constraint);
    if (values?.includes(value) === false) note(MUST.beOneOf(values));
    // A value over the limit is not matched: it could take very long.
    if (pattern !== undefined && value.length <= most && !new RegExp(`^(?:${pattern})$`).test(value))
      note(MUST.match(pattern));
    if (value.length < least) note(MUST.haveLengthFrom(least));
    if (value.length > most) note(MUST.haveLengthTo(most));
    return value;
  }

  integer(name: string, { least, most, isRequired = false }: IntegerRule): number | undefined {
    const value = this.#member(name, { isRequired });
    if (value === undefined) return undefined;
    if (typeof value !== 'number') throw wrongType(value, 'Integer');
    const whole = Math.floor(value);
    if (whole < least) this.#note(`'${whole}'`, name, MUST.haveValueFrom(least));
    if (whole > most) this.#note(`'${whole}'`, name, MUST.haveValueTo(most));
    return whole;
  }

  /** Epoch seconds, with a fraction. */
  time(name: string): number | undefined {
    const value = this.#member(name, {});
    if (value !== undefined && typeof value !== 'number') throw wrongType(value, 'Timestamp');
    return value;
  }

  /**
   * @param mostBytes before base64
   * @param beside bytes that count with it
   */
  blob(name: string, mostBytes: number, beside: number): string | undefined {
    const value = this.#member(name, { isRequired: true });
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw wrongType(value, 'Blob');
    if (!BASE64.test(value))
      throw new OperationRefused(
        'SerializationException',
        `'${name}' can not be converted to a Blob: Data must be base64`,
      );
    // The value itself may be a megabyte long.
    if (Buffer.byteLength(value, 'base64') + beside > mostBytes)
      this.#note('', name, MUST.haveLengthTo(mostBytes));
    return value;
  }

  list(name: string, least: number, most: number): readonly InputReader[] {
    const value = this.#member(name, { isRequired: true });
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw wrongType(value, 'List');
    if (value.length < least) this.#note(`'[]'`, name, MUST.haveLengthFrom(least));
    if (value.length > most) this.#note('', name, MUST.haveLengthTo(most));
    return value.slice(0, most).map((item: unknown, index) => {
      const path = `${this.#path}${lowerFirst(name)}.${index + 1}.member.`;
      return new InputReader(membersOf(item), path, this.#faults);
    });
  }

  /** Name, ARN, or both; the ARN wins. */
  stream(): { readonly name: string | undefined; readonly arn: string | undefined } {
    const arn = this.text('StreamARN', ARN_RULE);
    const name = this.text('StreamName', NAME_RULE);
    if (arn === undefined && name === undefined) this.#note('null', 'StreamName', MUST.notBeNull);
    return { name, arn };
  }

  /** Call after all members are read. @throws OperationRefused ValidationException */
  check(): void {
    const faults = this.#faults.slice(0, MAX_FAULTS);
    if (faults.length === 0) return;
    throw new OperationRefused('ValidationException', validationMessage(...faults));
  }

  #member(name: string, { isRequired = false }: { readonly isRequired?: boolean }): unknown {
    const value = memberOf(this.#input, name) ?? undefined;
    if (value === undefined && isRequired) this.#note('null', name, MUST.notBeNull);
    return value;
  }

  /** @param value as AWS prints it; empty if omitted */
  #note(value: string, name: string, constraint: string): void {
    this.#faults.push(violationOf(value, `${this.#path}${lowerFirst(name)}`, constraint));
  }
}

function lowerFirst(name: string): string {
  return name === 'StreamARN' ? 'streamARN' : name.charAt(0).toLowerCase() + name.slice(1);
}

function wrongType(value: unknown, wanted: string): OperationRefused {
  const message = Array.isArray(value)
    ? 'Start of list found where not expected'
    : typeof value === 'object'
      ? 'Start of structure or map found where not expected.'
      : wanted === 'List'
        ? 'Expected list or null'
        : `${JAVA_TYPES[typeof value] ?? 'a value'} can not be converted to an ${wanted}`;
  return new OperationRefused('SerializationException', message);
}

const JAVA_TYPES: Readonly<Record<string, string>> = {
  boolean: 'class java.lang.Boolean',
  number: 'class java.math.BigDecimal',
  string: 'class java.lang.String',
};
