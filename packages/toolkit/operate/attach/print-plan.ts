import { count, colorize, table } from '../../../base/terminal/output.ts';
import { API_NAMES } from '@gatewright/authoring/inventory/route-inventory';
import { showControls } from '@gatewright/aws/text/visible-text';
import type { PlanFinding } from './plan-finding.ts';
import type { Reading } from './make-plan.ts';
import type { Undo } from './journal.ts';
import { findIds, findRedeployed, findUndone, stateOfMembers } from './step.ts';
import type { Outcome, Snapshot, Step } from './step.ts';
import { describeOrigin, originOf } from './snippets.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { authorizerPart, describeGuard } from './live-api.ts';
import type { VerifyOptions } from './verify-options.ts';

export function printPlan(
  { plan, live, findings, authorizer }: Reading,
  options: Partial<Pick<VerifyOptions, 'url' | 'token'>> = {},
  files: readonly string[] = [],
): readonly string[] {
  const { steps } = plan;
  return [
    colorize(
      'bold',
      showControls(
        `Put ${API_NAMES[live.kind]} API ${live.name} (${live.apiId}), stage ${live.stage}, behind the authorizer ${authorizer.name}`,
      ),
    ),
    ...(steps.length === 0 ? ['  nothing to do'] : printSteps(steps)),
    ...findings.flatMap(printFinding),
    ...describeOrigin(live, plan, files),
    ...(steps.length === 0 ? [] : describeEffect(steps, live.isAutomatic, describeVerification(options))),
  ];
}

export function printSteps(steps: readonly Pick<Step, 'name' | 'does'>[]): readonly string[] {
  return table(steps.map(({ name, does }, index) => [`  ${index + 1}`, name.split(' ')[0] ?? '', does]));
}

/** Prints the steps that a detachment undoes, the last step first. Steps that were not done are omitted. */
export function printUndo(undo: Undo, now: Snapshot): readonly string[] {
  const ids = findIds(undo.steps, now);
  const redeployed = findRedeployed(undo.steps, now);
  const lines = undo.steps.toReversed().flatMap((step) => {
    if (step === redeployed)
      return [
        {
          name: step.name,
          does: `deploy the API to stage ${undo.stage} again, without the attachment, because the stage was deployed again after the attachment (it now serves ${textAt(now['stage'] ?? {}, 'deploymentId') ?? 'no deployment'})`,
        },
      ];
    const outcome = stateOfMembers(step, now, ids) === 'after' ? findUndone(step, now, ids) : undefined;
    return outcome === undefined ? [] : [{ name: step.name, does: describeUndo(undo, step, outcome, now) }];
  });
  return [
    colorize(
      'bold',
      `Of the attachment’s ${count(undo.steps.length, 'step')}, ${lines.length} will be undone`,
    ),
    ...printSteps(lines),
  ];
}

/**
 * Describes the effect of undoing a step, such as `GET /orders: the authorizer → open`. It uses only the step itself,
 * so that undo files of any version can be described.
 * @param outcome the way in which the step was done, because a canary may have been promoted since then
 */
function describeUndo(
  { functionArn, stage }: Pick<Undo, 'functionArn' | 'stage'>,
  { name: stepName, part, makes, before, after }: Step,
  outcome: Pick<Outcome, 'after'>,
  now: Snapshot,
): string {
  if (makes === 'authorizer') return `delete the authorizer ${textAt(after, 'name') ?? ''}`;
  if (makes === 'deployment') return 'delete the deployment that attach created';
  if (part === 'stage')
    return outcome.after['canarySettings'] === undefined
      ? `point stage ${stage} back at deployment ${textAt(before ?? {}, 'deploymentId') ?? ''}`
      : `end the canary of stage ${stage}`;
  if (part === 'api') {
    const was = textAt(before ?? {}, 'apiKeySource') ?? 'HEADER';
    return `read API keys from ${was === 'HEADER' ? 'the x-api-key header' : was} again instead of the authorizer’s result`;
  }
  if (part.startsWith('permission '))
    return `no longer allow API Gateway to call ${functionArn.split(':').slice(6).join(':')} for this API`;
  const { authorizerId } = before ?? {};
  const was = describeGuard(
    textAt(before ?? {}, 'authorizationType') ?? 'NONE',
    typeof authorizerId === 'string' ? authorizerId : undefined,
    Object.entries(now).flatMap(([name, found]) => (name.startsWith(authorizerPart('')) ? [found] : [])),
  );
  const hadKey = after['apiKeyRequired'] === true ? ' and an API key' : '';
  return `${stepName.replace(/^route /, '')}: the authorizer${hadKey} → ${was}`;
}

const COLOURS = { obstacle: 'red', warning: 'yellow', note: 'dim' } as const;

function printFinding({ level, what, fix }: PlanFinding): readonly string[] {
  const said = `${colorize(COLOURS[level], `${level}:`)} ${showControls(what)}`;
  return fix === '' ? [said] : [said, `  ${showControls(fix)}`];
}

function describeEffect(
  steps: readonly Step[],
  isAutomatic: boolean,
  verification: string,
): readonly string[] {
  const first = steps.findIndex(({ isLive }) => isLive);
  return [
    isAutomatic
      ? `From step ${first + 1} on, each changed route affects callers immediately.`
      : `Callers are not affected before step ${first + 1} of ${steps.length}.`,
    verification,
    `gatewright detach undoes the whole attachment (${count(steps.length, 'step')}).`,
  ];
}

function describeVerification({ url, token }: Partial<Pick<VerifyOptions, 'url' | 'token'>>): string {
  const looked = 'After the last step, attach checks the configuration on AWS';
  if (url === undefined)
    return `${looked}. To also check the effect on callers, pass --url and --token-file.`;
  return token === undefined
    ? `${looked} and refusals at ${url}. To also check successful calls, pass --token-file.`
    : `${looked} and the effect on callers at ${url}.`;
}

/** Returns the plan as JSON for programs. It contains steps and findings, but not the configuration of the API. */
export function planAsJson({ plan, live, findings }: Reading): object {
  const { id, apiId, kind, stage, region, functionArn, steps } = plan;
  return {
    id,
    apiId,
    kind,
    stage,
    region,
    functionArn,
    drift: live.drift ?? null,
    origin: originOf(live) ?? null,
    steps: steps.map(({ name, does, isLive, apply, revert }) => ({ name, does, isLive, apply, revert })),
    findings,
  };
}
