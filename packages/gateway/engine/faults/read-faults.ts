/** Reads the `--faults` file, and checks everything that can be checked without the stacks. */
import { asText } from '@gatewright/aws/json-object';
import { oneOf, valueOf } from '@gatewright/handlers/http/fields';
import { DefinitionError, DefinitionFaults } from '../../core/errors.ts';
import { LinedText } from '../../kernel/files/lined-text.ts';
import type { Member, Members } from '../../kernel/files/lined-text.ts';
import type { FaultFile, FaultRule, Selector, Fault } from './model.ts';
import { readFisAction } from './read-fis-action.ts';
import {
  readField,
  readShare,
  readText,
  readTime,
  readWhole,
  readFlag,
  readRange,
  readTexts,
  readYes,
  show,
} from './read-value.ts';

/**
 * Reads a fault from the member of a rule that names the fault. `read-fis-action.ts` reads the actions of AWS FIS
 * instead.
 */
type ReadFault = (source: LinedText, member: Member) => Fault;

const STATUSES = [200, 599] as const;

/** The readers of faults, by the member that names the fault. */
const FAULT_READERS: Readonly<Record<string, ReadFault>> = {
  latency(source, member) {
    const [fromMs, toMs] = readRange(source, member);
    return { kind: 'latency', fromMs, toMs };
  },
  status: readStatus,
  error: readError,
  crash: plain('crash'),
  throttle: plain('throttle'),
  coldStart: plain('cold start'),
  reset: plain('reset'),
  cutBody: (source, member) => ({
    kind: 'cut body',
    afterBytes: readWhole(source, member, [0, Number.MAX_SAFE_INTEGER]),
  }),
  table: readTable,
};

function plain(kind: Extract<Fault['kind'], 'crash' | 'throttle' | 'cold start' | 'reset'>): ReadFault {
  return (source, member) => {
    readYes(source, member);
    return { kind };
  };
}

function readStatus(source: LinedText, member: Member): Fault {
  const { node } = member;
  const message = '{"message":"Injected fault"}';
  const defaults = {
    headers: { 'content-type': 'application/json' },
    body: message,
    callsIntegration: false,
  };
  if (!isMap(node)) return { kind: 'status', status: readWhole(source, member, STATUSES), ...defaults };
  const members = source.members(node, 'status', ['code', 'headers', 'body', 'callsIntegration']);
  const [code, headers] = [members.get('code'), members.get('headers')];
  const [body, calls] = [members.get('body'), members.get('callsIntegration')];
  if (code === undefined)
    throw source.error(member.line, 'status must have the member code, such as code: 503');
  return {
    kind: 'status',
    status: readWhole(source, code, STATUSES),
    headers: headers === undefined ? defaults.headers : readTexts(source, headers),
    body: body === undefined ? defaults.body : readField(source, body, valueOf('a string', asText)),
    callsIntegration: calls === undefined ? false : readFlag(source, calls),
  };
}

function readError(source: LinedText, member: Member): Fault {
  const { node } = member;
  if (!isMap(node)) {
    const errorMessage = readText(source, member);
    return { kind: 'error', errorType: 'Error', errorMessage, callsIntegration: false };
  }
  const members = source.members(node, 'error', ['type', 'message', 'callsIntegration']);
  const [type, message, calls] = ['type', 'message', 'callsIntegration'].map((name) => members.get(name));
  return {
    kind: 'error',
    errorType: type === undefined ? 'Error' : readText(source, type),
    errorMessage: message && readText(source, message),
    callsIntegration: calls === undefined ? false : readFlag(source, calls),
  };
}

function readTable(source: LinedText, member: Member): Fault {
  const { node } = member;
  if (!isMap(node)) return { kind: 'table', table: readText(source, member), answer: 'unreachable' };
  const members = source.members(node, 'table', ['name', 'answers']);
  const [name, answers] = [members.get('name'), members.get('answers')];
  if (name === undefined)
    throw source.error(
      member.line,
      'table must have the member name, which is the name of a table or its logical id',
    );
  return {
    kind: 'table',
    table: readText(source, name),
    answer:
      answers === undefined ? 'unreachable' : readField(source, answers, oneOf(undefined, TABLE_ANSWERS)),
  };
}

import { isMap } from 'yaml';
import { TABLE_ANSWERS } from './model.ts';

const KINDS = [...Object.keys(FAULT_READERS), 'actionId'];
const MEMBERS = ['name', 'api', 'route', 'function', 'share', 'from', 'until', ...KINDS, 'parameters'];
const SELECTORS: readonly Selector[] = ['api', 'route', 'function', 'table'];
const MOST_RULES = 1000;

