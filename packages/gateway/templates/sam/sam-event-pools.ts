/** `Cognito` events: triggers of a user pool (SAM developer guide, "Cognito" of functions). */
import { isJsonList, isJsonObject } from '@gatewright/aws/json-object';
import { allowSource, required, requiredRef, type SamEvent } from './sam-event.ts';
import type { SamExpansion } from './sam-expansion.ts';

export function notePool(expansion: SamExpansion, event: SamEvent): void {
  const { ownerId, eventName, arn } = event;
  const poolId = requiredRef(expansion, event, 'UserPool', 'user pool');
  const trigger = required(expansion, event, 'Trigger');
  // One for all pools of a function, in SAM as well; the last one counts.
  const permission = `${ownerId}CognitoPermission`;
  if (expansion.origins.get(permission) === ownerId) expansion.resources.delete(permission);
  allowSource(expansion, { ...event, id: `${ownerId}Cognito` }, 'cognito-idp.amazonaws.com', {
    SourceArn: { 'Fn::GetAtt': [poolId, 'Arn'] },
  });
  expansion.changes.push({
    ownerId,
    eventName,
    resourceId: poolId,
    type: 'AWS::Cognito::UserPool',
    change: (pool) => {
      const config = pool['LambdaConfig'] ?? {};
      if (!isJsonObject(config)) return expansion.fail(poolId, 'LambdaConfig must be a map');
      const names = (isJsonList(trigger) ? trigger : [trigger]).map(String);
      const known = names.find((name, index) => Object.hasOwn(config, name) || names.indexOf(name) < index);
      if (known !== undefined)
        return expansion.fail(
          ownerId,
          `event ${eventName}: Cognito trigger "${known}" defined multiple times.`,
        );
      const added = Object.fromEntries(names.map((name) => [name, arn]));
      return { ...pool, LambdaConfig: { ...config, ...added } };
    },
  });
}
