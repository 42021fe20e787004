/**
 * Serves every call that the journal records: calls to `apigateway` and `apigatewayv2`, and calls that edit functions'
 * policies.
 */
import { createFunctionPolicies, isPolicyCall } from './lambda/function-policy.ts';
import { createRestApiWire } from './rest/rest-api-wire.ts';
import type { AwsService } from '../../kernel/calls/aws-call.ts';
import type { RestControl } from './rest/wire-api.ts';
import type { ServedApis } from '../served-apis.ts';

export function createEdits(control: RestControl & { readonly apis: ServedApis }): AwsService {
  const { apis } = control;
  const rest = createRestApiWire(control);
  const policies = createFunctionPolicies({
    stacks: () => apis.stacks,
    policies: apis.account.functionPolicies,
  });
  return (call) => (isPolicyCall(call.request.path) ? policies(call) : rest(call));
}
