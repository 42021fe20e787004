/** Members of a call's input, each checked as AWS's model says. */
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { asText } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { invalidParameter } from './error.ts';

const GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;
const STREAM_NAME = /^[^:*]{1,512}$/;
const GROUP_ARN = /^arn:[a-z-]+:logs:[^:]*:\d{12}:log-group:([^:*]+)(?::\*)?$/;

export class CallInput {
  readonly #members: UnknownMembers;

  constructor(members: UnknownMembers) {
    this.#members = members;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#members, name) && this.#members[name] !== null;
  }

  text(name: string): string {
    return this.optionalText(name) ?? fail(name, 'null', MUST.notBeNull);
  }

  optionalText(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    return asText(this.#members[name]) ?? fail(name, this.#members[name], 'Member must be a string');
  }

  /** Milliseconds or counts; undefined if absent. */
  number(name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isFinite(value))
      return fail(name, value, 'Member must be a number');
    if (value < least) return fail(name, value, MUST.haveValueFrom(least));
    if (value > most) return fail(name, value, MUST.haveValueTo(most));
    return Math.trunc(value);
  }

  isTrue(name: string): boolean {
    return this.#members[name] === true;
  }

  list(name: string): readonly unknown[] {
    const value = this.#members[name];
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : fail(name, value, 'Member must be a list');
  }

  texts(name: string, most: number): readonly string[] {
    const list = this.list(name);
    if (list.length > most) fail(name, list, MUST.haveLengthTo(most));
    return list.map((item) => asText(item) ?? fail(name, item, 'Member must be a string'));
  }

  /** By name, or by `logGroupIdentifier`, which may be an ARN. */
  group(): string {
    const isNamed = this.has('logGroupName');
    if (isNamed && this.has('logGroupIdentifier'))
      throw invalidParameter('LogGroup name and LogGroup identifier cannot be both specified');
    return isNamed ? this.groupName('logGroupName') : groupOf(this.text('logGroupIdentifier'));
  }

  groupName(name: string): string {
    const value = this.text(name);
    return GROUP_NAME.test(value) ? value : failPattern(name, value, '[\\.\\-_/#A-Za-z0-9]+');
  }

  streamName(name: string): string {
    const value = this.text(name);
    return STREAM_NAME.test(value) ? value : failPattern(name, value, '[^:*]*');
  }
}

/** Name of a group by its ARN; a name stays as it is. */
export function groupOf(identifier: string): string {
  return GROUP_ARN.exec(identifier)?.[1] ?? identifier;
}

function failPattern(name: string, value: string, pattern: string): never {
  return fail(name, value, MUST.match(pattern));
}

function fail(name: string, value: unknown, constraint: string): never {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  throw invalidParameter(validationMessage(violation(shown.slice(0, 200), name, constraint)));
}
