import { stringify } from 'yaml';
import { badRequest } from '../../control-error.ts';
import { getV2Deployment, getV2Stage } from '../../edits/edit-v2.ts';
import { exportHttpApi } from '../../export/export-http-api.ts';
import { API, findV2Api, isoTime } from './v2-wire.ts';
import type { ApiResources, ApiState } from '../../api-state.ts';
import type { RestControl } from '../rest/wire-api.ts';
import type { WireCall, WireRoute } from '../rest/wire-router.ts';

/** The version of AWS's document format for HTTP APIs. There is only one version. */
const ALGORITHM = '1.0';

export function v2ExportRoutes(control: RestControl): readonly WireRoute[] {
  return [
    {
      method: 'GET',
      path: `${API}/exports/{specification}`,
      serve(call) {
        const api = findV2Api(control, call);
        const outputType = readExportFormat(call, api);
        const stageName = call.query.get('stageName') ?? undefined;
        const { resources, epochMs } = readExported(api, stageName);
        const document = exportHttpApi(api.identity, resources, {
          stageName,
          version: isoTime(epochMs),
          withExtensions: call.query.get('includeExtensions') !== 'false',
        });
        const isYaml = outputType === 'YAML';
        return {
          status: 200,
          headers: ['Content-Type', isYaml ? 'application/yaml' : 'application/json'],
          body: isYaml ? stringify(document) : JSON.stringify(document, null, 2),
        };
      },
    },
  ];
}

/**
 * Reads the export format.
 * @throws ControlError for anything that AWS does not export
 */
function readExportFormat({ path, query }: WireCall, { identity }: ApiState): 'JSON' | 'YAML' {
  if (identity.protocol !== 'http') throw badRequest('Export is supported for HTTP APIs only');
  if (path('specification').toUpperCase() !== 'OAS30')
    throw badRequest('Invalid specification. Must be one of: [OAS30]');
  const version = query.get('exportVersion') ?? ALGORITHM;
  if (version !== ALGORITHM) throw badRequest(`Invalid export version. Must be one of: [${ALGORITHM}]`);
  const outputType = query.get('outputType');
  if (outputType === 'JSON' || outputType === 'YAML') return outputType;
  throw badRequest('Invalid output type. Must be one of: [JSON, YAML]');
}

function readExported(
  api: ApiState,
  stageName: string | undefined,
): { readonly resources: ApiResources; readonly epochMs: number } {
  if (stageName === undefined) return { resources: api.resources, epochMs: api.createdAtEpochMs };
  const { deploymentId } = getV2Stage(api, stageName).settings;
  const { resources, createdAtEpochMs } = getV2Deployment(api, deploymentId);
  return { resources, epochMs: createdAtEpochMs };
}
