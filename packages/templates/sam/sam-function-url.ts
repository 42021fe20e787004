/** `FunctionUrlConfig` → the URL of a function or of its alias, and for a public one the permissions that it needs. */
import { isJsonObject } from '../../core/stack/json-values.ts';
import { pick } from './sam-expansion.ts';
import type { Json } from '../../core/stack/model.ts';
import type { RouteTarget, SamExpansion } from './sam-expansion.ts';

const MEMBERS = ['AuthType', 'Cors', 'InvokeMode'];

export function expandFunctionUrl(
  expansion: SamExpansion,
  logicalId: string,
  config: Json | undefined,
  { name }: Extract<RouteTarget, { readonly kind: 'function' }>,
): void {
  if (config === undefined) return;
  if (!isJsonObject(config)) expansion.fail(logicalId, 'FunctionUrlConfig must be a map');
  const stranger = Object.keys(config).find((member) => !MEMBERS.includes(member));
  if (stranger !== undefined) expansion.fail(logicalId, `FunctionUrlConfig has no member ${stranger}`);
  expansion.make(logicalId, `${logicalId}Url`, 'AWS::Lambda::Url', {
    TargetFunctionArn: name,
    ...pick(config, MEMBERS),
  });
  if (config['AuthType'] !== 'NONE') return;
  const permission = { FunctionName: name, Principal: '*' };
  expansion.make(logicalId, `${logicalId}UrlPublicPermissions`, 'AWS::Lambda::Permission', {
    ...permission,
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  });
  expansion.make(logicalId, `${logicalId}URLInvokeAllowPublicAccess`, 'AWS::Lambda::Permission', {
    ...permission,
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  });
}
