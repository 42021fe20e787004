/** Account calls that tools make first, and the role for logs that they set. */
import { badRequest } from '../../control-error.ts';
import { readPatch } from '../../edits/patch.ts';
import { jsonReply } from '../../../core/api-call.ts';
import type { ControlReply } from '../../../core/api-call.ts';
import type { PatchRule } from '../../edits/patch.ts';
import { ACCOUNT_LIMIT } from '../../../core/deployment/stage/throttle.ts';
import type { WireRoute } from './wire-router.ts';

type Settings = {
  /** Logs need no role here, but tools read back what they have set. */
  readonly cloudwatchRoleArn: string | undefined;
};

export function accountRoutes(): readonly WireRoute[] {
  let settings: Settings = { cloudwatchRoleArn: undefined };
  return [
    { method: 'GET', path: '/account', serve: () => show(settings) },
    {
      method: 'PATCH',
      path: '/account',
      serve({ body }) {
        settings = readPatch(body, 'updateAccountInput', RULES)(settings);
        return show(settings);
      },
    },
  ];
}

function show({ cloudwatchRoleArn }: Settings): ControlReply {
  return jsonReply(200, {
    cloudwatchRoleArn,
    apiKeyVersion: '4',
    features: ['UsagePlans'],
    throttleSettings: { burstLimit: ACCOUNT_LIMIT.burstLimit, rateLimit: ACCOUNT_LIMIT.rateLimit },
  });
}

const RULES: readonly PatchRule<Settings>[] = [
  {
    path: '/cloudwatchRoleArn',
    on: {
      replace: (settings, { value }) => ({ ...settings, cloudwatchRoleArn: readRole(value) }),
      remove: (settings) => ({ ...settings, cloudwatchRoleArn: undefined }),
    },
  },
  // Every account has it since 2016; it cannot be removed.
  {
    path: '/features',
    on: {
      add(settings, { value }) {
        if (value !== 'UsagePlans') throw badRequest('Invalid feature. Must be one of: [UsagePlans]');
        return settings;
      },
    },
  },
];

/** An empty text removes it, as in Terraform's destroy. */
function readRole(value: string): string | undefined {
  if (value === '') return undefined;
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value)) return value;
  throw badRequest('The role ARN does not have required permissions set to API Gateway');
}
