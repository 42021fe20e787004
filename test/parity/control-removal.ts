/** What a case leaves behind in the account is deleted at its end. Parts of an API go with it. */
import { show } from './compare.ts';
import type { ControlService } from './control-case.ts';
import type { ControlTarget } from './control-case.ts';
import type { JsonObject } from './parity-case.ts';

/** An answer to a call that was not refused. */
export type Made = { readonly service: ControlService; readonly call: string; readonly body: JsonObject };

type Removal = { readonly call: string; readonly input: (made: JsonObject) => JsonObject };

const removal = (call: string, member: string, name: string): Removal => ({
  call,
  input: (made) => ({ [name]: made[member] ?? '' }),
});

/** By the call that made it. */
const REMOVALS: Readonly<Record<string, Removal>> = {
  CreateRestApi: removal('DeleteRestApi', 'id', 'restApiId'),
  ImportRestApi: removal('DeleteRestApi', 'id', 'restApiId'),
  CreateApi: removal('DeleteApi', 'ApiId', 'ApiId'),
  ImportApi: removal('DeleteApi', 'ApiId', 'ApiId'),
  CreateApiKey: removal('DeleteApiKey', 'id', 'apiKey'),
  CreateUsagePlan: removal('DeleteUsagePlan', 'id', 'usagePlanId'),
  CreateDomainName: {
    call: 'DeleteDomainName',
    input: (made) => {
      const name = made['domainName'] ?? made['DomainName'] ?? '';
      return { domainName: name, DomainName: name };
    },
  },
};

/**
 * What could not be removed; what a case deleted itself is not there any more.
 * @param made in the order of removal
 */
export async function removeMade(target: ControlTarget, made: readonly Made[]): Promise<string | undefined> {
  let left: string | undefined;
  for (const { service, call, body } of made) {
    const found = REMOVALS[call];
    if (found === undefined) continue;
    if (call === 'CreateUsagePlan') await leaveStages(target, body);
    const { error } = await target.send(service, { call: found.call, input: found.input(body) });
    if (error !== undefined && error.code !== 'NotFoundException')
      left ??= `left behind: ${found.call}: ${error.code} ${show(error.message)}`;
  }
  return left;
}

/** A usage plan with stages cannot be deleted. */
async function leaveStages(target: ControlTarget, { id = '' }: JsonObject): Promise<void> {
  const { body } = await target.send('apigateway', { call: 'GetUsagePlan', input: { usagePlanId: id } });
  const stages = (body['apiStages'] ?? []) as readonly { readonly apiId: string; readonly stage: string }[];
  const patchOperations = stages.map(({ apiId, stage }) => {
    return { op: 'remove', path: '/apiStages', value: `${apiId}:${stage}` };
  });
  if (patchOperations.length > 0)
    await target.send('apigateway', { call: 'UpdateUsagePlan', input: { usagePlanId: id, patchOperations } });
}
