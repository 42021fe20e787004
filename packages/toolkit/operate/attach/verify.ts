/**
 * Checks whether an attachment works. It uses AWS's configuration and AWS's own tests. If the user requests it, it also
 * uses the live address.
 */
import { memberAt, textAt } from '../../terminal/aws-call.ts';
import { sendWithin } from '@gatewright/aws/bounded-reply';
import { count, UsageError } from '../../../base/terminal/output.ts';
import { readExportedRoutes } from '../../stack/access/commands/deployed-routes.ts';
import {
  invokeAuthorizer,
  findProbeRoute,
  listAttachedRoutes,
  BAD_TOKEN,
  headerOf,
  placeCredential,
} from './invoke-authorizer.ts';
import type { PlacedCredential, ProbeResult } from './invoke-authorizer.ts';
import type { ControlPlane } from './control-plane.ts';
import type { Undo } from './journal.ts';
import { findIds, stateOf, findUndone } from './step.ts';
import type { Snapshot } from './step.ts';
import { findProbePath } from './verify-options.ts';
import type { VerifyOptions } from './verify-options.ts';

export type Check = {
  readonly what: string;
  /** Whether the check has succeeded; undefined if the check was not possible. */
  readonly isGood: boolean | undefined;
  readonly saw: string;
};

export async function verify(
  undo: Undo,
  plane: ControlPlane,
  now: Snapshot,
  options: VerifyOptions,
): Promise<readonly Check[]> {
  const done = [...checkSteps(undo, now), ...(await checkServed(undo, plane))];
  const { checks, spent } = await askAuthorizer(undo, plane, options);
  return [
    ...done,
    ...checks,
    ...(undo.kind === 'rest' ? await testAuthorizer(undo, plane, now) : []),
    ...(await testMethod(undo, plane, options)),
    ...(await askLive(undo, options, spent)),
  ];
}

function checkSteps({ steps }: Undo, now: Snapshot): readonly Check[] {
  const ids = findIds(steps, now);
  const open = steps.filter((step) => findUndone(step, now, ids) === undefined);
  const changed = steps.filter((step) => !open.includes(step) && stateOf(step, now, ids) === 'other');
  return [
    {
      what: 'every step of the plan is done',
      isGood: open.length === 0,
      saw:
        open.length === 0
          ? `${steps.length} of ${steps.length}`
          : `missing: ${open.map(({ name }) => name).join(', ')}`,
    },
    ...(changed.length === 0
      ? []
      : [
          {
            what: 'no part of the attachment was changed by anyone else',
            isGood: undefined,
            saw: `changed: ${changed.map(({ part }) => part).join(', ')}`,
          },
        ]),
  ];
}

const attached = ({ steps }: Undo): readonly string[] => listAttachedRoutes(steps);

/** Checks the export of the stage, which shows what the stage actually serves. */
async function checkServed(undo: Undo, plane: ControlPlane): Promise<readonly Check[]> {
  const { kind, apiId, stage } = undo;
  const what = `stage ${stage} serves the routes behind the authorizer`;
  if (kind === 'websocket')
    return [{ what, isGood: undefined, saw: 'not checked, because AWS cannot export WebSocket APIs' }];
  const name = encodeURIComponent(stage);
  const exported = await plane.read(
    'apigateway',
    kind === 'rest'
      ? `/restapis/${apiId}/stages/${name}/exports/oas30?extensions=authorizers`
      : `/v2/apis/${apiId}/exports/OAS30?includeExtensions=true&outputType=JSON&stageName=${name}`,
  );
  if (exported === undefined)
    return [{ what, isGood: undefined, saw: 'not checked, because AWS returned no export of the stage' }];
  const served = readExportedRoutes(exported);
  const open = attached(undo).filter((key) => {
    const route = served.find(
      ({ method, path }) => key === `${method} ${path}` || (key === '$default' && path.endsWith('$default')),
    );
    return route?.isProtected !== true;
  });
  const isCanary = undo.steps.some(
    ({ part, after }) => part === 'stage' && after['canarySettings'] !== undefined,
  );
  if (open.length > 0 && isCanary)
    return [
      {
        what,
        isGood: undefined,
        saw: 'not checked, because AWS’s export of the stage does not show the canary',
      },
    ];
  return [
    {
      what,
      isGood: open.length === 0,
      saw: open.length === 0 ? count(attached(undo).length, 'route') : `open: ${open.join(', ')}`,
    },
  ];
}

