/** Finds an API. It is identified by its id, or by its name if only one API with this name has the stage. */
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { UsageError } from '../../../base/terminal/output.ts';
import type { ControlPlane } from './control-plane.ts';

const ID = /^[a-z0-9]{10}$/;

/**
 * Finds an API.
 * @returns the id of the API
 * @throws UsageError if no API or several APIs match
 */
export async function findApi(plane: ControlPlane, named: string, stage: string): Promise<string> {
  if (ID.test(named) && (await isId(plane, named))) return named;
  const rest = await plane.list('/restapis?limit=500');
  const v2 = await plane.list('/v2/apis?maxResults=500');
  const addresses = [
    ...addressesOf(rest, named, 'id', '/restapis/'),
    ...addressesOf(v2, named, 'apiId', '/v2/apis/'),
  ];
  const found: string[] = [];
  for (const { id, address } of addresses)
    if ((await plane.read('apigateway', `${address}/stages/${encodeURIComponent(stage)}`)) !== undefined)
      found.push(id);
  const [id, another] = found;
  if (id !== undefined && another === undefined) return id;
  throw new UsageError(
    id === undefined
      ? `no API of this account and region has the id or name ${named} and a stage ${stage}`
      : `${found.length} APIs are called ${named} and have a stage ${stage}: ${found.join(', ')}; use an id`,
  );
}

async function isId(plane: ControlPlane, id: string): Promise<boolean> {
  const rest = await plane.read('apigateway', `/restapis/${id}`);
  return rest !== undefined || (await plane.read('apigateway', `/v2/apis/${id}`)) !== undefined;
}

function addressesOf(
  apis: readonly UnknownMembers[],
  name: string,
  idName: string,
  path: string,
): readonly { readonly id: string; readonly address: string }[] {
  return apis
    .filter((api) => api['name'] === name)
    .map((api) => ({ id: String(api[idName]), address: `${path}${String(api[idName])}` }));
}
