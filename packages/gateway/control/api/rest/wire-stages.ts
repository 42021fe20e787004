import { changeStage, createStage, getStage } from '../../edits/edit-stages.ts';
import { refuseMapped } from '../../domains/edit-domains.ts';
import { readPatch } from '../../edits/patch.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { readFields } from './field-table.ts';
import { STAGE_RULES, stageRefusal } from './stage-patch.ts';
import { readCanary, showStage, STAGE_FIELDS } from './stage-shape.ts';
import { findApi } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { emptyReply } from './wire-router.ts';
import { tagList } from '../../loading/tag-list.ts';
import { optionalObject, requiredText, textMap } from './wire-shape.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

const STAGES = '/restapis/{restApiId}/stages';
const STAGE = `${STAGES}/{stageName}`;

export function stageRoutes(control: RestControl): readonly WireRoute[] {
  return [...plainStageRoutes(control), ...flushRoutes(control)];
}

function plainStageRoutes(control: RestControl): readonly WireRoute[] {
  return [
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
    ...collectionRoutes({
      all: STAGES,
      one: STAGE,
      show: showStage,
      create(call) {
        const api = findApi(control, call);
        const name = requiredText(call.body, 'stageName');
        const canary = optionalObject(call.body, 'canarySettings');
        createStage(api, name, {
          ...readFields(call.body, STAGE_FIELDS),
          Tags: tagList(textMap(call.body, 'tags')),
          DeploymentId: requiredText(call.body, 'deploymentId'),
          ...(canary === undefined ? {} : { CanarySetting: readCanary(canary) }),
        });
        return getStage(api, name);
      },
      get: (call) => getStage(findApi(control, call), call.path('stageName')),
      change(call) {
        const api = findApi(control, call);
        const { name, source } = getStage(api, call.path('stageName')).settings;
        const patch = readPatch(call.body, 'updateStageInput', STAGE_RULES, stageRefusal);
        changeStage(api, name, patch(source.properties));
        return getStage(api, name);
      },
      remove(call) {
        const api = findApi(control, call);
        const { name } = getStage(api, call.path('stageName')).settings;
        refuseMapped(control.apis.domains, api.identity, name);
        api.removeStage(name);
      },
    }),
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
        control.apis.account.stageMemory(api.identity.apiId, name).stageCache.flush();
        return emptyReply(202);
      },
    },
  ];
}
