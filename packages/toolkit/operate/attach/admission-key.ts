/**
 * Checks the resources that a quota with an admission key needs in addition to the authorizer, so that callers over
 * quota get 429 (node_modules/gatewright/docs/guides/sell/quota.md, "In the authorizer"). An attachment checks these
 * resources, but does not create any of them.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Undo } from './journal.ts';
import type { LiveApi } from './live-api.ts';
import { obstacle } from './plan-finding.ts';
import type { PlanFinding } from './plan-finding.ts';
import type { Check } from './verify.ts';

type Api = Pick<LiveApi, 'apiId' | 'stage' | 'gatewayResponses'>;

/**
 * Returns the resources that the admission key needs, but that the API or the account lacks. Without the key or its
 * usage plan, every charged request gets 403.
 */
async function findMissingForKey(
  plane: Pick<ControlPlane, 'list'>,
  { apiId, stage, gatewayResponses }: Api,
  admissionKey: string,
): Promise<readonly string[]> {
  const value = admissionKey.replace('${stage}', stage);
  const keys = await plane.list('/apikeys?includeValues=true&limit=500');
  const key = keys.find((one) => one['value'] === value);
  const id = textAt(key, 'id');
  const plans =
    id === undefined ? [] : await plane.list(`/usageplans?keyId=${encodeURIComponent(id)}&limit=500`);
  const isOfStage = (plan: object): boolean =>
    listAt(plan, 'apiStages').some(
      (one) => isJsonObject(one) && one['apiId'] === apiId && one['stage'] === stage,
    );
  const hasResponse = gatewayResponses.some(
    ({ responseType, statusCode }) => responseType === 'INVALID_API_KEY' && String(statusCode) === '429',
  );
  return [
    ...(key === undefined ? [`an API key with the value ${value}`] : []),
    ...(key?.['enabled'] === false ? [`an enabled API key with the value ${value} (it is disabled)`] : []),
    ...(plans.some(isOfStage) ? [] : [`a usage plan of stage ${stage} of API ${apiId} with that API key`]),
    ...(hasResponse ? [] : ['the gateway response INVALID_API_KEY with status 429']),
  ];
}

export async function checkAdmission(
  plane: Pick<ControlPlane, 'list'>,
  live: Api,
  document: CompiledDocument | undefined,
): Promise<readonly PlanFinding[]> {
  const admissionKey = document?.quota?.admissionKey;
  const missing = admissionKey === undefined ? [] : await findMissingForKey(plane, live, admissionKey);
  return missing.length === 0
    ? []
    : [
        obstacle(
          'admission-key',
          `charged routes would require an API key, and every caller would get 403, because the API does not yet have: ${missing.join('; ')}`,
          'create what is missing first, step by step as in node_modules/gatewright/docs/guides/sell/quota.md, “In the authorizer”; or remove quota.admissionKey from the document and omit --quota, so that only callers over quota get 403',
        ),
      ];
}

/** Whether the attachment makes a route require an API key. */
export function asksForKey({ steps }: Pick<Undo, 'steps'>): boolean {
  return steps.some(({ after }) => after['apiKeyRequired'] === true);
}

/** Checks an attachment that makes routes require an API key. */
export async function verifyAdmission(
  plane: Pick<ControlPlane, 'list'>,
  live: Api,
  document: CompiledDocument | undefined,
): Promise<Check> {
  const what = 'admitted requests have an API key, and requests over quota get 429';
  const admissionKey = document?.quota?.admissionKey;
  if (admissionKey === undefined)
    return {
      what,
      isGood: undefined,
      saw: 'no access document in this folder has quota.admissionKey for this stage',
    };
  const missing = await findMissingForKey(plane, live, admissionKey);
  return {
    what,
    isGood: missing.length === 0,
    saw:
      missing.length === 0
        ? 'the key, the usage plan and the response exist'
        : `missing: ${missing.join('; ')}`,
  };
}
