import { randomUUID } from 'node:crypto';
import { UsageError } from '../../../base/terminal/output.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { checkAdmission } from './admission-key.ts';
import { readAuthorizerFunction } from './authorizer-function.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import { chooseRoutes } from './choose-routes.ts';
import { chooseSettings } from './choose-settings.ts';
import type { ControlPlane } from './control-plane.ts';
import { findPlanFindings } from './find-plan-findings.ts';
import type { PlanFinding } from './plan-finding.ts';
import { FORMAT } from './journal.ts';
import type { Plan, Saved, Undo } from './journal.ts';
import type { LiveApi } from './live-api.ts';
import { partsOf, planSteps } from './plan.ts';
import { checkPlacement } from './quota-placement.ts';
import type { QuotaPlacement } from './quota-placement.ts';
import { readLiveApi } from './read-live-api.ts';
import { restoreSteps } from './restore-steps.ts';
import { rewind } from './resume.ts';
import type { Begun } from './resume.ts';
import type { Snapshot } from './step.ts';

export type AttachOptions = {
  readonly apiId: string;
  readonly stage: string;
  readonly type: 'token' | 'request';
  readonly functionName: string;
  /** The name that the authorizer gets in the API. */
  readonly name: string;
  readonly patterns: readonly string[];
  readonly isReplacing: boolean;
  readonly isIncludingEdits: boolean;
  /** Whether an access document is not needed, because any function may be the authorizer. */
  readonly isWithoutDocument: boolean;
  readonly quota: QuotaPlacement | undefined;
  readonly ttlSeconds?: number | undefined;
  readonly headers?: readonly string[] | undefined;
  readonly canaryPercent?: number | undefined;
};

export type Reading = {
  readonly plan: Plan;
  readonly live: LiveApi;
  readonly authorizer: AuthorizerFunction;
  readonly document: CompiledDocument | undefined;
  readonly findings: readonly PlanFinding[];
};

/**
 * Lists the changes that `attach` would make to the API.
 * @param begun an earlier plan that may have been started. The new plan is then made for the API as it was before the
 *   earlier plan
 * @throws UsageError if the API, the stage or the function does not exist
 */
export async function makePlan(
  plane: ControlPlane,
  options: AttachOptions,
  documents: readonly CompiledDocument[],
  region: string,
  begun?: Begun,
): Promise<Reading> {
  const { apiId, stage, type, name, ttlSeconds, headers, canaryPercent } = options;
  refuseOtherRegion(options.functionName, region);
  const found = await readLiveApi(plane, apiId, stage);
  const live = begun === undefined ? found : rewind(found, begun);
  const planId = begun?.attachment.id ?? randomUUID().slice(0, 8);
  const authorizer = await readAuthorizerFunction(plane, options.functionName, apiId);
  const document = findDocument(documents, options);
  const settings = chooseSettings(live, document, {
    type,
    name,
    functionArn: authorizer.arn,
    ttlSeconds,
    headers,
  });
  const choice = chooseRoutes(live, options.patterns, options.isReplacing, [name]);
  const keyed = options.quota === 'authorizer' ? keyedRoutes(document, choice.chosen) : new Set<string>();
  const stepsOptions = { planId, settings, routes: choice.chosen, canaryPercent, keyed };
  const findings = [
    ...refuseCanary(live, canaryPercent),
    ...refuseToken(live, type),
    ...checkPlacement(options.quota, live, type, document),
    ...(begun === undefined && keyed.size > 0 ? await checkAdmission(plane, live, document) : []),
    ...findPlanFindings({
      live,
      authorizer,
      settings,
      choice,
      document,
      keyed,
      isIncludingEdits: options.isIncludingEdits,
    }),
  ].filter(({ id }) => !(options.isWithoutDocument && id === 'no-document'));
  return {
    live,
    authorizer,
    document,
    findings,
    plan: {
      format: FORMAT,
      id: planId,
      madeAt: new Date().toISOString(),
      apiId,
      kind: live.kind,
      stage,
      region,
      functionArn: authorizer.arn,
      ...(options.isWithoutDocument && { isWithoutDocument: true }),
      ...(document !== undefined && { sources: document.sources }),
      steps: planSteps(live, authorizer, stepsOptions),
      parts: partsOf(live, authorizer),
    },
  };
}

