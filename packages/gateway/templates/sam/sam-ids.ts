/** Creates logical ids as SAM does, so that a template can refer to the resources that SAM generates. */
import { createHash } from 'node:crypto';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';

const IS_ID_PART = /^[A-Za-z0-9]*$/;

/**
 * Returns `${apiId}${stage}Stage`. If the stage contains characters other than letters and digits, it is
 * `${apiId}Stage` and a digest of the stage. If an intrinsic function computes the stage, it is `${apiId}Stage`.
 */
export function makeStageId(apiId: string, stageName: Json): string {
  if (typeof stageName !== 'string') return `${apiId}Stage`;
  return IS_ID_PART.test(stageName) ? `${apiId}${stageName}Stage` : `${apiId}Stage${digestOf(stageName)}`;
}

/**
 * Returns the logical id of a permission. The permission is for all stages, but its id ends in the stage of the API.
 */
export function makeRestPermissionId(stem: string, stageName: string): string {
  return IS_ID_PART.test(stageName) ? `${stem}${stageName}` : `${stem}${digestOf(stageName)}`;
}

/** Returns the digest that replaces, in a logical id, a value that the id cannot contain. */
export function digestOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, sortMembers);
  return createHash('sha1').update(text).digest('hex').slice(0, 10);
}

function sortMembers(_: string, value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Returns the letters and digits of the key of a route, as a part of a logical id: `$connect` becomes `Connect`. */
export function idPart(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * SAM generates resources of these types even if the template already declares a resource of the same type and id.
 * @see https://github.com/aws/serverless-application-model/blob/develop/samtranslator/translator/verify_logical_id.py
 */
export const SHARED: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::DomainName',
  'AWS::ApiGateway::BasePathMapping',
  'AWS::ApiGateway::DomainNameV2',
  'AWS::ApiGateway::BasePathMappingV2',
]);
