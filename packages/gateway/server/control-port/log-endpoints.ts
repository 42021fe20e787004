/** Serves `GET /_gatewright/logs` and `GET /_gatewright/functions`, for `gatewright logs` and `gatewright invoke`. */
import { type ControlReply, type ControlRequest, jsonReply } from '../../core/api-call.ts';
import { type LogHistory, printHistoryLine } from './log-history.ts';
import type { MoreEndpoints } from './local-endpoints.ts';
import type { Clock } from '../../core/ports.ts';

export type FunctionListing = {
  readonly name: string;
  readonly logicalId: string;
  readonly stack: string;
  readonly region: string;
};

/**
 * The maximum time in milliseconds that a listener may wait for a line. It is the maximum of Node's timers, which is
 * about 25 days.
 */
const IDLE_MS = 2 ** 31 - 1;
const LINES = ['Content-Type', 'application/x-ndjson'];

export function logEndpoints(
  history: LogHistory,
  clock: Clock,
  functions: () => readonly FunctionListing[],
): MoreEndpoints {
  return (request, path) => {
    switch (`${request.method} ${path}`) {
      case 'GET functions':
        return Promise.resolve(jsonReply(200, { functions: functions(), nowEpochMs: clock.nowEpochMs() }));
      case 'GET logs':
        return Promise.resolve(sendLogs(request, history, clock));
      default:
        return Promise.resolve(undefined);
    }
  };
}

/**
 * Sends log lines. The query parameter `function` selects the lines of one function, `sinceMs` selects the lines of the
 * last milliseconds, and `follow=true` also sends future lines.
 */
function sendLogs({ query }: ControlRequest, history: LogHistory, clock: Clock): ControlReply {
  const wanted = new URLSearchParams(query);
  const sinceMs = wanted.get('sinceMs');
  const unknown = [...wanted.keys()].find((name) => !['function', 'sinceMs', 'follow'].includes(name));
  if (unknown !== undefined || (sinceMs !== null && !/^\d{1,15}$/.test(sinceMs)))
    return jsonReply(400, { message: 'Expected function=<name>, sinceMs=<milliseconds>, follow=true' });
  const question = {
    functionName: wanted.get('function') ?? undefined,
    sinceEpochMs: sinceMs === null ? undefined : clock.nowEpochMs() - Number(sinceMs),
  };
  if (wanted.get('follow') !== 'true')
    return { status: 200, headers: LINES, body: history.read(question).map(printHistoryLine).join('') };
  const bytes = history.follow(question);
  return {
    status: 200,
    headers: LINES,
    body: '',
    stream: { bytes, idleMs: IDLE_MS, onOver: () => undefined },
  };
}
