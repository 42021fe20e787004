import type { FunctionLines } from '../records/function-lines.ts';
import type { Redactor } from '../records/redact.ts';
import type { FindInvocation } from '../records/request-records.ts';
import type { FunctionCallNote } from '../records/function-calls.ts';
import type { ShownFunction } from './inspect-model.ts';

type Declared = {
  readonly name: string;
  readonly handler: string;
  readonly runtime: string;
  readonly memorySizeMb: number;
  readonly timeoutSeconds: number;
  readonly stackName: string;
  readonly environment: Readonly<Record<string, string>>;
};

type InstanceCounts = { readonly instances: number; readonly busy: number; readonly started: number };

const SHOWN_LINES = 100;
const SHOWN_STARTS = 50;

export function showFunctions(
  declared: readonly Declared[],
  countsOf: (functionName: string) => InstanceCounts,
  calls: readonly FunctionCallNote[],
  lines: FunctionLines | undefined,
  redactor: Redactor,
  findInvocation: FindInvocation | undefined,
  isToolkit: (functionName: string) => boolean = () => false,
): readonly ShownFunction[] {
  const byFunction = Map.groupBy(calls, ({ functionName }) => functionName);
  return declared.map((one) => {
    const own = byFunction.get(one.name) ?? [];
    const byTime = own.toSorted((a, b) => a.tookMs - b.tookMs);
    const calls = countCalls(own);
    return {
      name: one.name,
      isToolkit: isToolkit(one.name),
      handler: one.handler,
      runtime: one.runtime,
      memoryMb: one.memorySizeMb,
      timeoutSeconds: one.timeoutSeconds,
      stack: one.stackName,
      ...countsOf(one.name),
      environment: Object.entries(one.environment).map(
        ([name, value]) => [name, redactor.value(name, value)] as const,
      ),
      calls,
      errors: own.filter(({ failed }) => failed).length,
      p50Ms: quantile(byTime, 0.5 * calls),
      p99Ms: quantile(byTime, 0.99 * calls),
      coldMs: own.flatMap(({ initMs }) => (initMs === undefined ? [] : [initMs])).slice(0, SHOWN_STARTS),
      lines: (lines?.last(SHOWN_LINES, one.name) ?? []).map(({ epochMs, level, message, requestId }) => {
        const invocation = findInvocation?.(requestId);
        return {
          epochMs,
          level,
          message: (invocation?.redactor ?? redactor).text(message),
          recordId: invocation?.recordId,
        };
      }),
    };
  });
}

/** Counts calls, including calls whose requests were not recorded. */
export function countCalls(calls: readonly FunctionCallNote[]): number {
  return calls.reduce((sum, { standsFor }) => sum + standsFor, 0);
}

/** Returns undefined if there were no calls. */
function quantile(byTime: readonly FunctionCallNote[], wanted: number): number | undefined {
  let seen = 0;
  return byTime.find(({ standsFor }) => (seen += standsFor) >= wanted)?.tookMs;
}