/**
 * Reads a file of faults.
 * @throws DefinitionFaults with every faulty rule, by line; DefinitionError for a fault outside the rules
 */
export function readFaults(file: string, text: string): FaultFile {
  const source = new LinedText(file, text);
  const members = source.members(source.contents, 'the faults file', ['seed', 'rules']);
  const [seed, list] = [members.get('seed'), members.get('rules')];
  if (list === undefined)
    throw source.error(members.line, 'the file must have the member rules, which is a list of rules');
  const items = source.items(list);
  if (items.length > MOST_RULES)
    throw source.error(list.line, `the file has ${items.length} rules; at most ${MOST_RULES} are allowed`);
  const faults: DefinitionError[] = [];
  const rules = items.flatMap((item, index) => {
    try {
      return [readRule(source, item, index + 1)];
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      faults.push(error);
      return [];
    }
  });
  const [first, ...others] = faults;
  if (first !== undefined) throw new DefinitionFaults(first, others);
  return { file, seed: seed === undefined ? 0 : readWhole(source, seed, [0, 2 ** 31 - 1]), rules };
}

function readRule(source: LinedText, node: unknown, number: number): FaultRule {
  const members = source.members(node, 'a rule', MEMBERS);
  const selected = (name: string): string | undefined => {
    const member = members.get(name);
    return member && readText(source, member);
  };
  const { member, read } = kindOf(source, members);
  return {
    number,
    name: selected('name'),
    api: selected('api'),
    route: selected('route'),
    function: selected('function'),
    isOfFunctions: read === undefined,
    ...(read === undefined ? readFis(source, members, member) : readOwn(source, members, member, read)),
    line: members.line ?? 0,
    lines: linesOf(members),
  };
}

type Timed = Pick<FaultRule, 'fault' | 'share' | 'fromMs' | 'untilMs'>;

function readOwn(source: LinedText, members: Members, kind: Member, read: ReadFault): Timed {
  refuse(source, members, ['parameters'], 'is allowed only with an actionId');
  if (kind.name === 'table')
    refuse(
      source,
      members,
      ['api', 'route'],
      'has no effect on a table; to limit the fault to some requests, name a function instead',
    );
  const [share, from, until] = [members.get('share'), members.get('from'), members.get('until')];
  const fromMs = startOf(source, members);
  const untilMs = until === undefined ? Infinity : readTime(source, until);
  if (untilMs <= fromMs)
    throw source.error(
      until?.line,
      `until ${show(until?.value)} must be after ${from === undefined ? 'the start of the gateway, because from is missing' : `from ${show(from.value)}`}`,
    );
  return {
    fault: read(source, kind),
    share: share === undefined ? 1 : readShare(source, share),
    fromMs,
    untilMs,
  };
}

function readFis(source: LinedText, members: Members, action: Member): Timed {
  refuse(
    source,
    members,
    ['share'],
    'is not allowed with an actionId: use invocationPercentage in parameters instead',
  );
  refuse(source, members, ['until'], 'is not allowed with an actionId: use duration in parameters instead');
  const { fault, share, durationMs } = readFisAction(source, action, members.get('parameters'));
  const fromMs = startOf(source, members);
  return { fault, share, fromMs, untilMs: fromMs + durationMs };
}

function startOf(source: LinedText, members: Members): number {
  const from = members.get('from');
  return from === undefined ? 0 : readTime(source, from);
}

/** The kind of a fault. `read` is undefined for an action of AWS FIS. */
type Kind = { readonly member: Member; readonly read: ReadFault | undefined };

function kindOf(source: LinedText, members: Members): Kind {
  const given = KINDS.flatMap((name) => members.get(name) ?? []);
  const [member, ...others] = given;
  if (member !== undefined && others.length === 0) return { member, read: FAULT_READERS[member.name] };
  const found = given.length === 0 ? 'none' : given.map(({ name }) => name).join(' and ');
  throw source.error(
    members.line,
    `a rule must have exactly one of ${KINDS.join(', ')}; this one has ${found}`,
  );
}

function refuse(source: LinedText, members: Members, names: readonly string[], why: string): void {
  for (const name of names) {
    const member = members.get(name);
    if (member !== undefined) throw source.error(member.line, `${name} ${why}`);
  }
}

function linesOf(members: Members): FaultRule['lines'] {
  return Object.fromEntries(
    SELECTORS.flatMap((name) => {
      const line = members.get(name)?.line;
      return line === undefined ? [] : [[name, line]];
    }),
  );
}
