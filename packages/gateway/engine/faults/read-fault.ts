/** The faults by their short names; those of AWS FIS: `read-fis-action.ts`. */
import { isMap } from 'yaml';
import type { LinedText, Member } from '../../kernel/files/lined-text.ts';
import { TABLE_ANSWERS } from './model.ts';
import type { Fault, TableAnswer } from './model.ts';
import { readFlag, readRange, readText, readTexts, readWhole, readYes, show } from './read-value.ts';

export type ReadFault = (source: LinedText, member: Member) => Fault;

const STATUSES = [200, 599] as const;

/** By the member of a rule that names the fault. */
export const FAULT_READERS: Readonly<Record<string, ReadFault>> = {
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
  const usual = { headers: { 'content-type': 'application/json' }, body: message, callsIntegration: false };
  if (!isMap(node)) return { kind: 'status', status: readWhole(source, member, STATUSES), ...usual };
  const members = source.members(node, 'status', ['code', 'headers', 'body', 'callsIntegration']);
  const [code, headers] = [members.get('code'), members.get('headers')];
  const [body, calls] = [members.get('body'), members.get('callsIntegration')];
  if (code === undefined) throw source.error(member.line, 'status has no code');
  return {
    kind: 'status',
    status: readWhole(source, code, STATUSES),
    headers: headers === undefined ? usual.headers : readTexts(source, headers),
    body: body === undefined ? usual.body : readBody(source, body),
    callsIntegration: calls === undefined ? false : readFlag(source, calls),
  };
}

function readBody(source: LinedText, { name, value, line }: Member): string {
  if (typeof value === 'string') return value;
  throw source.error(line, `${name} is a text, not ${show(value)}`);
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
  if (name === undefined) throw source.error(member.line, 'table has no name');
  return {
    kind: 'table',
    table: readText(source, name),
    answer: answers === undefined ? 'unreachable' : readAnswer(source, answers),
  };
}

function readAnswer(source: LinedText, { value, line }: Member): TableAnswer {
  const answer = TABLE_ANSWERS.find((known) => known === value);
  if (answer !== undefined) return answer;
  throw source.error(line, `answers is one of ${TABLE_ANSWERS.join(', ')}, not ${show(value)}`);
}
