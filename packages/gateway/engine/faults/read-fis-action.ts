/**
 * Reads actions of AWS Fault Injection Service with AWS's parameter names. As in an experiment template, values may be
 * strings.
 * @see docs/aws §8.2
 */
import type { LinedText, Member, Members } from '../../kernel/files/lined-text.ts';
import type { Fault, FaultRule } from './model.ts';
import { readFlag, readText, readWhole, show } from './read-value.ts';

type FisRule = Pick<FaultRule, 'fault' | 'share'> & { readonly durationMs: number };

type ReadAction = (source: LinedText, parameters: Members) => Fault;

const OF_ALL = ['duration', 'invocationPercentage'];

const ACTIONS: Readonly<
  Record<string, { readonly parameters: readonly string[]; readonly read: ReadAction }>
> = {
  'aws:lambda:invocation-add-delay': {
    parameters: ['startupDelayMilliseconds'],
    read(source, parameters) {
      const delay = parameters.get('startupDelayMilliseconds');
      const delayMs = delay === undefined ? 1000 : readWhole(source, plain(delay), [0, 900_000]);
      return { kind: 'latency', fromMs: delayMs, toMs: delayMs };
    },
  },
  'aws:lambda:invocation-error': {
    parameters: ['preventExecution'],
    read: (source, parameters) => ({
      kind: 'error',
      errorType: 'Error',
      errorMessage: undefined,
      callsIntegration: !isPrevented(source, parameters),
    }),
  },
  'aws:lambda:invocation-http-integration-response': {
    parameters: ['contentTypeHeader', 'preventExecution', 'statusCode'],
    read: (source, parameters) => ({
      kind: 'status',
      status: readWhole(source, plain(needed(source, parameters, 'statusCode')), [0, 999]),
      headers: { 'content-type': readText(source, needed(source, parameters, 'contentTypeHeader')) },
      body: '',
      callsIntegration: !isPrevented(source, parameters),
    }),
  },
};

/**
 * Reads a rule with an action of AWS FIS.
 * @throws DefinitionError with the line of the error
 */
export function readFisAction(source: LinedText, action: Member, given: Member | undefined): FisRule {
  const id = readText(source, action);
  const known = Object.hasOwn(ACTIONS, id) ? ACTIONS[id] : undefined;
  if (known === undefined)
    throw source.error(
      action.line,
      `actionId must be one of ${Object.keys(ACTIONS).join(', ')}, not ${show(id)}`,
    );
  if (given === undefined) throw source.error(action.line, `${id} needs parameters`);
  const parameters = source.members(given.node, `parameters of ${id}`, [...OF_ALL, ...known.parameters]);
  const percentage = parameters.get('invocationPercentage');
  return {
    fault: known.read(source, parameters),
    share: percentage === undefined ? 1 : readWhole(source, plain(percentage), [1, 100]) / 100,
    durationMs: readIsoDuration(source, needed(source, parameters, 'duration')),
  };
}

function isPrevented(source: LinedText, parameters: Members): boolean {
  return readFlag(source, plain(needed(source, parameters, 'preventExecution')));
}

function needed(source: LinedText, parameters: Members, name: string): Member {
  const member = parameters.get(name);
  if (member !== undefined) return member;
  throw source.error(parameters.line, `${name} is missing`);
}

/** Converts a value that a template writes as a string, such as `"50"` or `"true"`. */
function plain(member: Member): Member {
  const { value } = member;
  if (value === 'true' || value === 'false') return { ...member, value: value === 'true' };
  return typeof value === 'string' && /^\d+$/.test(value) ? { ...member, value: Number(value) } : member;
}

const ISO_DURATION = /^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function readIsoDuration(source: LinedText, { value, line }: Member): number {
  const [matched, days = 0, hours = 0, minutes = 0, seconds = 0] = ISO_DURATION.exec(String(value)) ?? [];
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  if (matched !== undefined && total > 0) return total * 1000;
  throw source.error(line, `duration must be written like PT1M (ISO 8601), not ${show(value)}`);
}
