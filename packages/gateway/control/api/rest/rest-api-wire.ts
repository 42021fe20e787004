/**
 * Serves AWS's own control planes: `apigateway` and, below `/v2`, `apigatewayv2`. As on AWS, requests use an edit of a
 * REST API only after CreateDeployment has created a deployment and a stage points at it. A stage of apigatewayv2 with
 * AutoDeploy uses an edit at once.
 * @see API Gateway API reference; docs/design/control-plane.md lists what is served
 */
import { clientCertificateRoutes } from './wire-client-certificates.ts';
import { documentationRoutes } from './wire-documentation.ts';
import { domainRoutes } from './wire-domains.ts';
import { gatewayResponseRoutes } from './wire-gateway-responses.ts';
import { keyRoutes } from './wire-keys.ts';
import { methodRoutes } from './wire-methods.ts';
import { planRoutes } from './wire-plans.ts';
import { resourceRoutes } from './wire-resources.ts';
import { restApiRoutes } from './wire-rest-apis.ts';
import { restPartRoutes } from './wire-rest-parts.ts';
import { routeCall } from './wire-router.ts';
import { stageRoutes } from './wire-stages.ts';
import { testInvokeRoutes } from './wire-test-invoke.ts';
import { usageRoutes } from './wire-usage.ts';
import { tagRoutes } from '../v2/wire-tags.ts';
import { vpcLinkRoutes } from '../v2/wire-vpc-links.ts';
import { v2DomainRoutes } from '../v2/wire-v2-domains.ts';
import { v2ApiRoutes } from '../v2/wire-v2-apis.ts';
import { v2ExportRoutes } from '../v2/wire-v2-export.ts';
import { partRoutes } from '../v2/wire-v2-parts.ts';
import { v2StageRoutes } from '../v2/wire-v2-stages.ts';
import type { AwsService } from '../../../kernel/calls/aws-call.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute, WireCall } from './wire-router.ts';
import { badRequest } from '../../control-error.ts';
import { readPatch, listingRefusal } from '../../edits/patch.ts';
import { jsonReply } from '../../../core/api-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { PatchRule } from '../../edits/patch.ts';
import { ACCOUNT_LIMIT } from '../../../core/deployment/stage/throttle.ts';
import { createDeployment, deleteDeployment, getDeployment, getStage } from '../../edits/edit-stages.ts';
import { isTrue, textOf } from '@gatewright/aws/json-object';
import { readFields } from './field-table.ts';
import { readCanary, STAGE_FIELDS } from './stage-shape.ts';
import { findApi } from './wire-api.ts';
import { collectionRoutes } from './wire-collection.ts';
import { epochSeconds, optionalObject, optionalText } from './wire-shape.ts';
import type { ApiResources, DeploymentRecord } from '../../api-state.ts';
import type { DeploymentOptions } from '../../edits/edit-stages.ts';
import { stringify } from 'yaml';
import { exportDocumentation } from '../../export/documentation.ts';
import { exportOpenApi } from '../../export/export-openapi.ts';

export function createRestApiWire(control: RestControl): AwsService {
  const routes = listRoutes(control);
  const reported = new Set<string>();
  return async (call) => {
    const reply = await routeCall(call, routes);
    reportEdits(control, reported);
    return reply;
  };
}

/**
 * Logs a message each time an API begins to differ from its deployment. A missing deployment is the most common reason
 * why an edit has no effect ("nothing changed").
 */
function reportEdits(control: RestControl, reported: Set<string>): void {
  for (const { identity, isEdited, served } of control.apis.all) {
    // An API without a stage is assumed to be in the process of being created, call by call.
    if (!isEdited || served.stages.size === 0) reported.delete(identity.apiId);
    else if (!reported.has(identity.apiId)) {
      reported.add(identity.apiId);
      control.ports.log.write(
        `${identity.name} was edited but not deployed; the edit affects requests only after CreateDeployment`,
      );
    }
  }
}

/** Returns the routes of all calls that are served. */
export function listRoutes(control: RestControl): readonly WireRoute[] {
  const { apis, random } = control;
  const { account } = apis;
  const hasStage = (apiId: string, stageName: string): boolean => {
    const api = apis.state(apiId);
    return api !== undefined && api.identity.protocol !== 'http' && api.served.stages.has(stageName);
  };
  return [
    ...accountRoutes(),
    ...keyRoutes(account, random),
    ...planRoutes(account, random, hasStage),
    ...usageRoutes(account),
    ...clientCertificateRoutes(control),
    ...domainRoutes(control),
    ...restApiRoutes(control),
    ...resourceRoutes(control),
    ...methodRoutes(control),
    ...restPartRoutes(control),
    ...gatewayResponseRoutes(control),
    ...documentationRoutes(control),
    ...stageRoutes(control),
    ...deploymentRoutes(control),
    ...testInvokeRoutes(control),
    ...exportRoutes(control),
    ...v2ApiRoutes(control),
    ...partRoutes(control),
    ...v2StageRoutes(control),
    ...v2ExportRoutes(control),
    ...v2DomainRoutes(control),
    ...vpcLinkRoutes(control),
    ...tagRoutes(control),
  ];
}

