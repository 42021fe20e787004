/**
 * Plans which APIs a port serves: either a single API, or several APIs that are distinguished by the stage in the path,
 * as in serverless-offline.
 */
import { StartError } from '../core/errors.ts';
import type { ApiRoutes } from '../control/loading/list-apis.ts';
import type { ApiProtocol } from '../core/deployment/model.ts';
import type { ServedApi } from '../core/exchange.ts';

/**
 * The type of `GatewayOptions.sharedPorts`. With this option, APIs have the same addresses as in serverless-offline,
 * instead of one port for each API.
 */
export type SharedPorts = {
  /** The port of all REST and HTTP APIs; 0 selects any free port. */
  readonly httpPort: number;
  readonly websocketPort: number;
  /**
   * The prefix of every path of REST and HTTP APIs, without slashes at the start and end, such as `api/v1`. It is empty
   * if there is none.
   */
  readonly prefix: string;
  /**
   * Whether the stage is left out of the path if the port has only one REST API, so that its path is `/users` instead
   * of `/dev/users`.
   */
  readonly omitStage: boolean;
};

export type PortPlan = {
  /** The port to listen on; 0 selects any free port. */
  readonly port: number;
  /** The option that sets the port. The error message names it if the port is in use. */
  readonly option: string;
  readonly apiIds: readonly string[];
  /** The base path of all paths on this port, such as `/prefix`; empty if there is none. */
  readonly basePath: string;
  /** Returns the API of this path; undefined if no API has it. */
  readonly chooseApi: (target: string) => ServedApi | undefined;
  /** Converts a target to the form of the API's own address; undefined if both are the same. */
  readonly toOwnTarget: ((target: string, api: ServedApi) => string) | undefined;
};

type FindApi = (apiId: string) => ServedApi | undefined;

/**
 * Plans one port for each API, in the order of the template. If there is no API, one port is planned for the APIs that
 * will be created by calls to the control plane.
 */
export function planOwnPorts(
  apiIds: readonly string[],
  firstPort: number,
  findApi: FindApi,
): readonly PortPlan[] {
  const port = { option: '--port', basePath: '', toOwnTarget: undefined };
  if (apiIds.length === 0) return [{ ...port, port: firstPort, apiIds: [], chooseApi: () => undefined }];
  return apiIds.map((apiId, index) => ({
    ...port,
    port: firstPort === 0 ? 0 : firstPort + index,
    apiIds: [apiId],
    chooseApi: () => findApi(apiId),
  }));
}

/**
 * Plans shared ports.
 * @throws StartError PORT_AMBIGUOUS if two APIs of a port would claim the same path
 */
export function planSharedPorts(
  stages: readonly ApiRoutes[],
  shared: SharedPorts,
  findApi: FindApi,
): readonly PortPlan[] {
  const { httpPort, websocketPort, prefix, omitStage } = shared;
  const basePath = prefix === '' ? '' : `/${prefix}`;
  const http = stages.filter(({ kind }) => kind !== 'websocket');
  const websocket = stages.filter(({ kind }) => kind === 'websocket');
  refuseSameStage(http, '--httpPort');
  refuseSameStage(websocket, '--websocketPort');
  refuseHiddenRoutes(http);
  if (omitStage) refuseStageless(http);
  const groups = [
    {
      port: httpPort,
      option: '--httpPort',
      basePath,
      stages: http,
      stageless: omitStage ? 'rest' : undefined,
    },
    {
      port: websocketPort,
      option: '--websocketPort',
      basePath: '',
      stages: websocket,
      // In serverless-offline, the address of a WebSocket API has no stage, whereas it has one on AWS.
      stageless: 'websocket',
    },
  ] as const;
  return groups.filter((group) => group.stages.length > 0).map((group) => planGroup(group, findApi));
}

type Group = {
  readonly port: number;
  readonly option: string;
  readonly basePath: string;
  readonly stages: readonly ApiRoutes[];
  /** The protocol of the APIs for which the stage may be left out of the path. */
  readonly stageless: ApiProtocol | undefined;
};

