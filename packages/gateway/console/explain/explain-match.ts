/** Explains why no stage or route was found for a request. */
import { APIS_ADDED_BY_SAM } from '../../core/stack/source-format.ts';
import { adviseBody, describeBodyFault } from './mapping-advice.ts';
import { explainForwardedPath } from './behavior-advice.ts';
import { WITHOUT_SLASH } from '../records/near-misses.ts';
import { nameSetting } from './setting-text.ts';
import { andDeploy, listed, sentence } from './reason.ts';
import type { Circumstances, NearMiss } from './circumstances.ts';
import type { Reason } from './reason.ts';

export function explainMatch(about: Circumstances): Reason {
  if (about.kind === 'message') return explainMessage(about);
  if (about.isHandshake === true) return explainForeignHandshake(about);
  if (about.code === 'STAGE_NOT_FOUND' || about.stageName === undefined) return explainStage(about);
  if (about.kind === 'handshake') return explainBelowStage(about);
  if (about.protocol === 'websocket') return explainPlainRequest(about);
  return explainRoute(about, about.stageName);
}

/** Says which route a message that $default handled was probably meant for. */
export function explainDefaultRoute({ selection, routeKey }: Circumstances): Reason {
  const { near, selected, expression = '' } = selection ?? {};
  if (routeKey !== '$default' || near === undefined || selected === undefined || near === selected)
    return { because: [], changes: [] };
  return {
    because: [
      `The route selection expression ${expression} selected “${selected}”, but no route has this key, so the route $default handled the message. The route ${near} differs only in letter case, and route keys are case-sensitive.`,
    ],
    changes: [`Send “${near}” instead of “${selected}”, or add a route with the key ${selected}.`],
  };
}

function explainMessage({ nearMisses, selection }: Circumstances): Reason {
  const routes = nearMisses.map(({ route }) => route);
  const bodyFault = selection?.selected === undefined ? selection?.bodyFault : undefined;
  const key = bodyFault === undefined ? selection?.keyIn : undefined;
  return {
    because: [
      `The route selection expression${selection === undefined ? '' : ` ${selection.expression}`} yielded no known route key for the message, and there is no $default route.`,
      ...(bodyFault === undefined ? [] : describeBodyFault({ bodyFault }, 'message')),
      ...(selection === undefined || bodyFault !== undefined
        ? []
        : [
            selection.selected === undefined
              ? 'The message has no such value.'
              : `It selected “${selection.selected}”, for which there is no route.`,
            ...(selection.near === undefined
              ? []
              : [
                  `The route ${selection.near} differs only in letter case, and route keys are case-sensitive.`,
                ]),
            ...(key === undefined ? [] : [`The value of the message’s member ${key} is a route key.`]),
          ]),
    ],
    changes: [
      ...adviseBody({ bodyFault }, 'message'),
      routes.length === 0
        ? 'Add a $default route, or a route whose key is the value that the expression selects.'
        : `${key === undefined ? 'Send' : `Set RouteSelectionExpression of the API to $request.body.${key}, or send`} a message for which the expression selects ${listed(routes, 'or')}, or add a route with the key ${selection?.selected ?? '$default'}.`,
    ],
  };
}

/** Whether a path begins with the name of a stage, written in another letter case. */
function isOtherCase(stage: string, path: string): boolean {
  const [, first = ''] = path.split('/');
  return first !== stage && first.toLowerCase() === stage.toLowerCase();
}

