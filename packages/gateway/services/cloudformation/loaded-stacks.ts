/**
 * Finds the loaded stacks that a CloudFormation call refers to by name or id. Only stacks of the call's region are
 * found.
 */
import { printPageToken, readPageToken } from '../../kernel/calls/page-token.ts';
import { MUST, validationMessage, violation } from '@gatewright/aws/violations';
import { OperationRefused } from '../../kernel/calls/aws-operation.ts';
import type { LoadTime } from '../../kernel/load-times.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import { stackDoesNotExist } from '../../templates/missing-stack.ts';
import { stackIdOf } from '../../templates/pseudo-parameters.ts';

export type StackCall = {
  readonly action: string;
  readonly region: string;
  readonly text: (name: string) => string | undefined;
  readonly parameters: URLSearchParams;
};

export class LoadedStacks {
  readonly #nowMs: () => number;
  #stacks: readonly ResolvedStack[] = [];
  #times: ReadonlyMap<string, LoadTime> = new Map();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  replace(stacks: readonly ResolvedStack[], times: ReadonlyMap<string, LoadTime>): void {
    this.#stacks = stacks;
    this.#times = times;
  }

  all({ region }: StackCall): readonly ResolvedStack[] {
    return this.#stacks.filter((stack) => stack.region === region);
  }

  /**
   * Returns the stack that a call names.
   * @throws OperationRefused if the call names no stack, or if the stack does not exist
   */
  require(call: StackCall): ResolvedStack {
    const wanted = call.text('StackName') ?? '';
    if (wanted === '')
      throw new OperationRefused(
        'ValidationError',
        validationMessage(violation(undefined, 'stackName', MUST.notBeNull)),
      );
    const found = this.all(call).find((stack) => stack.stackName === wanted || stackIdOf(stack) === wanted);
    if (found === undefined)
      throw new OperationRefused('ValidationError', stackDoesNotExist(call.action, wanted));
    return found;
  }

  statusOf(stack: ResolvedStack): 'CREATE_COMPLETE' | 'UPDATE_COMPLETE' {
    return this.timeOf(stack).updatedMs === undefined ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
  }

  timeOf({ stackName }: ResolvedStack): LoadTime {
    return this.#times.get(stackName) ?? { createdMs: this.#nowMs(), updatedMs: undefined };
  }
}

export function printTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

const PAGE = 100;

/**
 * Returns one page of a list.
 * @throws OperationRefused if the token was not returned by a call with the same parameters
 */
export function pageOf<Item>(
  all: readonly Item[],
  call: StackCall,
): { readonly page: readonly Item[]; readonly next: { readonly NextToken?: string } } {
  const token = call.text('NextToken');
  const list = [call.region, ...[...call.parameters].filter(([name]) => name !== 'NextToken')];
  const from = token === undefined ? 0 : readPageToken(list, token);
  if (from === undefined) throw new OperationRefused('ValidationError', 'The NextToken is invalid');
  const end = from + PAGE;
  return {
    page: all.slice(from, end),
    next: end < all.length ? { NextToken: printPageToken(list, end) } : {},
  };
}
