/**
 * The client SDKs of API Gateway. The list is served. Generating an SDK is refused after all of AWS's checks, because
 * the source of the SDKs belongs to AWS.
 * @see API Gateway API reference, "GetSdk", which lists the types and their parameters
 */
import { badRequest, ControlError, orNotFound } from '../../control-error.ts';
import { getStage } from '../../edits/edit-stages.ts';
import { jsonReply } from '../../../core/api-call.ts';
import { findApi } from './wire-api.ts';
import { listReply } from './wire-router.ts';
import type { RestControl } from './wire-api.ts';
import type { WireRoute } from './wire-router.ts';

type SdkType = { readonly id: string; readonly name: string; readonly parameters: readonly string[] };

const TYPES: readonly SdkType[] = [
  {
    id: 'android',
    name: 'Android',
    parameters: ['groupId', 'artifactId', 'artifactVersion', 'invokerPackage'],
  },
  { id: 'java', name: 'Java SDK', parameters: ['serviceName', 'javaPackageName'] },
  { id: 'javascript', name: 'JavaScript', parameters: [] },
  { id: 'objectivec', name: 'iOS (Objective-C)', parameters: ['classPrefix'] },
  { id: 'ruby', name: 'Ruby', parameters: [] },
  { id: 'swift', name: 'iOS (Swift)', parameters: ['classPrefix'] },
];

export function sdkRoutes(control: RestControl): readonly WireRoute[] {
  return [
    { method: 'GET', path: '/sdktypes', serve: ({ query }) => listReply(TYPES.map(show), query) },
    {
      method: 'GET',
      path: '/sdktypes/{sdkTypeId}',
      serve({ path }) {
        const type = TYPES.find(({ id }) => id === path('sdkTypeId'));
        return jsonReply(200, show(orNotFound(type, 'Invalid SDK type identifier specified')));
      },
    },
    {
      method: 'GET',
      path: '/restapis/{restApiId}/stages/{stageName}/sdks/{sdkType}',
      serve(call) {
        getStage(findApi(control, call), call.path('stageName'));
        const type = TYPES.find(({ id }) => id === call.path('sdkType'));
        if (type === undefined)
          throw badRequest(
            `Invalid SDK type specified. Must be one of: [${TYPES.map(({ id }) => id).join(', ')}]`,
          );
        const missing = type.parameters.filter((name) => !call.query.has(name));
        if (missing.length > 0) throw badRequest(`Missing required parameters: [${missing.join(', ')}]`);
        throw new ControlError(
          'NotImplementedException',
          `GetSdk is not supported here, because only AWS generates the ${type.name} SDK; use GetExport and a generator for OpenAPI documents`,
        );
      },
    },
  ];
}

function show({ id, name, parameters }: SdkType): object {
  const configurationProperties = parameters.map((parameter) => ({
    name: parameter,
    friendlyName: parameter,
    required: true,
  }));
  return { id, friendlyName: name, configurationProperties };
}
