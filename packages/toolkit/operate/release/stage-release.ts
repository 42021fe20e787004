/** Reads which deployment a stage serves, and creates the calls that change it. All functions are pure. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { textAt } from '../../terminal/aws-call.ts';
import type { PlaneCall } from '../attach/step.ts';
import { UsageError } from '../../../base/terminal/output.ts';

export type Canary = {
  readonly percent: number;
  readonly deploymentId: string;
  readonly overrides: UnknownMembers;
  readonly usesStageCache: boolean;
};

export function canaryOf(stage: UnknownMembers): Canary | undefined {
  const found = stage['canarySettings'];
  if (!isJsonObject(found)) return undefined;
  return {
    percent: Number(found['percentTraffic'] ?? 0),
    deploymentId: textAt(found, 'deploymentId') ?? '',
    overrides: membersOf(found['stageVariableOverrides']),
    usesStageCache: found['useStageCache'] === true,
  };
}

/** Returns a path such as `/restapis/a1b2c3/stages/prod`. */
export function stagePath(address: string, stage: string): string {
  return `${address}/stages/${encodeURIComponent(stage)}`;
}

/** Sets the canary's deployment and percentage in one call, so that no request goes to a wrong deployment. */
export function startCanary(path: string, deploymentId: string, percent: number): PlaneCall {
  return patch(path, [
    { op: 'replace', path: '/canarySettings/percentTraffic', value: String(percent) },
    { op: 'replace', path: '/canarySettings/deploymentId', value: deploymentId },
  ]);
}

/**
 * Promotes a canary (developer guide, "Promote a canary release"). The first call sets the stage to the canary's
 * deployment and variables, and the second call ends the canary. Between the two calls, the stage and the canary serve
 * the same deployment.
 */
export function promoteCanary(path: string, { overrides }: Canary): readonly [PlaneCall, PlaneCall] {
  return [
    patch(path, [
      { op: 'replace', path: '/canarySettings/percentTraffic', value: '0.0' },
      ...(Object.keys(overrides).length === 0
        ? []
        : [{ op: 'copy', from: '/canarySettings/stageVariableOverrides', path: '/variables' }]),
      { op: 'copy', from: '/canarySettings/deploymentId', path: '/deploymentId' },
    ]),
    endCanary(path),
  ];
}

export function endCanary(path: string): PlaneCall {
  return patch(path, [{ op: 'remove', path: '/canarySettings' }]);
}

/**
 * Creates the call that moves the stage to another deployment.
 * @param isStopping whether automatic deployment may be switched off
 * @throws UsageError for a stage with a canary, and for a stage with automatic deployment that must not be switched
 * off, because the next edit would change its deployment again
 */
export function moveStage(
  path: string,
  stage: UnknownMembers,
  deploymentId: string,
  isStopping: boolean,
): PlaneCall {
  if (path.startsWith('/restapis/')) {
    if (canaryOf(stage) !== undefined)
      throw new UsageError(
        'the stage has a canary: run gatewright canary promote or gatewright canary rollback first',
      );
    return patch(path, [{ op: 'replace', path: '/deploymentId', value: deploymentId }]);
  }
  const isAutomatic = stage['autoDeploy'] === true;
  if (isAutomatic && !isStopping)
    throw new UsageError(
      'the stage deploys each edit automatically (autoDeploy), so the next edit would undo the rollback: pass --stop-auto-deploy to switch automatic deployment off',
    );
  return {
    service: 'apigateway',
    method: 'PATCH',
    path,
    body: { deploymentId, ...(isAutomatic ? { autoDeploy: false } : {}) },
  };
}

function patch(path: string, patchOperations: readonly object[]): PlaneCall {
  return { service: 'apigateway', method: 'PATCH', path, body: { patchOperations } };
}