/**
 * Returns the function's decision for the real stage, independently of what is deployed. If the credential is valid,
 * the call is charged like any other.
 */
async function askAuthorizer(
  undo: Undo,
  plane: ControlPlane,
  { token }: VerifyOptions,
): Promise<{ readonly checks: readonly Check[]; readonly spent?: string | undefined }> {
  if (!undo.steps.some(({ makes }) => makes === 'authorizer')) return { checks: [] };
  const { method, path } = findProbeRoute(undo);
  const ask = (credential: PlacedCredential) => invokeAuthorizer(undo, plane, credential);
  const isRefusal = ({ kind, ...more }: ProbeResult): boolean =>
    kind === 'unauthorized' || (kind === 'denied' && !('spent' in more));
  const [placedBad] = placeCredential(undo, BAD_TOKEN);
  const bad = await ask(placedBad);
  const good =
    token === undefined ? undefined : await askWhereRead(placeCredential(undo, token), ask, isRefusal);
  const spent = good?.kind === 'denied' ? good.spent : undefined;
  const checks = [
    { what: 'the function refuses a bad credential', isGood: isRefusal(bad), saw: sawOf(bad) },
    {
      what: `the function allows ${method} ${path} with a good credential`,
      // The function knows the credential, and its rules allow the route.
      isGood: good === undefined || spent !== undefined ? undefined : good.kind === 'allowed',
      saw: good === undefined ? 'no --token-file' : sawOf(good),
    },
  ];
  return { checks, spent };
}

function sawOf(result: ProbeResult): string {
  if (result.kind === 'failed') return `failed: ${result.message}`;
  if (result.kind !== 'denied' || result.spent === undefined) return result.kind;
  return `the function accepts the credential, and the rules allow the call, but the customer with this credential may not call at the moment (${result.spent}): for a complete check, pass the credential of another customer`;
}

/**
 * Returns the first answer that is not a refusal. The document may read this kind of credential only from one part of
 * the request.
 */
async function askWhereRead<Answer>(
  [first, ...others]: readonly [PlacedCredential, ...PlacedCredential[]],
  ask: (credential: PlacedCredential) => Promise<Answer>,
  isRefusal: (answer: Answer) => boolean,
): Promise<Answer> {
  let answer = await ask(first);
  for (const other of others) {
    if (!isRefusal(answer)) return answer;
    answer = await ask(other);
  }
  return answer;
}

/**
 * Checks whether API Gateway can call the function. AWS's test event contains a made-up stage name, which normally no
 * access document protects. The function then fails with 500, but this shows that the call has reached it.
 */
async function testAuthorizer(undo: Undo, plane: ControlPlane, now: Snapshot): Promise<readonly Check[]> {
  const { authorizer: id } = findIds(undo.steps, now);
  if (id === undefined) return [];
  const [{ value }] = placeCredential(undo, BAD_TOKEN);
  const answer = await plane.write({
    service: 'apigateway',
    method: 'POST',
    path: `/restapis/${undo.apiId}/authorizers/${id}`,
    body: { headers: { [headerOf(undo)]: value }, pathWithQueryString: '/', stageVariables: {} },
  });
  const status = Number(answer['clientStatus']);
  const isBarred = /permission/i.test(textAt(answer, 'log') ?? '');
  const saw =
    status === 500
      ? '500, as expected: no access document names the stage of AWS’s test event'
      : String(status);
  return [
    {
      what: 'TestInvokeAuthorizer: API Gateway reaches the function',
      isGood: !isBarred,
      saw: isBarred ? 'API Gateway has no permission to call the function' : saw,
    },
  ];
}