function explainStage(about: Circumstances): Reason {
  const { failure, stages, protocol, path, isEndpointDisabled, domains = [], definition, undeployed } = about;
  const named = `the ${stages.length === 1 ? 'stage' : 'stages'} ${listed(stages, 'and')}`;
  const isStageless = protocol === 'http' && isEndpointDisabled !== true && stages.length > 0;
  if (isEndpointDisabled === true)
    return {
      because: ['DisableExecuteApiEndpoint of the API is true, so only its custom domains serve it.'],
      changes: [
        `Call the API by its custom domain${domains.length === 0 ? '' : ` ${listed(domains, 'or')} (on this machine: with the header Host)`}, or set DisableExecuteApiEndpoint of the API to false.`,
      ],
    };
  if (undeployed !== undefined)
    return {
      because: [
        `The stage ${undeployed.name} (${undeployed.place}) has no deployment: it has neither AutoDeploy, which is false by default, nor a DeploymentId. None of its routes is served.`,
      ],
      changes: [`Set AutoDeploy: true on the stage ${undeployed.name} (${undeployed.place}).`],
    };
  const because = [
    isStageless
      ? `The path begins with none of the stages of the API (${listed(stages, 'and')}), and the API has no $default stage.`
      : `${sentence(path === '/' ? 'The path names no stage' : (failure ?? 'The path names no stage'))} The API has ${stages.length === 0 ? 'no stage' : named}.`,
    ...(about.isWithoutRoutes === true ? ['The API has no routes.'] : []),
  ];
  const [stage] = stages;
  const plain = isStageless ? stages.find((name) => /^\$?default$/i.test(name)) : undefined;
  if (plain !== undefined)
    because.push(
      `The stage ${plain} is a stage like any other: only the stage with the name $default, in this spelling, serves paths that begin with no stage.`,
    );
  if (stage === undefined) return { because, changes: ['Deploy the API to a stage.'] };
  const near = stages.find((name) => isOtherCase(name, path));
  if (near !== undefined)
    return {
      because: [...because, `Names of stages are case-sensitive, and only the case of ${near} differs.`],
      changes: [
        `Call /${near}${path.slice(near.length + 1)}.${definition?.logicalId === APIS_ADDED_BY_SAM.rest ? ` SAM gives the stage name ${near} to an API that it creates from events: for another name, define an AWS::Serverless::Api with StageName, and name this API in RestApiId of the events.` : ''}`,
      ],
    };
  return {
    because,
    changes: [adviseStage(about), ...(plain === undefined ? [] : adviseDefaultStage(about))],
  };
}

/** A client that cannot be changed needs the stage whose name is not part of the path. */
function adviseDefaultStage({ staged, definition }: Circumstances): readonly string[] {
  return staged !== undefined && staged.instead === undefined
    ? [`To serve the API at paths without a stage instead, set ${nameSetting('defaultStage', definition)}.`]
    : [];
}

/** Suggests the path that a route serves, or, if there is none, only the names of the stages. */
function adviseStage({ stages, protocol, path, method, staged, isWithoutRoutes }: Circumstances): string {
  const names = listed(
    stages.map((name) => `/${name}`),
    'or',
  );
  if (protocol === 'websocket') return `Connect to ${names}.`;
  if (isWithoutRoutes === true)
    return `Add a route to the API. Then begin the path with ${names}, followed by the path of this route.`;
  if (staged === undefined) return `Begin the path with ${names}, followed by the path of a route.`;
  if (staged.instead !== undefined)
    return `Call ${method} ${staged.path}, with the stage in place of /${staged.instead}.`;
  return `Call ${method} ${staged.path}.${protocol === 'rest' && path.length > 1 ? ` If a redirect (Location) or a link of this API led to ${path}, add the stage to it.` : ''}`;
}

/** A WebSocket API has no paths: its URL ends with the stage, or with the base path of a custom domain. */
function explainBelowStage({ path, stageName = '', stagePath = `/${stageName}` }: Circumstances): Reason {
  return {
    because: [
      `The URL of a WebSocket API ends with its stage, but this one continues with ${path}. A WebSocket API has no routes for paths: it chooses the route by the content of each message.`,
    ],
    changes: [`Connect to ${stagePath === '' ? '/' : stagePath} instead of ${stagePath}${path}.`],
  };
}

/** Explains the handshake of a WebSocket client that was given the address of an API of another kind. */
function explainForeignHandshake({ method, path, protocol }: Circumstances): Reason {
  const kind = protocol === 'rest' ? 'a REST API' : 'an HTTP API';
  return {
    because: [
      `${method} ${path} was the handshake of a WebSocket client (Upgrade: websocket), but the address is that of ${kind}, which accepts no WebSocket connections.`,
    ],
    changes: [
      'Give the client the address of a WebSocket API, which begins with ws:// or wss:// and ends with the stage; `gatewright routes` lists the addresses.',
    ],
  };
}

