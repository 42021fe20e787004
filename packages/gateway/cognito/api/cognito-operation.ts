import type { UserPools, LocalPool } from '../pools/user-pools.ts';
import type { AppClient } from '../pools/pool-model.ts';
import { notFound } from '../pools/cognito-error.ts';
import type { CallInput } from '@gatewright/aws/call-input';
import type { Challenges } from './challenges.ts';

export type CognitoPorts = {
  readonly pools: UserPools;
  readonly challenges: Challenges;
};

export type CognitoOperation = (input: CallInput, at: CognitoPorts) => unknown;

export type CognitoOperations = Readonly<Record<string, CognitoOperation>>;

/** @throws ServiceRefusal ResourceNotFoundException if there is no such pool */
export function poolOf(input: CallInput, { pools }: CognitoPorts): LocalPool {
  const poolId = input.text('UserPoolId');
  const pool = pools.find(poolId);
  if (pool === undefined) throw notFound(`User pool ${poolId} does not exist.`);
  return pool;
}

/** @throws ServiceRefusal ResourceNotFoundException if there is no such client */
export function clientOf(
  input: CallInput,
  { pools }: CognitoPorts,
): LocalPool & { readonly client: AppClient } {
  const clientId = input.text('ClientId');
  const found = pools.ofClient(clientId);
  if (found === undefined) throw notFound(`User pool client ${clientId} does not exist.`);
  return found;
}