function planGroup({ port, option, basePath, stages, stageless }: Group, findApi: FindApi): PortPlan {
  const apiIds = [...new Set(stages.map(({ id }) => id))];
  const planned = new Map(stages.map(({ stage, id }) => [stage, id]));
  return {
    port,
    option,
    apiIds,
    basePath,
    chooseApi(target) {
      const below = belowBase(target, basePath);
      if (below === undefined) return undefined;
      // The APIs are looked up again, because a reload may have changed the stages.
      const apis = apiIds.flatMap((apiId) => findApi(apiId) ?? []);
      if (apis.length === 1) return apis[0];
      const head = headOf(below);
      return ownerOf(apis.some((api) => api.stages.has(head)) ? head : '$default', apis, planned);
    },
    toOwnTarget(target, api) {
      const below = belowBase(target, basePath) ?? target;
      if (api.protocol !== stageless) return below;
      // At this point, only the path of a WebSocket API may include the stage. If a REST path begins with the stage's
      // name, it is a route that has the same name.
      if (api.protocol === 'websocket' && api.stages.has(headOf(below))) return below;
      const [stageName = ''] = api.stages.keys();
      return `/${stageName}${below.startsWith('/?') ? below.slice(1) : below}`;
    },
  };
}

/**
 * Returns the API to which the paths below a stage name belong. A reload, or a call after startup, may give several
 * APIs a stage of the same name. The paths then belong to the API that had the stage when the port was planned. If that
 * API no longer has the stage, they belong to the only API that has it. If several other APIs have the stage, the paths
 * belong to none of them.
 */
function ownerOf(
  stage: string,
  apis: readonly ServedApi[],
  planned: ReadonlyMap<string, string>,
): ServedApi | undefined {
  const having = apis.filter((api) => api.stages.has(stage));
  return (
    having.find(({ apiId }) => apiId === planned.get(stage)) ?? (having.length === 1 ? having[0] : undefined)
  );
}

/**
 * Returns the rest of the target after the base path, with a leading slash; undefined if the target is not below the
 * base path.
 */
function belowBase(target: string, basePath: string): string | undefined {
  if (!target.startsWith(basePath)) return undefined;
  const below = target.slice(basePath.length);
  if (below === '' || below.startsWith('?')) return `/${below}`;
  return below.startsWith('/') ? below : undefined;
}

/** Returns the first segment of a target: `/dev/users?x=1` → `dev`. */
function headOf(target: string): string {
  return /^\/+([^/?]*)/.exec(target)?.[1] ?? '';
}

function refuseSameStage(stages: readonly ApiRoutes[], option: string): void {
  const seen = new Map<string, ApiRoutes>();
  for (const stage of stages) {
    const other = seen.get(stage.stage);
    if (other !== undefined)
      throw ambiguous(
        `${describe(other)} and ${describe(stage)} cannot share the port of ${option}, because both have the stage ${stage.stage}`,
      );
    seen.set(stage.stage, stage);
  }
}

/**
 * Refuses a route of a `$default` stage if its path begins with the name of another API's stage. Such a route could
 * never be reached.
 */
function refuseHiddenRoutes(stages: readonly ApiRoutes[]): void {
  const byStage = new Map(stages.map((stage) => [stage.stage, stage]));
  const routes = byStage.get('$default')?.routes ?? [];
  for (const { path } of routes) {
    const hiding = byStage.get(headOf(path));
    if (hiding === undefined || hiding.stage === '$default') continue;
    throw ambiguous(
      `route ${path} of an HTTP API would be hidden by stage ${hiding.stage} of ${describe(hiding)}`,
    );
  }
}

function refuseStageless(stages: readonly ApiRoutes[]): void {
  const rest = stages.find(({ kind }) => kind === 'rest');
  const other = stages.find((stage) => stage !== rest);
  if (rest === undefined || other === undefined) return;
  throw ambiguous(
    `without the stage in the path, ${describe(rest)} and ${describe(other)} cannot be distinguished: remove noPrependStageInUrl`,
  );
}

function describe({ kind, name }: ApiRoutes): string {
  return kind === 'function-url'
    ? `function URL ${name}`
    : `${{ rest: 'REST', http: 'HTTP', websocket: 'WebSocket' }[kind]} API ${name}`;
}

function ambiguous(problem: string): StartError {
  return new StartError(
    'PORT_AMBIGUOUS',
    `${problem}; "serverless gateway start" gives every API a port of its own`,
  );
}
