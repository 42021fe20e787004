/**
 * Reads facts about a deployed API that its own configuration does not contain. They are its functions and their
 * permissions. The sources of the functions are not available for a deployed API.
 */
import { isJsonObject, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { listAt, textAt } from '../../terminal/aws-call.ts';
import { apiArnOf, mayCall } from '../attach/authorizer-function.ts';
import { PlaneError } from '../attach/control-plane.ts';
import type { ControlPlane } from '../attach/control-plane.ts';
import type { Unread } from './finding.ts';
import type { Surroundings } from './read-api-view.ts';

/**
 * Returns the functions that read these facts.
 * @param unread facts that could not be read are added to this list
 */
export function surroundingsIn(plane: ControlPlane, unread: Unread[]): Surroundings {
  const asked = new Map<string, Promise<unknown>>();
  const ask = (
    functionName: string,
    part: 'configuration' | 'policy',
    permission: string,
  ): Promise<unknown> => {
    const [name = '', qualifier] = functionName.split(':');
    const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/${part}${query}`;
    const known = asked.get(path);
    if (known !== undefined) return known;
    const answer = plane.read('lambda', path).catch((error: unknown) => {
      if (!(error instanceof PlaneError)) throw error;
      unread.push({ what: `function ${functionName}`, reason: error.message, permission });
      return null;
    });
    asked.set(path, answer);
    return answer;
  };
  return {
    async facts(functionName) {
      const found = await ask(functionName, 'configuration', 'lambda:GetFunctionConfiguration');
      const timeout = membersOf(found)['Timeout'];
      return isJsonObject(found)
        ? {
            name: functionName,
            where: `function ${functionName}`,
            sources: [],
            runtime: textAt(found, 'Runtime'),
            timeoutSeconds: typeof timeout === 'number' ? timeout : undefined,
          }
        : undefined;
    },
    async isPermitted(functionName, source, apiId) {
      const found = await ask(functionName, 'configuration', 'lambda:GetFunctionConfiguration');
      const arn = isJsonObject(found) ? textAt(found, 'FunctionArn') : undefined;
      // It is unknown whether the call is permitted if the function is missing or belongs to another account.
      if (arn === undefined) return undefined;
      const answer = await ask(functionName, 'policy', 'lambda:GetPolicy');
      if (answer === null) return undefined;
      const policy = parseJsonObject(textAt(answer, 'Policy') ?? '{}');
      const apiArn = apiArnOf(arn, apiId);
      return listAt(policy, 'Statement').some((one) => isJsonObject(one) && mayCall(one, apiArn, source));
    },
    where: (part, id, more) => `${part} ${part === 'stage' ? id : (more ?? id)}`,
    webAcls: () => [],
  };
}
