import { findLaterRoutes } from '@gatewright/authoring/check/check-later-routes';
import {
  checkChargedRoutes,
  checkNativePlans,
  checkUncharged,
  checkWiring,
} from '@gatewright/authoring/check/check-wiring';
import type { WiredRoute } from '@gatewright/authoring/check/check-wiring';
import { checkBrowsers, checkCaches } from './surprised-callers.ts';
import { list, obstacle, warning } from './plan-finding.ts';
import type { Circumstances, PlanFinding } from './plan-finding.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { AUTHORIZER_WITHIN_SECONDS, authorizerPart } from './live-api.ts';
import type { LiveRoute } from './live-api.ts';
import { protectionOf } from '@gatewright/authoring/inventory/route-inventory';

/**
 * The advice for routes that are missing in the document. `access sync` would not help yet, because the API does not
 * have the authorizer.
 */
const WRITE_ROUTES =
  'run gatewright attach plan --write-routes with the same options, to write the routes that the API will have after the attachment to the routes file of the document; then deploy Gatewright’s stack, or run gatewright access publish; then attach';

export function findPlanFindings(about: Circumstances): readonly PlanFinding[] {
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

function findNothingToDo({ choice: { chosen, attached, idle } }: Circumstances): PlanFinding[] {
  return [
    ...idle.map((pattern) =>
      obstacle(
        'no-route',
        `no route matches "${pattern}"`,
        'write the route as the API does; to list the routes, run gatewright attach plan without --routes',
      ),
    ),
    ...(chosen.length === 0 && idle.length === 0
      ? [
          attached > 0
            ? obstacle(
                'nothing',
                `nothing is left to attach: ${attached === 1 ? 'one route already has' : `${attached} routes already have`} this authorizer, and this command does not change its settings`,
                'to change settings such as --ttl, run gatewright detach and attach again; to try the routes, run gatewright attach verify',
              )
            : obstacle(
                'nothing',
                'there is no route to attach to',
                'name routes with --routes; --replace includes routes with another authorizer',
              ),
        ]
      : []),
  ];
}

function checkDocument({
  live,
  document,
  settings,
  keyed,
  choice: { chosen },
}: Circumstances): PlanFinding[] {
  const { apiId, stage } = live;
  if (document === undefined)
    return [
      obstacle(
        'no-document',
        `no access document protects stage ${stage} of API ${apiId}, so the authorizer would return 500 to every caller`,
        `name the API in a document (api: { …: { apiId: ${apiId}, stage: ${stage} } }) and publish the document to the deployed authorizers; use --no-document if another function decides`,
      ),
    ];
  const after = live.routes.map(({ key, method, path, authorizationType }) => ({
    method: method.startsWith('$') ? 'ANY' : method,
    path,
    ...protectionOf(chosen.some((one) => one.key === key) ? 'CUSTOM' : authorizationType),
  }));
  const wired = live.routes.map(({ key, method, path, apiKeyRequired }) => ({
    method,
    path,
    apiKeyRequired: apiKeyRequired || keyed.has(key),
    authorizer: chosen.some((one) => one.key === key) ? settings.wired : undefined,
  }));
  const keySource =
    live.api['apiKeySource'] === 'AUTHORIZER' || keyed.size > 0
      ? ('AUTHORIZER' as const)
      : ('HEADER' as const);
  return [
    ...checkWiring(document, settings.wired).map((what) =>
      obstacle('wiring', what, 'follow this advice; --ttl and --identity-source change the authorizer'),
    ),
    ...findLaterRoutes(document, after).map((what) => obstacle('wildcards', what, WRITE_ROUTES)),
    ...checkUnknown(document, chosen),
    ...checkQuota(document, wired, keySource),
  ];
}

/**
 * Checks the settings that a quota needs. If a setting for the admission key is missing, callers over quota are still
 * served.
 */
function checkQuota(
  document: CompiledDocument,
  wired: readonly WiredRoute[],
  keySource: 'AUTHORIZER' | 'HEADER',
): PlanFinding[] {
  const { admissionKey, ...quota } = document.quota ?? {};
  const withoutKey = { ...document, quota } as CompiledDocument;
  const others = checkChargedRoutes(admissionKey === undefined ? document : withoutKey, wired, keySource);
  const ofKey = checkChargedRoutes(document, wired, keySource).filter((what) => !others.includes(what));
  // If the quota is charged from access logs, the attachment does not make any settings for it.
  const isTracked = document.quota?.isTracked === true;
  return [
    ...(ofKey.length === 0
      ? []
      : [
          (isTracked ? warning : obstacle)(
            'quota-key',
            `callers over quota would not be refused: ${list(ofKey)}`,
            isTracked
              ? 'remove quota.admissionKey from the document, so that callers over quota get 403; or make these changes in the API first'
              : 'pass --quota authorizer, which makes these changes; or remove quota.admissionKey from the document, so that callers over quota get 403',
          ),
        ]),
    ...[
      ...checkUncharged(document, wired, 'attached'),
      ...others,
      ...checkNativePlans(document, wired, keySource),
    ].map((what) => warning('quota', what, 'follow this advice')),
  ];
}

/** Reports routes that the document does not contain, because they are denied to everyone. */
function checkUnknown(document: CompiledDocument, chosen: readonly LiveRoute[]): PlanFinding[] {
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
          `document ${document.name} does not contain ${list(unknown.map(({ key }) => key))}, so every caller of these routes is denied`,
          WRITE_ROUTES,
        ),
      ];
}

