/** Serves AWS WAF in front of stages of REST APIs and distributions, and its API for SDKs (docs/aws, AWS WAF). */
import { answerWaf } from './api/calls.ts';
import { LockTokens } from './api/lock-tokens.ts';
import { readDefinitions } from './read-stacks.ts';
import { StageGuard } from './stage-guard.ts';
import type { AwsOperation } from '@gatewright/aws/aws-operation';
import { checkTraffic } from './traffic/check-traffic.ts';
import { readTraffic } from './traffic/read-traffic.ts';
import type { ScreenReview, Service, ServicePorts } from '../../kernel/service.ts';
import type { EntityFacts } from './read-entities.ts';
import { readFileSync } from 'node:fs';
import { StartError } from '../../core/errors.ts';
import { Countries, NetworksFileError } from './evaluate/countries.ts';

export function open(ports: ServicePorts): Service {
  const { settings } = ports;
  const guard = new StageGuard(ports);
  const tokens = new LockTokens(ports.random);
  return {
    api: {
      answer({ operation }) {
        if (operation.protocol !== 'json') return undefined;
        return answerWaf(operation.action, operation.input ?? {}, { guard, tokens });
      },
      resourceOf: (operation) => arnOfCall(operation, guard),
    },
    prepare(stacks) {
      // During a reset no stacks are loaded for a while, but the stages must stay guarded.
      if (stacks.isEmpty) return () => undefined;
      const countries = settings.wafNetworks === undefined ? undefined : readCountries(settings.wafNetworks);
      const definitions = readDefinitions(stacks, settings, countries !== undefined);
      return () => guard.replace(definitions, countries);
    },
    screenOf: (stageArn) => guard.screenOf(stageArn),
    reset: () => guard.clear(),
  };
}

/** The member in which each operation expects an ARN; other members must not affect permissions. */
const ARN_MEMBERS: Readonly<Record<string, string>> = {
  GetWebACL: 'ARN',
  GetSampledRequests: 'WebAclArn',
};

/**
 * Returns the ARN of the entity that a call names by ARN or id; undefined if it names none. Policies are evaluated for
 * this ARN.
 */
function arnOfCall(operation: AwsOperation, { definitions }: StageGuard): string | undefined {
  if (operation.protocol !== 'json') return undefined;
  const { action, input = {} } = operation;
  const member = Object.hasOwn(ARN_MEMBERS, action) ? ARN_MEMBERS[action] : undefined;
  const arn = member === undefined ? undefined : input[member];
  if (typeof arn === 'string') return arn;
  const { acls, ipSets } = definitions;
  const all = [acls, ipSets].flatMap((one): readonly EntityFacts[] => [...one.values()]);
  return all.find(({ id }) => id === input['Id'])?.arn;
}

export const review: ScreenReview = {
  findUnjudged: (stacks) => void readDefinitions(stacks, {}, false),
  checkRecords(file, stacks, settings) {
    const countries = settings.wafNetworks === undefined ? undefined : readCountries(settings.wafNetworks);
    return checkTraffic(readTraffic(file), stacks, { settings, countries });
  },
};

// Reads the `--waf-networks` file.

/**
 * Reads the countries from the file.
 * @throws StartError WAF_NETWORKS if the file cannot be read or is invalid
 */
function readCountries(file: string): Countries {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError('WAF_NETWORKS', `The --waf-networks file cannot be read: ${why}`);
  }
  try {
    return Countries.parse(text);
  } catch (error) {
    if (!(error instanceof NetworksFileError)) throw error;
    throw new StartError('WAF_NETWORKS', `${file}:${error.line}: ${error.message}`);
  }
}
