/** Deletes resources of an account at the end of a case. Parts of an API are deleted together with the API. */
import { show } from './compare.ts';
import type { ControlReply } from '../schema/control-case.ts';
import type { SdkCall, SdkService } from './client.ts';
import type { JsonObject } from '../schema/parity-case.ts';

/** A created resource, described by the call and its response. */
export type Made = { readonly service: SdkService; readonly call: string; readonly body: JsonObject };

/** Error codes of API Gateway and Lambda for a resource that does not exist. */
const GONE = new Set(['NotFoundException', 'ResourceNotFoundException']);

type Removal = { readonly call: string; readonly input: (made: JsonObject) => JsonObject };

const removal = (call: string, member: string, name: string): Removal => ({
  call,
  input: (made) => ({ [name]: made[member] ?? '' }),
});

/** Maps each call that creates a resource to the call that deletes the resource. */
const REMOVALS: Readonly<Record<string, Removal>> = {
  CreateRestApi: removal('DeleteRestApi', 'id', 'restApiId'),
  ImportRestApi: removal('DeleteRestApi', 'id', 'restApiId'),
  CreateApi: removal('DeleteApi', 'ApiId', 'ApiId'),
  ImportApi: removal('DeleteApi', 'ApiId', 'ApiId'),
  CreateApiKey: removal('DeleteApiKey', 'id', 'apiKey'),
  CreateUsagePlan: removal('DeleteUsagePlan', 'id', 'usagePlanId'),
  CreateQueue: removal('DeleteQueue', 'QueueUrl', 'QueueUrl'),
  CreateFunction: removal('DeleteFunction', 'FunctionName', 'FunctionName'),
  CreateDomainName: {
    call: 'DeleteDomainName',
    input: (made) => {
      const name = made['domainName'] ?? made['DomainName'] ?? '';
      return { domainName: name, DomainName: name };
    },
  },
};

/** Returns the call that deletes a resource; undefined if it is deleted with another resource. */
export function removalOf({
  service,
  call,
  body,
}: Made): (SdkCall & { readonly service: SdkService }) | undefined {
  const found = REMOVALS[call];
  return found && { service, call: found.call, input: found.input(body) };
}

/** Returns whether this call has deleted the resource. */
export function isRemovedBy(made: Made, { call, input }: SdkCall): boolean {
  const found = removalOf(made);
  return found?.call === call && Object.entries(input).every(([name, value]) => found.input[name] === value);
}

type Sender = { send(service: SdkService, call: SdkCall): Promise<ControlReply> };

/**
 * Removes the resources, and returns a message about the first one that could not be removed, if any. Resources that
 * the case itself deleted do not count.
 * @param made the created resources, in the order of removal
 */
export async function removeMade(target: Sender, made: readonly Made[]): Promise<string | undefined> {
  let left: string | undefined;
  for (const one of made) {
    const found = removalOf(one);
    if (found === undefined) continue;
    if (one.call === 'CreateUsagePlan') await leaveStages(target, one.body);
    const { service, call, input } = found;
    const { error } = await target.send(service, { call, input });
    if (error !== undefined && !GONE.has(error.code))
      left ??= `a resource was left behind, because ${found.call} failed: ${error.code} ${show(error.message)}`;
  }
  return left;
}

/** Removes all stages from a usage plan, because a usage plan with stages cannot be deleted. */
async function leaveStages(target: Sender, { id = '' }: JsonObject): Promise<void> {
  const { body } = await target.send('apigateway', { call: 'GetUsagePlan', input: { usagePlanId: id } });
  const stages = (body['apiStages'] ?? []) as readonly { readonly apiId: string; readonly stage: string }[];
  const patchOperations = stages.map(({ apiId, stage }) => {
    return { op: 'remove', path: '/apiStages', value: `${apiId}:${stage}` };
  });
  if (patchOperations.length > 0)
    await target.send('apigateway', { call: 'UpdateUsagePlan', input: { usagePlanId: id, patchOperations } });
}
