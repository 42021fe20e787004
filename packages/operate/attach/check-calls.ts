/**
 * Calls that a plan or an undo file may contain. Attack: a cloned repository brings such a file, with a
 * checksum that anybody can compute, and `detach` would send its calls with the user's credentials.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { statementId } from './authorizer-function.ts';
import type { PlaneCall, Step } from './step.ts';

type Of = {
  readonly apiId: string;
  readonly kind: 'rest' | 'http' | 'websocket';
  readonly stage: string;
};
/** Methods and paths of steps below the API, and the members that they may change. */
type Shape = {
  readonly call: RegExp;
  /** Members of the body, or paths of its patch operations; absent: any member of a new authorizer. */
  readonly changes?: RegExp;
};

const GUARD = /^\/?(?:authorizationType|authorizerId|authorizationScopes|apiKeyRequired)$/;
const NOTHING = /^$/;

function shapesOf({ stage }: Of): readonly Shape[] {
  const stagePath = `/stages/${encodeURIComponent(stage).replace(/[.*()]/g, '\\$&')}`;
  return [
    { call: /^PATCH $/, changes: /^\/apiKeySource$/ },
    { call: /^POST \/authorizers$/ },
    { call: /^DELETE \/authorizers\/(?:[\w-]+|\{authorizer\})$/, changes: NOTHING },
    { call: /^PATCH \/resources\/[\w-]+\/methods\/[A-Z]+$/, changes: GUARD },
    { call: /^PATCH \/routes\/[\w-]+$/, changes: GUARD },
    { call: /^POST \/deployments$/, changes: /^description$/ },
    { call: /^DELETE \/deployments\/(?:[\w-]+|\{deployment\})$/, changes: NOTHING },
    {
      call: new RegExp(`^PATCH ${stagePath}$`),
      changes: /^\/?(?:deploymentId|canarySettings(?:\/(?:percentTraffic|deploymentId))?)$/,
    },
  ];
}

/** The first call that no step of an attachment to this API makes; undefined where there is none. */
export function findUnexpectedCall(undo: Of & { readonly steps: readonly Step[] }): PlaneCall | undefined {
  const shapes = shapesOf(undo);
  return undo.steps
    .flatMap(({ apply, revert, orElse = [] }) => [apply, revert, ...orElse.map((one) => one.revert)])
    .find((call) => !(call.service === 'lambda' ? isPermission(call, undo) : isOfApi(call, undo, shapes)));
}

function isOfApi(
  { service, method, path, body = {} }: PlaneCall,
  undo: Of,
  shapes: readonly Shape[],
): boolean {
  const address = `${undo.kind === 'rest' ? '/restapis' : '/v2/apis'}/${undo.apiId}`;
  if (service !== 'apigateway' || !path.startsWith(address)) return false;
  const shape = shapes.find(({ call }) => call.test(`${method} ${path.slice(address.length)}`));
  const { changes } = shape ?? {};
  return (
    shape !== undefined && (changes === undefined || changedBy(body).every((name) => changes.test(name)))
  );
}

function changedBy(body: JsonObject): readonly string[] {
  return Object.entries(body).flatMap(([name, value]) =>
    name === 'patchOperations' && Array.isArray(value)
      ? value.map((one) => (isJsonObject(one) ? String(one['path']) : 'none'))
      : [name],
  );
}

const POLICY = /^\/2015-03-31\/functions\/[\w%:-]+\/policy(\/[^/?]+)?(?:\?Qualifier=[\w%$-]+)?$/;

/** Permission for API Gateway to call the authorizer for this API, and for no other. */
function isPermission({ method, path, body = {} }: PlaneCall, { apiId }: Of): boolean {
  const found = POLICY.exec(path);
  if (found === null) return false;
  const id = statementId(apiId);
  if (method === 'DELETE') return found[1] === `/${id}`;
  const { StatementId, Action, Principal, SourceArn, ...others } = body;
  return (
    method === 'POST' &&
    found[1] === undefined &&
    StatementId === id &&
    Action === 'lambda:InvokeFunction' &&
    Principal === 'apigateway.amazonaws.com' &&
    String(SourceArn).endsWith(`:${apiId}/authorizers/*`) &&
    Object.keys(others).length === 0
  );
}
