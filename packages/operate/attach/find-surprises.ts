/** Changes for callers once an authorizer is attached, and problems; each with advice. Pure. */
import { checkLaterRoutes } from '@gatewright/authoring/check-later-routes';
import { checkChargedRoutes, checkNativePlans, checkWiring } from '@gatewright/authoring/check-wiring';
import { checkBrowsers, checkCaches } from './surprised-callers.ts';
import { list, obstacle, warning } from './surprise.ts';
import type { Circumstances, Surprise } from './surprise.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { authorizerPart } from './live-api.ts';
import type { LiveRoute } from './live-api.ts';

/** An authorizer has 30 s at API Gateway. */
const AUTHORIZER_TIMEOUT_SECONDS = 30;

export function findSurprises(about: Circumstances): readonly Surprise[] {
  if (about.choice.chosen.length === 0) return findNothingToDo(about);
  return [
    ...findNothingToDo(about),
    ...checkDocument(about),
    ...checkSettings(about),
    ...checkDeployment(about),
    ...checkBrowsers(about),
    ...checkKeysAndGuards(about),
    ...checkCaches(about),
    ...checkPolicies(about),
  ];
}

function findNothingToDo({ choice: { chosen, idle } }: Circumstances): Surprise[] {
  return [
    ...idle.map((pattern) =>
      obstacle(
        'no-route',
        `no route is "${pattern}"`,
        'write it as the API has it: gatewright attach plan lists the routes without --routes',
      ),
    ),
    ...(chosen.length === 0 && idle.length === 0
      ? [
          obstacle(
            'nothing',
            'there is no route to attach to',
            'name routes by --routes; --replace takes those that another authorizer guards',
          ),
        ]
      : []),
  ];
}

function checkDocument({ live, document, settings, choice: { chosen } }: Circumstances): Surprise[] {
  const { apiId, stage } = live;
  if (document === undefined)
    return [
      obstacle(
        'no-document',
        `no access document protects stage ${stage} of API ${apiId}, so the authorizer would answer 500 to everybody`,
        `name it in a document (api: { …: { apiId: ${apiId}, stage: ${stage} } }) and let the deployed authorizers have it; --no-document where another function decides`,
      ),
    ];
  const after = live.routes.map(({ key, method, path, authorizationType }) => ({
    method: method.startsWith('$') ? 'ANY' : method,
    path,
    isProtected: authorizationType === 'CUSTOM' || chosen.some((one) => one.key === key),
  }));
  const wired = live.routes.map(({ key, method, path, apiKeyRequired }) => ({
    method,
    path,
    apiKeyRequired,
    authorizer: chosen.some((one) => one.key === key) ? settings.wired : undefined,
  }));
  const keySource = live.api['apiKeySource'] === 'AUTHORIZER' ? 'AUTHORIZER' : 'HEADER';
  return [
    ...checkWiring(document, settings.wired).map((what) =>
      obstacle('wiring', what, 'as it says; --ttl and --identity-source set the authorizer'),
    ),
    ...checkLaterRoutes(document, after).map((what) =>
      obstacle(
        'wildcards',
        what,
        'gatewright attach plan --write-routes writes the routes as they will be; then let the deployed authorizers have them',
      ),
    ),
    ...checkUnknown(document, chosen),
    ...[
      ...checkChargedRoutes(document, wired, keySource),
      ...checkNativePlans(document, wired, keySource),
    ].map((what) =>
      warning('quota', what, 'as it says; --quota authorizer sets what an admission key needs'),
    ),
  ];
}

/** Routes unknown to the document are denied to everyone. */
function checkUnknown(document: CompiledDocument, chosen: readonly LiveRoute[]): Surprise[] {
  if (document.kind === 'websocket') return [];
  const unknown = chosen.filter(
    ({ method, path }) =>
      !document.routes.some(
        (route) => route.path === path && (route.method === method || ['ANY', '$default'].includes(method)),
      ),
  );
  return unknown.length === 0
    ? []
    : [
        warning(
          'unknown-routes',
          `document ${document.name} does not know ${list(unknown.map(({ key }) => key))}: nobody is let in there`,
          'gatewright attach plan --write-routes, then let the deployed authorizers have them',
        ),
      ];
}