/**
 * Calls the integration of a route without its authorizer. The integration is therefore called only for a route that
 * the user names.
 */
async function testMethod(
  { kind, apiId }: Undo,
  plane: ControlPlane,
  { invoke }: VerifyOptions,
): Promise<readonly Check[]> {
  const what = 'TestInvokeMethod: the integration responds';
  if (kind !== 'rest') {
    if (invoke === undefined) return [];
    throw new UsageError(
      '--invoke works only for REST APIs, because it uses TestInvokeMethod; to call the live API, pass --url instead',
    );
  }
  if (invoke === undefined)
    return [
      {
        what,
        isGood: undefined,
        saw: 'skipped without --invoke, because this check would call the integration of a route',
      },
    ];
  const [method = '', path = ''] = invoke.split(/\s+/);
  const resources = await plane.list(`/restapis/${apiId}/resources?embed=methods&limit=500`);
  const resource = resources.find((one) => one['path'] === path);
  if (memberAt(resource, 'resourceMethods', method) === undefined)
    throw new UsageError(`--invoke: the API has no method ${invoke}`);
  const answer = await plane.write({
    service: 'apigateway',
    method: 'POST',
    path: `/restapis/${apiId}/resources/${textAt(resource, 'id') ?? ''}/methods/${method}`,
    body: { pathWithQueryString: path },
  });
  const status = Number(answer['status']);
  return [{ what: `${what} (${invoke})`, isGood: status < 500, saw: String(status) }];
}

/** @param spent why the function refuses the good credential now, although its rules allow it */
async function askLive(
  undo: Undo,
  { url, path, token }: VerifyOptions,
  spent: string | undefined,
): Promise<readonly Check[]> {
  if (url === undefined)
    return [
      {
        what: 'the live API refuses bad credentials and allows good ones',
        isGood: undefined,
        saw: 'skipped without --url',
      },
    ];
  if (undo.kind === 'websocket')
    return [
      {
        what: 'the live API refuses bad credentials and allows good ones',
        isGood: undefined,
        saw: 'not checked: open a connection with wscat -c URL',
      },
    ];
  const asked = findProbePath(undo, path);
  const ask = async (credential?: PlacedCredential): Promise<number> => {
    const { headers = {}, query = {} } = credential ?? {};
    const address = new URL(`${url.replace(/\/$/, '')}${asked}`);
    for (const [name, value] of Object.entries(query)) address.searchParams.append(name, value);
    return (await sendWithin(address, { headers })).status;
  };
  const isRefusal = (status: number): boolean => status === 401 || status === 403;
  const none = await ask();
  const [placedBad] = placeCredential(undo, BAD_TOKEN);
  const bad = await ask(placedBad);
  return [
    { what: `GET ${asked} without a credential is refused`, isGood: isRefusal(none), saw: String(none) },
    { what: `GET ${asked} with a bad credential is refused`, isGood: isRefusal(bad), saw: String(bad) },
    ...(token === undefined
      ? [
          {
            what: `GET ${asked} with a good credential is allowed`,
            isGood: undefined,
            saw: 'no --token-file',
          },
        ]
      : [checkGood(asked, await askWhereRead(placeCredential(undo, token), ask, isRefusal), spent)]),
  ];
}

function checkGood(asked: string, status: number, spent: string | undefined): Check {
  const isRefused = status === 401 || status === 403;
  // 401 would say that the credential did not reach the function.
  const isSpent = spent !== undefined && (status === 403 || status === 429);
  return {
    what: `GET ${asked} with a good credential is allowed`,
    saw: isSpent
      ? `${status}, as expected of a customer who may not call at the moment (${spent})`
      : String(status),
    isGood: isSpent ? undefined : !isRefused && status < 500,
  };
}