function checkSettings({ live, authorizer, settings }: Circumstances): PlanFinding[] {
  const name = settings.wired.name;
  const there = live.parts[authorizerPart(name)];
  const withinSeconds = AUTHORIZER_WITHIN_SECONDS[live.kind];
  return [
    ...(there === undefined
      ? []
      : [
          obstacle(
            'name-taken',
            `the API already has an authorizer ${name}`,
            'run gatewright detach, or use another --name',
          ),
        ]),
    ...((authorizer.timeoutSeconds ?? 0) > withinSeconds
      ? [
          warning(
            'authorizer-timeout',
            `${authorizer.name} has a timeout of ${authorizer.timeoutSeconds} s, but API Gateway waits only ${withinSeconds} s`,
            `set the timeout of this function to at most ${withinSeconds} s`,
          ),
        ]
      : []),
  ];
}

function checkDeployment({ live, isIncludingEdits }: Circumstances): PlanFinding[] {
  const { drift, stage, stageShown, kind } = live;
  const canary = stageShown['canarySettings'];
  return [
    ...(drift === undefined
      ? [
          warning(
            'drift-unknown',
            `it is unknown whether stage ${stage} serves the current configuration: edits that were never deployed would go live too`,
            kind === 'websocket'
              ? 'AWS does not export WebSocket APIs: ask the people who edit the API'
              : 'compare the current configuration with the stage’s export',
          ),
        ]
      : []),
    ...(drift !== undefined && drift.length > 0
      ? [
          (isIncludingEdits ? warning : obstacle)(
            'drift',
            `${drift.length} edit${drift.length === 1 ? ' that was' : 's that were'} never deployed would go live with the attachment: ${list(drift)}`,
            'deploy or undo them first, or pass --include-edits',
          ),
        ]
      : []),
    ...(isJsonObject(canary)
      ? [
          obstacle(
            'canary',
            `stage ${stage} has a canary`,
            'run gatewright canary promote or gatewright canary rollback first',
          ),
        ]
      : []),
    ...(live.isAutomatic && kind === 'http'
      ? [
          warning(
            'automatic',
            `stage ${stage} deploys automatically, so each route is guarded as soon as it is changed`,
            'nothing to do; with autoDeploy off, all routes change together',
          ),
        ]
      : []),
  ];
}

function checkKeysAndGuards({ choice: { chosen, left } }: Circumstances): PlanFinding[] {
  const keyed = chosen.filter(({ apiKeyRequired }) => apiKeyRequired);
  const replaced = chosen.filter(({ authorizationType }) => authorizationType !== 'NONE');
  return [
    ...(keyed.length === 0
      ? []
      : [
          warning(
            'api-keys',
            `an API key is also required by ${list(keyed.map(({ key }) => key))}; callers need a credential and an API key, and the credential is checked first`,
            'nothing to do if both are intended',
          ),
        ]),
    ...(replaced.length === 0
      ? []
      : [
          warning(
            'claims',
            `the current authorizer is removed from ${list(replaced.map(({ key }) => key))}; behind the new authorizer, handlers receive no authorizer.claims and no IAM caller identity`,
            'first change the handlers to read claimsOf(event), in Python claims_of(event) (node_modules/gatewright/docs/guides/protect/coming-from.md)',
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          {
            id: 'left-alone',
            level: 'note' as const,
            what: `unchanged: ${list(left.map(({ key, because }) => `${key} (${because})`))}`,
            fix: '',
          },
        ]),
  ];
}

function checkPolicies({ live: { api } }: Circumstances): PlanFinding[] {
  const policy = textAt(api, 'policy');
  return policy === undefined || policy === ''
    ? []
    : [
        warning(
          'resource-policy',
          'the API has a resource policy, which is evaluated before the authorizer, so requests that it denies still get 403',
          'nothing to do if that is intended',
        ),
      ];
}
