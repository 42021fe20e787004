import { asList } from '@gatewright/aws/json-object';
import { functionsNamed } from '../../gateway/core/stack/function.ts';
import { UsageError } from '../../base/terminal/output.ts';
import { callGateway, readMember } from './running-gateway.ts';

export type FoundFunction = { readonly name: string; readonly region: string; readonly nowEpochMs: number };

/**
 * Finds a function by its name, as `functionsNamed` does: `list-users` matches `food-delivery-dev-list-users`, and
 * `ListUsers` matches CDK's `ListUsers2E8CF32B`.
 * @throws UsageError if no function or more than one matches. The message lists the possible names.
 */
export async function findFunction(given: string): Promise<FoundFunction> {
  const answer = await callGateway('GET', 'functions');
  const functions = asList(readMember(answer, 'functions')).map((one) => ({
    name: String(readMember(one, 'name')),
    logicalId: String(readMember(one, 'logicalId')),
    region: String(readMember(one, 'region')),
    nowEpochMs: Number(readMember(answer, 'nowEpochMs')),
  }));
  const found = functionsNamed(functions, given);
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const names = (only === undefined ? functions : found).map(({ name }) => name).join(', ');
  if (only !== undefined)
    throw new UsageError(`"${given}" matches several functions; pass one of these names: ${names}`);
  throw new UsageError(
    names === ''
      ? 'the local gateway does not serve any functions'
      : `there is no function "${given}"; expected one of ${names}`,
  );
}
