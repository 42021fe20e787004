/** Stages and deployments over AWS's REST API. */
import {
  changeStage,
  createDeployment,
  createStage,
  deleteDeployment,
  getDeployment,
  getStage,
} from '../control/edit-stages.ts';
import { applyPatch, listingRefusal, parsePatch } from '../control/patch.ts';
import { jsonReply } from './control-request.ts';
import { readFields } from './field-table.ts';
import { STAGE_RULES, stageRefusal } from './stage-patch.ts';
import { readCanary, showStage, STAGE_FIELDS } from './stage-shape.ts';
import { findApi } from './wire-api.ts';
import { emptyReply, listReply } from './wire-router.ts';
import { epochSeconds, optionalObject, optionalText, requiredText } from './wire-shape.ts';
import type { ApiResources, DeploymentRecord } from '../control/api-state.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const STAGES = '/restapis/{restApiId}/stages';
const STAGE = `${STAGES}/{stageName}`;
const DEPLOYMENTS = '/restapis/{restApiId}/deployments';
const DEPLOYMENT = `${DEPLOYMENTS}/{deploymentId}`;
const ID_LENGTH = 6;

export function stageRoutes(control: RestControl): readonly WireRoute[] {
  return [...plainStageRoutes(control), ...flushRoutes(control), ...deploymentRoutes(control)];
}

function plainStageRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: STAGES,
      serve(call) {
        const api = findApi(control, call);
        const name = requiredText(call.body, 'stageName');
        const canary = optionalObject(call.body, 'canarySettings');
        createStage(api, name, {
          ...readFields(call.body, STAGE_FIELDS),
          DeploymentId: requiredText(call.body, 'deploymentId'),
          ...(canary === undefined ? {} : { CanarySetting: readCanary(canary) }),
        });
        return jsonReply(201, showStage(getStage(api, name)));
      },
    },
    {
      method: 'GET',
      path: STAGES,
      serve(call) {
        const deploymentId = call.query.get('deploymentId');
        const stages = findApi(control, call).stages.filter(
          ({ settings }) => deploymentId === null || settings.deploymentId === deploymentId,
        );
        return jsonReply(200, { item: stages.map(showStage) });
      },
    },
    {
      method: 'GET',
      path: STAGE,
      serve: (call) => jsonReply(200, showStage(getStage(findApi(control, call), call.path('stageName')))),
    },
    {
      method: 'PATCH',
      path: STAGE,
      serve(call) {
        const api = findApi(control, call);
        const { name, source } = getStage(api, call.path('stageName')).settings;
        const operations = parsePatch(call.body, 'updateStageInput');
        changeStage(api, name, applyPatch(source.properties, operations, STAGE_RULES, stageRefusal));
        return jsonReply(200, showStage(getStage(api, name)));
      },
    },
    {
      method: 'DELETE',
      path: STAGE,
      serve(call) {
        const api = findApi(control, call);
        api.removeStage(getStage(api, call.path('stageName')).settings.name);
        return emptyReply(202);
      },
    },
  ];
}

function flushRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'DELETE',
      path: `${STAGE}/cache/authorizers`,
      serve(call) {
        const api = findApi(control, call);
        const { name } = getStage(api, call.path('stageName')).settings;
        control.apis.account.flushAuthorizers(api.identity.apiId, name);
        return emptyReply(202);
      },
    },
    {
      method: 'DELETE',
      path: `${STAGE}/cache/data`,
      serve(call) {
        const api = findApi(control, call);
        const { name } = getStage(api, call.path('stageName')).settings;
        control.apis.account.stageMemory(api.identity.apiId, name).responseCache.flush();
        return emptyReply(202);
      },
    },
  ];
}

function deploymentRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'POST',
      path: DEPLOYMENTS,
      serve(call) {
        const api = findApi(control, call);
        const { body } = call;
        const canary = optionalObject(body, 'canarySettings');
        const deployment = createDeployment(api, {
          id: control.random.hex(ID_LENGTH),
          description: optionalText(body, 'description') ?? '',
          stageName: optionalText(body, 'stageName'),
          // `description` is the deployment's own; the stage's is called `stageDescription` here.
          stage: readFields({ ...body, description: body['stageDescription'] }, STAGE_FIELDS),
          canary: canary === undefined ? undefined : readCanary(canary),
        });
        return jsonReply(201, showDeployment(deployment, false));
      },
    },
    {
      method: 'GET',
      path: DEPLOYMENTS,
      serve(call) {
        const { deployments } = findApi(control, call);
        return listReply(
          deployments.toReversed().map((deployment) => showDeployment(deployment, false)),
          call.query,
        );
      },
    },
    {
      method: 'GET',
      path: DEPLOYMENT,
      serve(call) {
        const deployment = getDeployment(findApi(control, call), call.path('deploymentId'));
        return jsonReply(200, showDeployment(deployment, call.query.getAll('embed').join() === 'apisummary'));
      },
    },
    {
      method: 'PATCH',
      path: DEPLOYMENT,
      serve(call) {
        const api = findApi(control, call);
        const { compiled, description } = getDeployment(api, call.path('deploymentId'));
        const operations = parsePatch(call.body, 'updateDeploymentInput');
        const rules = [
          { path: '/description', on: { replace: (_: string, { value }: { value: string }) => value } },
        ];
        api.describeDeployment(
          compiled.id,
          applyPatch(description, operations, rules, listingRefusal(['/description'])),
        );
        return jsonReply(200, showDeployment(getDeployment(api, compiled.id), false));
      },
    },
    {
      method: 'DELETE',
      path: DEPLOYMENT,
      serve(call) {
        deleteDeployment(findApi(control, call), call.path('deploymentId'));
        return emptyReply(202);
      },
    },
  ];
}

function showDeployment(
  { compiled, resources, description, createdAtEpochMs }: DeploymentRecord,
  withSummary: boolean,
): Record<string, unknown> {
  return {
    id: compiled.id,
    ...(description === '' ? {} : { description }),
    createdDate: epochSeconds(createdAtEpochMs),
    ...(withSummary ? { apiSummary: summarise(resources) } : {}),
  };
}

/** Path → verb → what AWS tells of a method in a deployment. */
function summarise({ resources, methods }: ApiResources): Record<string, Record<string, unknown>> {
  const summary: Record<string, Record<string, unknown>> = {};
  for (const { properties } of methods) {
    const path = resources.get(String(properties['ResourceId']))?.path ?? '';
    (summary[path] ??= {})[String(properties['HttpMethod'])] = {
      authorizationType: properties['AuthorizationType'] ?? 'NONE',
      apiKeyRequired: properties['ApiKeyRequired'] === true || properties['ApiKeyRequired'] === 'true',
    };
  }
  return summary;
}
