import { badRequest, notFound } from '../../control-error.ts';
import { refuseMapped } from '../../domains/edit-domains.ts';
import {
  AUTO_DEPLOYED,
  changeV2Stage,
  createV2Deployment,
  createV2Stage,
  deleteV2Deployment,
  getV2Deployment,
  getV2Stage,
  isAutomatic,
} from '../../edits/edit-v2.ts';
import { isTrue, mapOf, without } from '@gatewright/aws/json-object';
import { isQuickCreated } from '../../../core/stack/quick-create.ts';
import { V2_TYPES } from '../../resource-types/v2-types.ts';
import { mergeFields, readFields, showFields } from '../rest/field-table.ts';
import { emptyReply } from '../rest/wire-router.ts';
import { optionalText, requiredText } from '../rest/wire-shape.ts';
import { API, findV2Api, isoTime, refuseUnenforced, v2Collection } from './v2-wire.ts';
import type { ApiState, DeploymentRecord, StageRecord } from '../../api-state.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

const STAGE_FIELDS = V2_TYPES['AWS::ApiGatewayV2::Stage'].fields;
const STAGES = `${API}/stages`;
const STAGE = `${STAGES}/{stageName}`;
const DEPLOYMENTS = `${API}/deployments`;
const DEPLOYMENT = `${DEPLOYMENTS}/{deploymentId}`;
const TYPE = 'AWS::ApiGatewayV2::Stage';

export function v2StageRoutes(control: RestControl): readonly WireRoute[] {
  return [...stageRoutes(control), ...settingRoutes(control), ...deploymentRoutes(control)];
}

function stageRoutes(control: RestControl): readonly WireRoute[] {
  return v2Collection({
    all: STAGES,
    one: STAGE,
    show: showStage,
    create(call) {
      const api = findV2Api(control, call);
      const name = requiredText(call.body, 'stageName');
      const properties = readFields(call.body, STAGE_FIELDS);
      refuseUnenforced(TYPE, properties);
      createV2Stage(api, name, properties, control);
      return getV2Stage(api, name);
    },
    list: (call) => findV2Api(control, call).stages,
    get: (call) => findStage(findV2Api(control, call), call),
    change(call) {
      const api = findV2Api(control, call);
      const { name, source } = findStage(api, call).settings;
      const { description, ...others } = call.body;
      // An empty description does not change a stage, but it does change an API (go-to-k/cdk-real-drift#1031).
      const body = description === '' ? others : call.body;
      const properties = mergeFields(source.properties, body, STAGE_FIELDS);
      if (isTrue(properties['AutoDeploy']) && optionalText(body, 'deploymentId') !== undefined)
        throw badRequest(AUTO_DEPLOYED);
      refuseUnenforced(TYPE, properties);
      changeV2Stage(api, name, properties, control);
      return getV2Stage(api, name);
    },
    remove(call) {
      const api = findV2Api(control, call);
      const { name } = findStage(api, call).settings;
      refuseMapped(control.apis.domains, api.identity, name);
      api.removeStage(name);
    },
  });
}

function settingRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'DELETE',
      path: `${STAGE}/accesslogsettings`,
      serve(call) {
        const api = findV2Api(control, call);
        const { name, source } = findStage(api, call).settings;
        changeV2Stage(api, name, without(source.properties, 'AccessLogSettings'), control);
        return emptyReply(204);
      },
    },
    {
      method: 'DELETE',
      path: `${STAGE}/routesettings/{routeKey}`,
      serve(call) {
        const api = findV2Api(control, call);
        const { name, source } = findStage(api, call).settings;
        const settings = mapOf(source.properties, 'RouteSettings');
        if (!Object.hasOwn(settings, call.path('routeKey')))
          throw notFound(`Unable to find route settings for ${call.path('routeKey')}`);
        const RouteSettings = without(settings, call.path('routeKey'));
        changeV2Stage(api, name, { ...source.properties, RouteSettings }, control);
        return emptyReply(204);
      },
    },
    {
      method: 'DELETE',
      path: `${STAGE}/cache/authorizers`,
      serve(call) {
        const { apis } = control;
        const [apiId, stageName] = [call.path('apiId'), call.path('stageName')];
        const api = apis.state(apiId);
        if (api?.identity.protocol !== 'http') throw notFound(`Invalid API identifier specified ${apiId}`);
        const { name } = getV2Stage(api, stageName).settings;
        apis.account.flushAuthorizers(apiId, name);
        return emptyReply(204);
      },
    },
  ];
}

function deploymentRoutes(control: RestControl): readonly WireRoute[] {
  return v2Collection({
    all: DEPLOYMENTS,
    one: DEPLOYMENT,
    show: showDeployment,
    create(call) {
      const stageName = optionalText(call.body, 'stageName');
      const description = optionalText(call.body, 'description') ?? '';
      const options = { description, stageName: stageName === '' ? undefined : stageName };
      return createV2Deployment(findV2Api(control, call), options, control);
    },
    list: (call) => findV2Api(control, call).deployments,
    get: (call) => getV2Deployment(findV2Api(control, call), call.path('deploymentId')),
    change(call) {
      const api = findV2Api(control, call);
      const { compiled } = getV2Deployment(api, call.path('deploymentId'));
      const description = optionalText(call.body, 'description');
      if (description !== undefined) api.describeDeployment(compiled.id, description);
      return getV2Deployment(api, compiled.id);
    },
    remove(call) {
      deleteV2Deployment(findV2Api(control, call), call.path('deploymentId'));
    },
  });
}

function findStage(api: ApiState, { path }: WireCall): StageRecord {
  return getV2Stage(api, path('stageName'));
}

function showStage({ settings, deploymentMessage, createdAtEpochMs, updatedAtEpochMs }: StageRecord): object {
  const { name, source, deploymentId } = settings;
  return {
    stageName: name,
    apiGatewayManaged: isQuickCreated(source.logicalId) || undefined,
    defaultRouteSettings: { detailedMetricsEnabled: false },
    routeSettings: {},
    stageVariables: {},
    tags: {},
    ...showFields(source.properties, STAGE_FIELDS),
    // A stage that does not deploy automatically has no member `autoDeploy` (AWS CLI reference, create-stage and
    // get-stages).
    autoDeploy: isTrue(source.properties['AutoDeploy']) || undefined,
    ...(deploymentId === '' ? {} : { deploymentId }),
    lastDeploymentStatusMessage: deploymentMessage,
    createdDate: isoTime(createdAtEpochMs),
    lastUpdatedDate: isoTime(updatedAtEpochMs),
  };
}

function showDeployment(record: DeploymentRecord): object {
  const { compiled, description, createdAtEpochMs } = record;
  return {
    deploymentId: compiled.id,
    autoDeployed: isAutomatic(record),
    deploymentStatus: 'DEPLOYED',
    createdDate: isoTime(createdAtEpochMs),
    description: description || undefined,
  };
}
