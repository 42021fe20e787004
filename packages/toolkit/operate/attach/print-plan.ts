import { count, colorize, table } from '../../../base/terminal/output.ts';
import { showControls } from '@gatewright/aws/text/visible-text';
import type { Surprise } from './surprise.ts';
import type { Reading } from './make-plan.ts';
import type { Undo } from './journal.ts';
import { findIds, stateOfMembers, findUndone } from './step.ts';
import type { Outcome, Snapshot, Step } from './step.ts';
import { describeOrigin, originOf } from './snippets.ts';
import { textAt } from '../../terminal/aws-call.ts';
import { authorizerPart, describeGuard } from './live-api.ts';
import type { VerifyOptions } from './verify-options.ts';

const KINDS = { rest: 'REST', http: 'HTTP', websocket: 'WebSocket' };

export function printPlan(
  { plan, live, surprises, authorizer }: Reading,
  options: Partial<Pick<VerifyOptions, 'url' | 'token'>> = {},
  files: readonly string[] = [],
): readonly string[] {
  const { steps } = plan;
  return [
    colorize(
      'bold',
      showControls(
        `${KINDS[live.kind]} API ${live.name} (${live.apiId}), stage ${live.stage}, behind ${authorizer.name}`,
      ),
    ),
    ...(steps.length === 0 ? ['  nothing to do'] : printSteps(steps)),
    ...surprises.flatMap(printSurprise),
    ...describeOrigin(live, plan, files),
    ...(steps.length === 0 ? [] : describeEffect(steps, live.isAutomatic, describeVerification(options))),
  ];
}

export function printSteps(steps: readonly Pick<Step, 'name' | 'does'>[]): readonly string[] {
  return table(steps.map(({ name, does }, index) => [`  ${index + 1}`, name.split(' ')[0] ?? '', does]));
}

/** Prints what a detachment undoes, the last step first. Steps that were not done are omitted. */
export function printUndo(undo: Undo, now: Snapshot): readonly string[] {
  const ids = findIds(undo.steps, now);
  const lines = undo.steps.toReversed().flatMap((step) => {
    const outcome = stateOfMembers(step, now, ids) === 'after' ? findUndone(step, now, ids) : undefined;
    return outcome === undefined ? [] : [{ name: step.name, does: describeUndo(undo, step, outcome, now) }];
  });
  return [colorize('bold', `to undo: ${lines.length} of ${undo.steps.length} steps`), ...printSteps(lines)];
}

/**
 * Describes the effect of undoing a step, such as `GET /orders: the authorizer → open`. Derived from the step itself,
 * so that undo files of any age can be described.
 * @param outcome how the step was done, because a canary may have been promoted since
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
    return `take API keys from ${was === 'HEADER' ? 'the header' : was} again, not from the authorizer`;
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

function printSurprise({ level, what, fix }: Surprise): readonly string[] {
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
      ? `Callers notice each route at once, from step ${first + 1} on.`
      : `Callers notice nothing before step ${first + 1} of ${steps.length}.`,
    verification,
    `${count(steps.length, 'step')}; gatewright detach undoes all of them.`,
  ];
}

function describeVerification({ url, token }: Partial<Pick<VerifyOptions, 'url' | 'token'>>): string {
  const looked = 'AWS’s configuration is checked afterwards';
  if (url === undefined)
    return `${looked}; the effect on callers is checked only with --url and --token-file.`;
  return token === undefined
    ? `${looked}, and refusals at ${url}; successful calls are checked only with --token-file.`
    : `${looked}, and the effect on callers at ${url}.`;
}

/** Output for programs: steps and findings, without configuration of the API. */
export function planAsJson({ plan, live, surprises }: Reading): object {
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
    findings: surprises,
  };
}