/** Returns the document that protects the stage of the API; undefined if there is none. */
export function findDocument(
  documents: readonly CompiledDocument[],
  { apiId, stage }: Pick<Plan, 'apiId' | 'stage'>,
): CompiledDocument | undefined {
  return documents.find(({ apis }) => apis.some((api) => api.apiId === apiId && api.stage === stage));
}

/**
 * Returns the routes that must require an API key, so that they can respond with 429. Only the authorizer supplies this
 * key (docs/guides/sell/quota.md, "In the authorizer").
 */
function keyedRoutes(document: CompiledDocument | undefined, chosen: LiveApi['routes']): ReadonlySet<string> {
  const { quota, routes = [] } = document ?? {};
  if (quota?.admissionKey === undefined) return new Set();
  const charged = (quota.routes ?? [...routes.keys()]).flatMap((index) => routes[index] ?? []);
  return new Set(
    chosen
      .filter(({ method, path }) =>
        charged.some((route) => route.path === path && (method === 'ANY' || route.method === method)),
      )
      .map(({ key }) => key),
  );
}

function refuseCanary({ kind }: LiveApi, canaryPercent: number | undefined): PlanFinding[] {
  if (canaryPercent === undefined || kind === 'rest') return [];
  return [
    {
      id: 'no-canary',
      level: 'obstacle',
      what: 'only REST APIs have canaries',
      fix: 'omit --canary; with autoDeploy off, gatewright rollback returns to the previous deployment',
    },
  ];
}

/**
 * Refuses a TOKEN authorizer for an API that is not a REST API, because only REST APIs send the events that such an
 * authorizer reads. The check is made even if there is no document.
 */
function refuseToken({ kind }: LiveApi, type: AttachOptions['type']): PlanFinding[] {
  if (type === 'request' || kind === 'rest') return [];
  return [
    {
      id: 'no-token',
      level: 'obstacle',
      what: 'only REST APIs have authorizers of type TOKEN',
      fix: 'omit --authorizer token: the request authorizer reads the same header',
    },
  ];
}

/**
 * Refuses the ARN of a function in another region.
 * @throws UsageError for such an ARN, because a function with this name in the current region is a different function
 */
function refuseOtherRegion(functionName: string, region: string): void {
  const [arn, , service, ofFunction] = functionName.split(':');
  if (arn === 'arn' && service === 'lambda' && ofFunction !== region)
    throw new UsageError(
      `the function is in region ${ofFunction ?? ''}, but the API is in ${region}: name a function in the API's region`,
    );
}

type Of = Pick<Plan, 'apiId' | 'stage' | 'functionArn'>;

export async function readAgain(plane: ControlPlane, of: Of): Promise<Snapshot> {
  const { live, authorizer } = await readBoth(plane, of);
  return partsOf(live, authorizer);
}

/**
 * Restores a saved attachment, and creates its steps again from the live API.
 * @throws AttachmentFileError if the file does not match the steps
 */
export async function restore<What extends Undo>(
  plane: ControlPlane,
  saved: Saved<What>,
): Promise<{ readonly attachment: What; readonly now: Snapshot; readonly live: LiveApi }> {
  const { live, authorizer } = await readBoth(plane, saved);
  return {
    live,
    now: partsOf(live, authorizer),
    attachment: restoreSteps(saved, live, authorizer),
  };
}

async function readBoth(plane: ControlPlane, { apiId, stage, functionArn }: Of) {
  const live = await readLiveApi(plane, apiId, stage);
  return { live, authorizer: await readAuthorizerFunction(plane, functionArn, apiId) };
}
