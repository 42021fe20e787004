/**
 * An AWS account, with the credentials that the AWS SDK finds. Everything that a run creates has a prefix, is written
 * to a journal and is removed. `AWS_ENDPOINT_URL` or `--endpoint` sends the same calls to another endpoint that offers
 * AWS's APIs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openSdkTarget } from '../play/control-target.ts';
import { makeRole, removeRole, roleNameOf } from '../account/function-role.ts';
import { Journal } from '../account/journal.ts';
import { ownNames, PREFIX } from '../account/own-names.ts';
import { makePace } from '../account/pace.ts';
import { elementOf, query } from '../account/signed-query.ts';
import { isControlCase } from '../schema/read-cases.ts';
import { findLack } from './case-needs.ts';
import { fillUrl, openPlace } from './endpoint.ts';
import { LACKS_OF_ENDPOINTS } from './url.ts';
import { NotAsked } from '../play/not-asked.ts';
import type { QueryAccess } from '../account/signed-query.ts';
import type { SdkCredentials } from '../play/client.ts';
import type { SdkTarget } from '../play/control-target.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { Need } from './case-needs.ts';
import type { Target, TargetOptions } from './target.ts';

/**
 * Duration of the wait after a deployment. A deployment and the permission of a new role take effect only after a few
 * seconds.
 */
const SETTLE_MS = 8_000;
const ROLE_MS = 10_000;

const OUT_OF_REACH = 'AWS cannot reach a server on this machine';
/** Needs of cases that the runner cannot meet with an AWS account, each with the reason. */
const LACKS_OF_AWS: ReadonlyMap<Need, string | undefined> = new Map([
  ...LACKS_OF_ENDPOINTS,
  ['backend', OUT_OF_REACH],
  ['awsBackend', OUT_OF_REACH],
  ['events', OUT_OF_REACH],
  ['issuer', OUT_OF_REACH],
  ['management', OUT_OF_REACH],
  ['stack', 'on AWS, the runner creates only APIs, their keys, functions and queues'],
  ['waf', 'AWS bills web ACLs by the month, so the runner does not create any'],
]);

/**
 * Calls that are never made, because they change the whole account or create resources that cannot be found and removed
 * by name.
 */
const NOT_CALLED = new Set([
  'CreateDomainName',
  'CreateVpcLink',
  'GenerateClientCertificate',
  'ImportApiKeys',
  'UpdateAccount',
]);

/** Returns why a case cannot run in an account; undefined means that it can. */
export function lackOfAws(parityCase: AnyCase): string | undefined {
  const calls = isControlCase(parityCase) ? [...parityCase.setup.calls, parityCase.request] : [];
  const found = calls.find(({ call }) => NOT_CALLED.has(call));
  return found === undefined
    ? findLack(parityCase, LACKS_OF_AWS)
    : `the runner never calls ${found.call} on AWS, because the call changes the whole account or creates a resource that cannot be found by name`;
}

export type AwsAccess = QueryAccess & {
  readonly accountId: string;
  readonly target: SdkTarget;
  readonly pace: (call: string) => Promise<void>;
};

/** @throws Error if there are no credentials, or AWS refuses them */
export async function openAccess(options: TargetOptions): Promise<AwsAccess> {
  const { environment, region, invokeUrl } = options;
  const endpoint = (options.endpoint ?? environment['AWS_ENDPOINT_URL'])?.replace(/\/$/, '');
  const credentials = await findCredentials(region);
  const access = { endpoint, region, credentials };
  const identity = await query(access, 'sts', { Action: 'GetCallerIdentity' });
  const accountId = elementOf(identity.text, 'Account');
  if (accountId === undefined)
    throw new Error(`GetCallerIdentity answers ${identity.status}: ${identity.text.slice(0, 200)}`);
  const stages = invokeUrl ?? (endpoint === undefined ? stageUrl(region) : `${endpoint}/{api}/{stage}`);
  const target = openSdkTarget({
    endpoint,
    stageEndpoint: (stage) => fillUrl(stages, stage),
    region,
    accountId,
    credentials,
  });
  // Emulators have no quota of calls, so calls are not delayed.
  const pace = endpoint === undefined ? makePace() : () => Promise.resolve();
  return { ...access, accountId, target, pace };
}

/** Finds credentials as AWS's own tools do: in the environment, profile, container or instance. */
async function findCredentials(region: string): Promise<() => Promise<SdkCredentials>> {
  const { APIGatewayClient } = await import('@aws-sdk/client-api-gateway');
  const { config } = new APIGatewayClient({ region });
  return () => config.credentials();
}

const stageUrl = (region: string): string => `https://{api}.execute-api.${region}.amazonaws.com/{stage}`;

export async function openAws(options: TargetOptions): Promise<Target> {
  const access = await openAccess(options);
  const journal = new Journal(options.workingFolder, options.runId);
  const target = ownNames(access.target, journal, access.pace);
  const { endpoint } = access;
  const isAws = endpoint === undefined;
  const roleName = roleNameOf(journal.runId);
  let role: Promise<string> | undefined;
  return openPlace({
    name: isAws ? 'aws' : `aws at ${endpoint}`,
    version: isAws ? access.region : undefined,
    concurrency: 1,
    cannotAsk: lackOfAws,
    account: {
      target,
      prefix: `${PREFIX}${journal.runId}`,
      role: () => (role ??= openRole(access, roleName, isAws)),
    },
    invokeUrl: options.invokeUrl ?? (isAws ? stageUrl(access.region) : undefined),
    credentials: access.credentials,
    ...(isAws ? { settle: () => delay(SETTLE_MS) } : {}),
    async close() {
      const left = journal.read().left.map(({ call, input }) => `${call} ${JSON.stringify(input)}`);
      const isMade = await role?.then(
        () => true,
        () => false,
      );
      const kept = isMade === true ? await removeRole(access, roleName) : undefined;
      target.close();
      return kept === undefined ? left : [...left, kept];
    },
  });
}

async function openRole(access: AwsAccess, name: string, isAws: boolean): Promise<string> {
  try {
    const arn = await makeRole(access, name);
    if (isAws) await delay(ROLE_MS);
    return arn;
  } catch (error) {
    throw new NotAsked(
      `the execution role of functions cannot be created: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