/** The account settings that API calls can change. */
type Settings = {
  /** The role for logs. The gateway does not need it, but tools read back the role that they set. */
  readonly cloudwatchRoleArn: string | undefined;
};

function accountRoutes(): readonly WireRoute[] {
  let settings: Settings = { cloudwatchRoleArn: undefined };
  return [
    { method: 'GET', path: '/account', serve: () => show(settings) },
    {
      method: 'PATCH',
      path: '/account',
      serve({ body }) {
        settings = readPatch(body, 'updateAccountInput', RULES)(settings);
        return show(settings);
      },
    },
  ];
}

function show({ cloudwatchRoleArn }: Settings): ControlReply {
  return jsonReply(200, {
    cloudwatchRoleArn,
    apiKeyVersion: '4',
    features: ['UsagePlans'],
    throttleSettings: { burstLimit: ACCOUNT_LIMIT.burstLimit, rateLimit: ACCOUNT_LIMIT.rateLimit },
  });
}

const RULES: readonly PatchRule<Settings>[] = [
  {
    path: '/cloudwatchRoleArn',
    on: {
      replace: (settings, { value }) => ({ ...settings, cloudwatchRoleArn: readRole(value) }),
      remove: (settings) => ({ ...settings, cloudwatchRoleArn: undefined }),
    },
  },
  // Every account has had the feature `UsagePlans` since 2016, and the feature cannot be removed.
  {
    path: '/features',
    on: {
      add(settings, { value }) {
        if (value !== 'UsagePlans') throw badRequest('Invalid feature. Must be one of: [UsagePlans]');
        return settings;
      },
    },
  },
];

/** Reads a role. An empty text removes the role, as in `terraform destroy`. */
function readRole(value: string): string | undefined {
  if (value === '') return undefined;
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value)) return value;
  throw badRequest('The role ARN does not have required permissions set to API Gateway');
}

const DEPLOYMENTS = '/restapis/{restApiId}/deployments';
const DEPLOYMENT = `${DEPLOYMENTS}/{deploymentId}`;
const ID_LENGTH = 6;

const DESCRIPTION: readonly PatchRule<string>[] = [
  { path: '/description', on: { replace: (_, { value }) => value } },
];

function deploymentRoutes(control: RestControl): readonly WireRoute[] {
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
    // In this call, `description` is the description of the deployment. The stage's description is called
    // `stageDescription`.
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

/** Maps each path to its methods, and each method to AWS's summary of it in a deployment. */
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

function exportRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: '/restapis/{restApiId}/stages/{stageName}/exports/{exportType}',
      serve(call) {
        const api = findApi(control, call);
        const { settings } = getStage(api, call.path('stageName'));
        const { resources, createdAtEpochMs } = getDeployment(api, settings.deploymentId);
        const kind = call.path('exportType');
        if (kind !== 'oas30' && kind !== 'swagger')
          throw badRequest('Invalid export type specified. Must be one of: [oas30, swagger]');
        // An API that was imported keeps the version of its document [obs].
        const version =
          textOf(resources.api.properties, 'Version') ||
          `${new Date(createdAtEpochMs).toISOString().slice(0, 19)}Z`;
        const extensions = (call.query.get('extensions') ?? '').split(',');
        const wantsDocumentation = extensions.includes('documentation') || extensions.includes('apigateway');
        const documented = textOf(settings.source.properties, 'DocumentationVersion');
        const document = exportOpenApi(api.identity, resources, {
          kind,
          stageName: settings.name,
          version,
          withIntegrations: extensions.includes('integrations') || extensions.includes('apigateway'),
          documentation: wantsDocumentation
            ? exportDocumentation(api.resources.documentation, documented)
            : undefined,
          withAuthorizers: extensions.includes('authorizers') || extensions.includes('apigateway'),
        });
        const isYaml = call.header('accept') === 'application/yaml';
        return {
          status: 200,
          headers: [
            // The response is always a download, as on AWS.
            'Content-Type',
            'application/octet-stream',
            'Content-Disposition',
            `attachment; filename="${kind}_${version}.${isYaml ? 'yaml' : 'json'}"`,
          ],
          body: isYaml ? stringify(document) : JSON.stringify(document, null, 2),
        };
      },
    },
  ];
}