/** Explains a plain HTTP request to a WebSocket API. */
function explainPlainRequest({
  method,
  path,
  stageName = '',
  stagePath = `/${stageName}`,
}: Circumstances): Reason {
  const upgrade = `Connect to ${stagePath === '' ? '/' : stagePath} with a WebSocket client (ws:// or wss://), which sends Upgrade: websocket.`;
  return {
    because: [
      `${method} ${path} was a plain HTTP request, to which a WebSocket API responds only at @connections: it was not a handshake, because it had no Upgrade: websocket.`,
    ],
    changes: [
      upgrade,
      'Or, to send a message to a client, send a signed POST @connections/{connectionId}, for example with PostToConnection of an AWS SDK.',
    ],
  };
}

/** Advises the client and the owner of the API on a request for which the stage has no route. */
function adviseRoute(
  {
    method,
    path,
    protocol,
    nearMisses,
    stagePath = '',
    doubledStage,
    behindSegment,
    domain,
    definition,
  }: Circumstances,
  stageName: string,
  nearest: NearMiss | undefined,
): string {
  if (behindSegment !== undefined) return `Call ${method} ${stagePath}${behindSegment}.`;
  if (doubledStage !== undefined)
    return domain === undefined
      ? `The path begins with the stage twice: call ${method} ${stagePath}${doubledStage}.`
      : `Call ${method} ${stagePath}${doubledStage} at ${domain.name}.`;
  const mapped = mappedPath(stagePath, stageName);
  const repeating = nearMisses.find(({ route }) => route.split(' ')[1] === `${mapped ?? ''}${path}`);
  if (mapped !== undefined && repeating !== undefined)
    return `Write the route as ${repeating.route.replace(mapped, '')}, or remove the key ${mapped.slice(1)} from the mapping of the domain. As it is, the route is called at ${mapped}${mapped}${path}.`;
  if (nearest === undefined)
    return `Correct the method or the path of the request, or add a route for ${method} ${path}${andDeploy(protocol)}.`;
  if (nearest.lacksRoot === true)
    return `Add ${nameSetting(protocol === 'rest' ? 'rootMethod' : 'rootRoute', definition, method)}${andDeploy(protocol)}.`;
  if (nearest.advice === WITHOUT_SLASH && protocol === 'http')
    return `${WITHOUT_SLASH} If the client cannot be changed, add a route $default with the same integration: it gets every request that no other route matches.`;
  const verbs = verbsOf(nearMisses);
  return (
    nearest.advice ??
    `${verbs.length > 1 ? `Use the method ${verbs.join(' or ')}` : `Call ${nearest.route}`}, or add a route for ${method} ${path}${andDeploy(protocol)}.`
  );
}

/**
 * Returns the path of a custom domain's mapping, which is removed before routes are compared; undefined at other
 * addresses.
 */
function mappedPath(stagePath: string, stageName: string): string | undefined {
  return stagePath === '' || stagePath === `/${stageName}` ? undefined : stagePath;
}

/**
 * A path that ends at a variable of a longer route may have had a # in the value of this variable.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-3.5
 */
function adviseFragment(path: string, nearest: NearMiss | undefined): string[] {
  const wanted = (nearest?.route.split(' ')[1] ?? '').split('/');
  const given = path.split('/');
  const last = wanted[given.length - 1] ?? '';
  return given.length < wanted.length && /^\{[^+]+\}$/.test(last)
    ? [
        `If the value of ${last} contains #, write %23 in its place: everything from # on is the fragment of the URL, which no client sends.`,
      ]
    : [];
}

function verbsOf(nearMisses: readonly NearMiss[]): readonly string[] {
  return nearMisses.flatMap(({ otherMethod }) => otherMethod ?? []);
}

function describeOtherApi({ otherApi, protocol }: Circumstances): readonly string[] {
  if (otherApi === undefined) return [];
  const { logicalId, stageName, route, place, isAddedBySam } = otherApi;
  const named = `The API ${logicalId} of the same stack has the route ${route}${place === undefined ? '' : ` (${place})`}${stageName === undefined ? '' : `, and its stage is ${stageName}`}.`;
  return isAddedBySam === true
    ? [
        `${named} SAM creates this API for events that have no ${protocol === 'rest' ? 'RestApiId' : 'ApiId'}.`,
      ]
    : [named];
}