function checkSettings({ live, authorizer, settings }: Circumstances): Surprise[] {
  const name = settings.wired.name;
  const there = live.parts[authorizerPart(name)];
  return [
    ...(there === undefined
      ? []
      : [
          obstacle(
            'name-taken',
            `the API has an authorizer ${name} already`,
            'gatewright detach, or another --name',
          ),
        ]),
    ...((authorizer.timeoutSeconds ?? 0) > AUTHORIZER_TIMEOUT_SECONDS
      ? [
          warning(
            'authorizer-timeout',
            `${authorizer.name} may take ${authorizer.timeoutSeconds} s, and API Gateway waits ${AUTHORIZER_TIMEOUT_SECONDS} s`,
            'lower its timeout',
          ),
        ]
      : []),
  ];
}

function checkDeployment({ live, isIncludingEdits }: Circumstances): Surprise[] {
  const { drift, stage, stageShown, kind } = live;
  const canary = stageShown['canarySettings'];
  return [
    ...(drift === undefined
      ? [
          warning(
            'drift-unknown',
            `nobody can tell whether stage ${stage} serves what is set: what was edited and not deployed goes live, too`,
            kind === 'websocket'
              ? 'AWS exports no WebSocket API: ask who edits it'
              : 'look at the stage’s export',
          ),
        ]
      : []),
    ...(drift !== undefined && drift.length > 0
      ? [
          (isIncludingEdits ? warning : obstacle)(
            'drift',
            `${drift.length} edit${drift.length === 1 ? ' that was' : 's that were'} never deployed would go live with this: ${list(drift)}`,
            'deploy or undo them first, or say --include-edits',
          ),
        ]
      : []),
    ...(isJsonObject(canary)
      ? [obstacle('canary', `stage ${stage} has a canary`, 'gatewright canary promote or rollback first')]
      : []),
    ...(live.isAutomatic && kind === 'http'
      ? [
          warning(
            'automatic',
            `stage ${stage} deploys by itself: each route is guarded as soon as it is changed`,
            'nothing; with autoDeploy off all routes change at once',
          ),
        ]
      : []),
  ];
}

function checkKeysAndGuards({ choice: { chosen, left } }: Circumstances): Surprise[] {
  const keyed = chosen.filter(({ apiKeyRequired }) => apiKeyRequired);
  const replaced = chosen.filter(({ authorizationType }) => authorizationType !== 'NONE');
  return [
    ...(keyed.length === 0
      ? []
      : [
          warning(
            'api-keys',
            `${list(keyed.map(({ key }) => key))} asks for an API key, too: callers need both, and are asked for the credential first`,
            'nothing, if both are meant',
          ),
        ]),
    ...(replaced.length === 0
      ? []
      : [
          warning(
            'claims',
            `${list(replaced.map(({ key }) => key))} loses its present guard: handlers find no authorizer.claims and no signer behind ours`,
            'let them read claimsOf(event) first (docs/guides/protect/coming-from.md)',
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          {
            id: 'left-alone',
            level: 'note' as const,
            what: `left as they are: ${list(left.map(({ key, because }) => `${key} (${because})`))}`,
            fix: '',
          },
        ]),
  ];
}

function checkPolicies({ live: { api } }: Circumstances): Surprise[] {
  const policy = textAt(api, 'policy');
  return policy === undefined || policy === ''
    ? []
    : [
        warning(
          'resource-policy',
          'the API has a resource policy: it is asked before the authorizer, and a Deny of it stays a 403',
          'nothing, if it is meant',
        ),
      ];
}
