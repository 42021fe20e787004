/** Finds the permissions that a role or an API lacked, based on the wording of AWS's error messages. */
import { parseArn } from '@gatewright/aws/arn';
import { spellInPolicy } from '../../core/policy/action-spelling.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

const DENIAL =
  /User: (\S+) is not authorized to perform: ([\w*-]+:[\w*-]+) on resource: "?(\S+?)[,"]?(?: (with an explicit deny|because no)|\s|$)/g;

/** A refusal of AWS that a text contains. The action is spelled as in policies. */
type Denial = {
  /** The role or user, such as `orders-role`. */
  readonly name: string;
  readonly isUser: boolean;
  /**
   * The name of the role's session; for a call by a Lambda function, this is the name of the function. Empty for a
   * user.
   */
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly isExplicit: boolean;
};

/** Searches an error message or a function's output. Each denial is returned once. */
export function findDenials(texts: readonly string[]): readonly Denial[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(DENIAL)].map(([, who = '', action = '', shown = '', how = '']): Denial => {
      const resource = completeResource(shown, who);
      const [, kind, name = who, caller = ''] =
        /:(assumed-role|role|user)\/([^/]+)(?:\/(.+))?/.exec(who) ?? [];
      const isUser = kind === 'user' || kind === undefined;
      return {
        name,
        isUser,
        caller,
        action: spellInPolicy(action),
        resource,
        isExplicit: how.startsWith('with'),
      };
    }),
  );
  return [...new Map(found.map((denial) => [JSON.stringify(denial), denial])).values()];
}

/**
 * Returns the resource with the caller's account id, if the message shows only its last digits, and with `*` in place
 * of the literal text `{connectionId}`, which the message has instead of the id (docs/aws §11.5).
 */
function completeResource(shown: string, who: string): string {
  const accountId = parseArn(who)?.accountId ?? '';
  const [, end = ''] = /:\*+(\d{4}):/.exec(shown) ?? [];
  const isOwn = end !== '' && accountId.endsWith(end);
  return (isOwn ? shown.replace(/:\*+\d{4}:/, `:${accountId}:`) : shown).replace('{connectionId}', '*');
}

/** Returns the key of a denial in `Circumstances.statements`. */
export function keyOf({ name, action, resource }: Denial): string {
  return `${name} ${action} ${resource}`;
}

/** @param statements what to write for a denial, if the role belongs to a loaded stack */
export function findMissingRights(
  texts: readonly string[],
  statements: Readonly<Record<string, string>> = {},
): Reason {
  const denials = findDenials(texts);
  return {
    because: denials.flatMap((denial) => [
      denial.isExplicit
        ? `A policy of ${who(denial)} denies ${denial.action} on ${denial.resource}; a Deny overrides every Allow.`
        : `No policy of ${who(denial)} allows ${denial.action} on ${denial.resource}.`,
      ...(mayHideMissing(denial)
        ? [
            'S3 tells only callers with s3:ListBucket on the bucket that an object does not exist. To all other callers, it denies access to such an object.',
          ]
        : []),
    ]),
    changes: denials.flatMap((denial) => {
      const { action, resource } = denial;
      if (denial.isExplicit)
        return [
          `Remove the statement that denies ${action} on ${resource} from the policies of ${who(denial)}.`,
        ];
      const grant =
        statements[keyOf(denial)] ??
        `Add to the policies of ${who(denial)}: ${JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource })}.`;
      return mayHideMissing(denial)
        ? [
            'If the call reads an object, name an object that exists, or upload it first. The call then needs only s3:GetObject.',
            `To get 404 NoSuchKey for an object that does not exist, or to list the bucket, ${grant.charAt(0).toLowerCase()}${grant.slice(1)}`,
          ]
        : [grant];
    }),
  };
}

/** S3 names this right, too, when it denies the read of an object that does not exist. */
function mayHideMissing({ action, isExplicit }: Denial): boolean {
  return action === 's3:ListBucket' && !isExplicit;
}

function who({ name, isUser }: Denial): string {
  if (name.startsWith('arn:')) return name;
  return `${isUser ? 'the user' : 'the role'} ${name}`;
}

/**
 * Explains that the API, or its authorizer, is not allowed to invoke a function.
 * @param text the wording of the refusal
 * @param source what follows the account in the ARN of the calls
 * @param invoked the function, or the alias or version whose own policy must permit the call
 */
export function explainMissingPermission(
  { failure = '', permission }: Pick<Circumstances, 'failure' | 'permission'>,
  invoked: string | undefined,
  source: string,
): Reason {
  const name = invoked ?? 'the function';
  const { change, because, permitted = [], elsewhere = [] } = permission ?? {};
  const fault = because === undefined ? findSourceFault(source, permitted) : undefined;
  return {
    because: [
      `The policy of ${name} does not allow this API to invoke it: ${failure.replace(/\.$/, '')}.`,
      ...(permitted.length === 0 ? [] : [`Its permissions are for other sources: ${permitted.join('; ')}.`]),
      ...(because === undefined ? [] : [because]),
      ...(fault === undefined ? [] : [fault.because]),
      ...(elsewhere.length === 0 ? [] : [`${elsewhere.join('; ')}: an alias or version has its own policy.`]),
    ],
    changes: [
      fault?.change ??
        change ??
        `Add an AWS::Lambda::Permission for ${name} (aws lambda add-permission) with Principal apigateway.amazonaws.com and SourceArn arn:aws:execute-api:REGION:ACCOUNT:${source}, with the region and account of the API; no deployment is needed.`,
    ],
  };
}

/**
 * Finds a permission that was meant for the call, but whose source ARN has one part too many, or has no part after the
 * API id.
 */
function findSourceFault(
  source: string,
  permitted: readonly string[],
): { readonly because: string; readonly change: string } | undefined {
  const [apiId = '', first, ...rest] = source.split('/');
  const short = permitted.find((one) => one.endsWith(`:${apiId}`));
  if (short !== undefined)
    return {
      because:
        'A source ARN that ends with the API id covers no call, because a call also names a stage and a route.',
      change: `Write /* after the source ARN of ${short.replace(/ for \S+$/, '')}.`,
    };
  // The source of $default, $connect or a message is the stage and the route key.
  const long =
    rest.length === 1 && first !== 'authorizers'
      ? permitted.find((one) => one.includes(`:${apiId}/`) && /\/\*\/\*\/[^/]+$/.test(one))
      : undefined;
  return long === undefined
    ? undefined
    : {
        because:
          'For this API, the source ARN of a call ends with the stage and the route key, so a source ARN with three parts after the API id (stage, method, path) never matches it.',
        change: `End the source ARN of ${long.replace(/ for \S+$/, '')} with /*/${rest[0] ?? ''} for this route, or with /*/* for every route.`,
      };
}