function adviseOtherApi({ otherApi, protocol, definition, method, path }: Circumstances): readonly string[] {
  if (otherApi === undefined) return [];
  const { logicalId, stageName, place, isAddedBySam } = otherApi;
  const at = stageName === undefined || stageName === '$default' ? '' : `/${stageName}`;
  const call = `all ${method} ${at}${path} at the URL of the API ${logicalId}.`;
  return isAddedBySam === true && definition !== undefined
    ? [
        `Write ${protocol === 'rest' ? 'RestApiId' : 'ApiId'}: !Ref ${definition.logicalId} in the event${place === undefined ? '' : ` (${place})`}. Or c${call}`,
      ]
    : [`C${call}`];
}

/** Explains that a longer mapping key hides the route of another API. */
function explainHidden({ hidden, apiName, method, path }: Circumstances): Reason {
  if (hidden === undefined) return { because: [], changes: [] };
  const { logicalId, route, key, ownKey, place } = hidden;
  const at = place === undefined ? '' : ` (${place})`;
  return {
    because: [
      `The API ${logicalId} has the route ${route}, and its mapping at this domain has ${key === '' ? 'no key' : `the key ${key}`}. API Gateway chooses the longest key with which the path begins, which is ${ownKey}, and tries no other mapping if the API of this one has no route.`,
    ],
    changes: [
      `Change the mapping key ${ownKey} of the API ${apiName}${at} to one with which no path of ${logicalId} begins. Or add the route ${method} ${path} to the API ${apiName}, and deploy this API again.`,
    ],
  };
}

function explainRoute(about: Circumstances, stageName: string): Reason {
  const {
    method,
    path,
    nearMisses,
    protocol,
    isPreflight,
    stagePath = '',
    domain,
    doubledStage,
    behindSegment,
  } = about;
  // Routes that differ much from the request are named only if no route is more similar.
  const served = about.servedBy !== undefined || about.otherApi !== undefined || about.hidden !== undefined;
  const meant = served ? [] : nearMisses.filter(({ isFar }) => isFar !== true);
  const near = (served || meant.length > 0 ? meant : nearMisses).map(
    ({ route, because }) => `${route}: ${because}`,
  );
  const mapped = mappedPath(stagePath, stageName);
  const edge = explainForwardedPath(about);
  const hidden = explainHidden(about);
  return {
    because: [
      `Stage ${stageName} has no route for ${method} ${path}${protocol === 'rest' ? '. REST APIs respond with “Missing Authentication Token” in that case, or with a message about the Authorization header if there is one; neither concerns a token' : ''}.`,
      ...edge.because,
      ...describeOtherApi(about),
      ...(mapped === undefined
        ? []
        : [
            `The request was sent to ${mapped}${path} at ${domain === undefined ? 'a custom domain' : `the custom domain ${domain.name}`}, whose mapping key ${mapped} was removed from the path before it was compared with the routes.`,
          ]),
      ...hidden.because,
      ...(domain === undefined || doubledStage === undefined
        ? []
        : [
            `The mapping of the custom domain ${domain.name}${domain.basePath === '' ? ' has no base path, and' : ` with the base path ${domain.basePath}`} already chooses the stage ${stageName}, so URLs at this domain do not contain the stage.`,
          ]),
      ...(behindSegment === undefined
        ? []
        : [
            `The name of the stage $default is not part of a path${path.startsWith('/$default/') ? '' : `, and the API has no stage ${path.split('/')[1] ?? ''}`}. Without /${path.split('/')[1] ?? ''}, the route ${method} ${behindSegment} would serve the request.`,
          ]),
      ...(near.length === 0
        ? []
        : [`The closest ${near.length === 1 ? 'route is' : 'routes are'} ${near.join('; ')}.`]),
    ],
    changes: [
      ...edge.changes,
      ...hidden.changes,
      ...(hidden.changes.length > 0 ? [] : adviseOtherApi(about)),
      ...adviseFragment(path, meant[0]),
      // The advice for a preflight is reported with the surprises, because the browser chooses the method of a
      // preflight.
      ...(isPreflight === true && verbsOf(nearMisses).length > 0
        ? []
        : (about.otherApi !== undefined || about.hidden !== undefined) && meant.length === 0
          ? []
          : [adviseRoute(about, stageName, meant[0])]),
    ],
  };
}
