import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planOwnPorts, planSharedPorts } from '../../../../packages/gateway/server/port-plan.ts';
import type { ApiRoutes } from '../../../../packages/gateway/control/loading/list-apis.ts';
import type { ServedApi } from '../../../../packages/gateway/core/exchange.ts';
import type { PortPlan, SharedPorts } from '../../../../packages/gateway/server/port-plan.ts';
import { webPath, webQuery } from '../../../support/any-text.ts';

const SHARED: SharedPorts = { httpPort: 3000, websocketPort: 3001, prefix: '', omitStage: false };

/** A stage of an API as the listing has it. */
function aStage(
  kind: ApiRoutes['kind'],
  name: string,
  stage: string,
  paths: readonly string[] = [],
): ApiRoutes {
  const routes = paths.map((path) => ({
    method: 'GET',
    path,
    logicalId: '',
    apiKeyRequired: false,
    authorizer: undefined,
    functionName: undefined,
    target: undefined,
  }));
  return {
    kind,
    name,
    stage,
    id: name,
    logicalId: name,
    stack: 'shop',
    region: 'us-east-1',
    url: '',
    routes,
  };
}

/** The APIs of the stages; a plan reads nothing of them but these members. */
function servedBy(stages: readonly ApiRoutes[]): (apiId: string) => ServedApi | undefined {
  return (apiId) => {
    const own = stages.filter(({ id }) => id === apiId);
    const [first] = own;
    if (first === undefined) return undefined;
    const known = { apiId, protocol: first.kind, stages: new Map(own.map(({ stage }) => [stage, {}])) };
    return known as unknown as ServedApi;
  };
}

function planOf(stages: readonly ApiRoutes[], rule: Partial<SharedPorts> = {}): readonly PortPlan[] {
  return planSharedPorts(stages, { ...SHARED, ...rule }, servedBy(stages));
}

/** `name of the API` and its own target, for a target on the plan's port. */
function answers(plan: PortPlan | undefined, target: string): readonly [string, string] | undefined {
  const api = plan?.chooseApi(target);
  return api === undefined ? undefined : [api.apiId, plan?.toOwnTarget?.(target, api) ?? target];
}

const REST = aStage('rest', 'shop-rest', 'dev', ['/users']);
const HTTP = aStage('http', 'shop-http', '$default', ['/items', '/{proxy+}']);
const WEBSOCKET = aStage('websocket', 'shop-ws', 'dev', ['$connect']);

type TargetRow = {
  readonly name: string;
  readonly stages: readonly ApiRoutes[];
  readonly rule?: Partial<SharedPorts>;
  readonly target: string;
  /** API and its own target; undefined = no API answers. */
  readonly expected: readonly [string, string] | undefined;
};

/** What serverless-offline 14.8 serves at these addresses (its generateHapiPath and WebSocket HttpServer). */
const TARGETS: readonly TargetRow[] = [
  {
    name: 'gives a path that begins with the stage to the REST API',
    stages: [REST, HTTP],
    target: '/dev/users?x=1',
    expected: ['shop-rest', '/dev/users?x=1'],
  },
  {
    name: 'gives the bare stage to the REST API',
    stages: [REST, HTTP],
    target: '/dev?x=1',
    expected: ['shop-rest', '/dev?x=1'],
  },
  {
    name: 'gives every other path to the HTTP API',
    stages: [REST, HTTP],
    target: '/devices',
    expected: ['shop-http', '/devices'],
  },
  {
    name: 'answers what is not found in the words of an API that is alone',
    stages: [REST],
    target: '/nowhere',
    expected: ['shop-rest', '/nowhere'],
  },
  {
    name: 'knows two HTTP APIs by their named stages',
    stages: [aStage('http', 'a', 'v1'), aStage('http', 'b', 'v2')],
    target: '/v2/x',
    expected: ['b', '/v2/x'],
  },
  {
    name: 'takes the prefix off',
    stages: [REST, HTTP],
    rule: { prefix: 'api' },
    target: '/api/dev/users',
    expected: ['shop-rest', '/dev/users'],
  },
  {
    name: 'makes the prefix alone the root',
    stages: [HTTP],
    rule: { prefix: 'api' },
    target: '/api?x=1',
    expected: ['shop-http', '/?x=1'],
  },
  {
    name: 'has nothing but the prefix',
    stages: [HTTP],
    rule: { prefix: 'api' },
    target: '/apis/items',
    expected: undefined,
  },
  {
    name: 'puts the omitted stage of a REST API back',
    stages: [REST],
    rule: { omitStage: true },
    target: '/users?x=1',
    expected: ['shop-rest', '/dev/users?x=1'],
  },
  {
    name: 'takes an omitted stage for a path even if it has the same name',
    stages: [REST],
    rule: { omitStage: true },
    target: '/dev',
    expected: ['shop-rest', '/dev/dev'],
  },
  {
    name: 'knows a WebSocket address by its stage',
    stages: [WEBSOCKET],
    target: '/dev?token=1',
    expected: ['shop-ws', '/dev?token=1'],
  },
  {
    name: 'knows serverless-offline’s WebSocket address without one',
    stages: [WEBSOCKET],
    target: '/?token=1',
    expected: ['shop-ws', '/dev?token=1'],
  },
  {
    name: 'knows @connections without a stage',
    stages: [WEBSOCKET],
    target: '/@connections/abc%3D',
    expected: ['shop-ws', '/dev/@connections/abc%3D'],
  },
];

