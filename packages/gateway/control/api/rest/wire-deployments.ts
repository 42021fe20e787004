import { createDeployment, deleteDeployment, getDeployment } from '../../edits/edit-stages.ts';
import { listingRefusal, readPatch } from '../../edits/patch.ts';
import { isTrue, textOf } from '@gatewright/aws/json-object';
import { jsonReply } from '../../../core/api-call.ts';
import { readFields } from './field-table.ts';
import { readCanary, STAGE_FIELDS } from './stage-shape.ts';
import { findApi } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { epochSeconds, optionalObject, optionalText } from './wire-shape.ts';
import type { ApiResources, DeploymentRecord } from '../../api-state.ts';
import type { DeploymentOptions } from '../../edits/edit-stages.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const DEPLOYMENTS = '/restapis/{restApiId}/deployments';
const DEPLOYMENT = `${DEPLOYMENTS}/{deploymentId}`;
const ID_LENGTH = 6;

const DESCRIPTION: readonly PatchRule<string>[] = [
  { path: '/description', on: { replace: (_, { value }) => value } },
];

export function deploymentRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: DEPLOYMENT,
      serve(call) {
        const deployment = getDeployment(findApi(control, call), call.path('deploymentId'));
        const isWhole = call.query.getAll('embed').join() === 'apisummary';
        const summary = isWhole ? { apiSummary: summarise(deployment.resources) } : {};
        return jsonReply(200, { ...showDeployment(deployment), ...summary });
      },
    },
    ...collectionRoutes({
      all: DEPLOYMENTS,
      one: DEPLOYMENT,
      show: showDeployment,
      create(call) {
        const options = readDeploymentOptions(call.body, control.random.hex(ID_LENGTH));
        return createDeployment(findApi(control, call), options);
      },
      list: (call) => findApi(control, call).deployments.toReversed(),
      change(call) {
        const api = findApi(control, call);
        const { compiled, description } = getDeployment(api, call.path('deploymentId'));
        const refusal = listingRefusal(['/description']);
        const patch = readPatch(call.body, 'updateDeploymentInput', DESCRIPTION, refusal);
        api.describeDeployment(compiled.id, patch(description));
        return getDeployment(api, compiled.id);
      },
      remove(call) {
        deleteDeployment(findApi(control, call), call.path('deploymentId'));
      },
    }),
  ];
}

function readDeploymentOptions(body: WireCall['body'], id: string): DeploymentOptions {
  const canary = optionalObject(body, 'canarySettings');
  return {
    id,
    description: optionalText(body, 'description') ?? '',
    stageName: optionalText(body, 'stageName'),
    // `description` belongs to the deployment; the stage's is called `stageDescription` here.
    stage: readFields({ ...body, description: body['stageDescription'] }, STAGE_FIELDS),
    canary: canary === undefined ? undefined : readCanary(canary),
  };
}

function showDeployment({ compiled, description, createdAtEpochMs }: DeploymentRecord): object {
  return {
    id: compiled.id,
    description: description || undefined,
    createdDate: epochSeconds(createdAtEpochMs),
  };
}

/** Path → verb → AWS's summary of a method in a deployment. */
function summarise({ resources, methods }: ApiResources): Record<string, Record<string, unknown>> {
  const summary: Record<string, Record<string, unknown>> = {};
  for (const { properties } of methods) {
    const path = resources.get(textOf(properties, 'ResourceId'))?.path ?? '';
    (summary[path] ??= {})[textOf(properties, 'HttpMethod')] = {
      authorizationType: properties['AuthorizationType'] ?? 'NONE',
      apiKeyRequired: isTrue(properties['ApiKeyRequired']),
    };
  }
  return summary;
}
