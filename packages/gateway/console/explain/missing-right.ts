/** Finds the permissions that a role or an API lacked, based on the wording of AWS's error messages. */
import type { Reason } from './reason.ts';

const DENIAL =
  /User: (\S+) is not authorized to perform: ([\w*-]+:[\w*-]+) on resource: (\S+?)[,"]? (with an explicit deny|because no)/g;

/** Searches an error message or a function's output. Each denial is returned once. */
export function findMissingRights(texts: readonly string[]): Reason {
  const known = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(DENIAL)].map(([, who = '', action = '', resource = '', how = '']) =>
        JSON.stringify([roleOf(who), action, resource, how.startsWith('with')]),
      ),
    ),
  );
  const denials = [...known].map((text) => JSON.parse(text) as [string, string, string, boolean]);
  return {
    because: denials.map(([role, action, resource, isExplicit]) =>
      isExplicit
        ? `A policy of ${role} denies ${action} on ${resource}; a Deny overrides every Allow.`
        : `No policy of ${role} allows ${action} on ${resource}.`,
    ),
    changes: denials.map(([role, action, resource, isExplicit]) =>
      isExplicit
        ? `Remove the statement that denies ${action} on ${resource} from the policies of ${role}.`
        : `Add to the policies of ${role}: ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource })}.`,
    ),
  };
}

/**
 * Explains that the API, or its authorizer, is not allowed to invoke a function. @param text the wording of the refusal
 */
export function explainMissingPermission(text: string, functionName: string | undefined): Reason {
  const name = functionName ?? 'the function';
  return {
    because: [`The policy of ${name} does not allow this API to invoke it: ${text.replace(/\.$/, '')}.`],
    changes: [
      `Add an AWS::Lambda::Permission for ${name} (aws lambda add-permission) with the principal apigateway.amazonaws.com and the ARN of this API as its source; no deployment is needed.`,
    ],
  };
}

/**
 * Returns the role name of an ARN. For `arn:aws:sts::123456789012:assumed-role/orders-role/orders` it is `orders-role`.
 */
function roleOf(arn: string): string {
  const [, kind, name] = /:(assumed-role|role|user)\/([^/]+)/.exec(arn) ?? [];
  return kind === undefined ? arn : `${kind === 'user' ? 'the user' : 'the role'} ${name ?? ''}`;
}
