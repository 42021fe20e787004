/**
 * AWS's own control planes, `apigateway` and, below `/v2`, `apigatewayv2`. Requests see an edit after
 * CreateDeployment has made a deployment and a stage points at it, as in AWS.
 * @see API Gateway API reference; docs/design/control-plane.md lists what is served
 */
import { accountRoutes } from './wire-account.ts';
import { clientCertificateRoutes } from './wire-client-certificates.ts';
import { deploymentRoutes } from './wire-deployments.ts';
import { documentationRoutes } from './wire-documentation.ts';
import { domainRoutes } from './wire-domains.ts';
import { exportRoutes } from './wire-export.ts';
import { gatewayResponseRoutes } from './wire-gateway-responses.ts';
import { keyRoutes } from './wire-keys.ts';
import { methodRoutes } from './wire-methods.ts';
import { planRoutes } from './wire-plans.ts';
import { resourceRoutes } from './wire-resources.ts';
import { restApiRoutes } from './wire-rest-apis.ts';
import { restPartRoutes } from './wire-rest-parts.ts';
import { routeCall } from './wire-router.ts';
import { sdkRoutes } from './wire-sdks.ts';
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
import type { WireRoute } from './wire-router.ts';

export function createRestApiWire(control: RestControl): AwsService {
  const routes = listRoutes(control);
  const reported = new Set<string>();
  return async (call) => {
    const reply = await routeCall(call, routes);
    reportEdits(control, reported);
    return reply;
  };
}

/** Once whenever an API begins to differ from its deployment: the usual reason for "nothing changed". */
function reportEdits(control: RestControl, reported: Set<string>): void {
  for (const { identity, isEdited } of control.apis.all) {
    if (!isEdited) reported.delete(identity.apiId);
    else if (!reported.has(identity.apiId)) {
      reported.add(identity.apiId);
      control.ports.log.write(
        `${identity.name} is edited but not deployed; requests see the edit after CreateDeployment`,
      );
    }
  }
}

function listRoutes(control: RestControl): readonly WireRoute[] {
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
    ...sdkRoutes(control),
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
