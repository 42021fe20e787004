import { stringify } from 'yaml';
import { badRequest } from '../../control-error.ts';
import { getDeployment, getStage } from '../../edits/edit-stages.ts';
import { exportDocumentation } from '../../export/documentation.ts';
import { exportOpenApi } from '../../export/export-openapi.ts';
import { textOf } from '@gatewright/aws/json-object';
import { findApi } from './wire-api.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

export function exportRoutes(control: RestControl): readonly WireRoute[] {
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
        const version = `${new Date(createdAtEpochMs).toISOString().slice(0, 19)}Z`;
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
            // Always a download, as in AWS.
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