describe('planOwnPorts', () => {
  it('numbers the ports on from the first, and picks free ones for 0', () => {
    const ports = (first: number) => planOwnPorts(['a', 'b'], first, () => undefined).map(({ port }) => port);

    assert.deepEqual(ports(3000), [3000, 3001]);
    assert.deepEqual(ports(0), [0, 0]);
  });

  it('opens a port if there is no API yet, for APIs that calls will create', () => {
    const [plan, ...others] = planOwnPorts([], 3000, () => undefined);

    assert.deepEqual(
      [plan?.port, plan?.apiIds, plan?.chooseApi('/dev/pets'), others],
      [3000, [], undefined, []],
    );
  });
});

describe('planSharedPorts', () => {
  it('opens a port for each kind that is there', () => {
    const ports = (stages: readonly ApiRoutes[]) =>
      planOf(stages).map(({ port, apiIds }) => [port, ...apiIds]);

    assert.deepEqual(ports([REST, HTTP, WEBSOCKET]), [
      [3000, 'shop-rest', 'shop-http'],
      [3001, 'shop-ws'],
    ]);
    assert.deepEqual(ports([WEBSOCKET]), [[3001, 'shop-ws']]);
    assert.deepEqual(ports([]), []);
  });

  for (const { name, stages, rule, target, expected } of TARGETS)
    it(name, () => {
      const [plan] = planOf(stages, rule);

      assert.deepEqual(answers(plan, target), expected);
    });

  for (const { name, stages, rule = {}, says } of [
    {
      name: 'two REST APIs of one stage',
      stages: [REST, aStage('rest', 'admin', 'dev')],
      says: /^REST API shop-rest and REST API admin cannot share the port of --httpPort, because both have the stage dev; "serverless gateway start"/,
    },
    {
      name: 'two WebSocket APIs of one stage',
      stages: [WEBSOCKET, aStage('websocket', 'chat', 'dev')],
      says: /--websocketPort/,
    },
    {
      name: 'two HTTP APIs',
      stages: [HTTP, aStage('http', 'b', '$default')],
      says: /both have the stage \$default/,
    },
    {
      name: 'a route that a stage would hide',
      stages: [REST, aStage('http', 'b', '$default', ['/dev/tools'])],
      says: /route \/dev\/tools of an HTTP API would be hidden by stage dev of REST API shop-rest/,
    },
    {
      name: 'two APIs without a stage in the path',
      stages: [REST, HTTP],
      rule: { omitStage: true },
      says: /REST API shop-rest and HTTP API shop-http cannot be distinguished: remove noPrependStageInUrl/,
    },
  ])
    it(`refuses ${name} by name`, () => {
      assert.throws(() => planOf(stages, rule), {
        name: 'StartError',
        code: 'PORT_AMBIGUOUS',
        message: says,
      });
    });

  describe('after a reload', () => {
    const [A, B] = [aStage('rest', 'a', 'v1'), aStage('rest', 'b', 'dev')];
    const C = aStage('http', 'c', '$default');
    const rows: {
      name: string;
      reloaded: readonly ApiRoutes[];
      target: string;
      expected: string | undefined;
    }[] = [
      {
        name: 'leaves a stage to the API that had it, although another API has it now',
        reloaded: [A, aStage('rest', 'a', 'dev'), B, C],
        target: '/dev/x',
        expected: 'b',
      },
      {
        name: 'gives a stage to the only API that has it now',
        reloaded: [A, aStage('rest', 'a', 'dev'), aStage('rest', 'b', 'v2'), C],
        target: '/dev/x',
        expected: 'a',
      },
      {
        name: 'gives a new stage of several APIs to none of them, and not to $default',
        reloaded: [A, aStage('rest', 'a', 'v2'), B, aStage('rest', 'b', 'v2'), C],
        target: '/v2/x',
        expected: undefined,
      },
      {
        name: 'leaves $default to the API that had it',
        reloaded: [A, aStage('http', 'b', '$default'), C],
        target: '/x',
        expected: 'c',
      },
    ];
    for (const { name, reloaded, target, expected } of rows)
      it(name, () => {
        const [plan] = planSharedPorts([A, B, C], SHARED, servedBy(reloaded));
        assert.equal(plan?.chooseApi(target)?.apiId, expected);
      });
  });

  it('gives any path to one API at most, and keeps its query', () => {
    const [plan] = planOf([REST, HTTP], { prefix: 'p' });
    fc.assert(
      fc.property(webPath(), webQuery(), (path, query) => {
        const answer = answers(plan, `/p${path}?${query}`);

        if (path !== '' && !path.startsWith('/')) assert.equal(answer, undefined);
        else assert.ok(answer?.[1].endsWith(`?${query}`) && answer[1].startsWith('/'), answer?.[1]);
      }),
    );
  });
});
