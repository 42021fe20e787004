/** Compiles a principal and a document to the IAM policy that API Gateway caches per credential. */
import type { PolicyConditions, PolicyDocument, PolicyStatement } from '../../aws/authorizer-result.ts';
import { POLICY_RESOURCE_LIMIT_CHARACTERS } from '../../aws/limits.ts';
import { printMethodArn } from '../../aws/method-arn.ts';
import type { MethodArn } from '../../aws/method-arn.ts';
import { rulesInForce, verdictsOf } from './apply-rules.ts';
import type { CompiledDocument } from '../compiled-document.ts';
import { intersectNetworks } from './ip-network.ts';
import { cachedPaths } from './cached-paths.ts';
import { toPathGrants } from './path-grants.ts';
import type { PathGrants, Unrepresentable } from './path-grants.ts';
import type { Principal } from './principal.ts';

export type PolicyOutcome =
  | {
      readonly kind: 'policy';
      readonly policy: PolicyDocument;
      /**
       * Ids of rules that granted nothing, or less than they could, because a claim value is missing or is not safe to
       * write into a policy.
       */
      readonly rejectedBindings: readonly string[];
    }
  | { readonly kind: 'unrepresentable'; readonly conflict: Unrepresentable }
  /** The principal has more values than fit into a policy. */
  | { readonly kind: 'too-many' };

type PolicyOptions = {
  readonly nowEpochSeconds: number;
  /**
   * Whether to name whole subtrees, which makes the policy smaller. Needed if the policy would otherwise be too large.
   */
  readonly merge?: boolean;
};

/**
 * A class of callers, defined by the address lists of the document that contain the caller's address. Each caller
 * belongs to exactly one class.
 */
type AddressClass = {
  readonly within: ReadonlySet<number>;
  readonly condition: PolicyConditions | undefined;
};

/**
 * Returns a policy for the whole API and stage. The policy depends neither on the requested path, nor on the caller's
 * address, nor on the order of the rules. Partition, region, account, API and stage come from the event and are never
 * wildcards, because a result for `dev` must not open `prod`.
 */
export function compilePolicy(
  document: CompiledDocument,
  principal: Principal,
  arn: MethodArn,
  { nowEpochSeconds, merge = false }: PolicyOptions,
): PolicyOutcome {
  const rejected = new Set<string>();
  const grants: { readonly condition: PolicyConditions | undefined; readonly paths: PathGrants }[] = [];
  for (const { within, condition } of addressClasses(document.networks)) {
    const inForce = rulesInForce(document, principal, {
      nowEpochSeconds,
      isInNetwork: (index) => within.has(index),
    });
    for (const rule of inForce.rejectedBindings) rejected.add(rule);
    if (document.kind === 'websocket') {
      const { deniedBy = [], grants: ways = [] } = verdictsOf(document, inForce)[0] ?? {};
      const isAllowed = deniedBy.length === 0 && ways.length > 0;
      grants.push({ condition, paths: { allow: isAllowed ? ['$connect'] : [], deny: [] } });
      continue;
    }
    const result = cachedPaths(document, inForce, merge, () =>
      toPathGrants(document, verdictsOf(document, inForce), merge),
    );
    if (result.kind !== 'grants') return result;
    grants.push({ condition, paths: result.grants });
  }
  const expiry = document.result.expiryCondition ? expiryCondition(principal) : undefined;
  const statements = [
    ...statementsOf(
      'Allow',
      grants.map(({ condition, paths }) => ({ condition, targets: paths.allow })),
      arn,
      expiry,
    ),
    ...statementsOf(
      'Deny',
      grants.map(({ condition, paths }) => ({ condition, targets: paths.deny })),
      arn,
    ),
  ];
  const isNothing = statements.every(({ Effect }) => Effect === 'Deny');
  return {
    kind: 'policy',
    policy: isNothing ? denyAll(arn) : { Version: '2012-10-17', Statement: statements },
    rejectedBindings: [...rejected].sort(),
  };
}

/** Returns a policy that denies everything explicitly, because AWS treats an empty list of statements as malformed. */
export function denyAll(arn: MethodArn): PolicyDocument {
  return policyOf('Deny', arn, '*');
}

/**
 * Returns a policy for one request, which must not be cached. A path that contains a wildcard or `$` is denied, because
 * the policy could also match other paths.
 */
export function exactPolicy(isAllowed: boolean, arn: MethodArn): PolicyDocument {
  return isAllowed && !/[*?$]/.test(arn.target.replace(/^\$connect$/, ''))
    ? policyOf('Allow', arn, arn.target)
    : denyAll(arn);
}

function policyOf(Effect: 'Allow' | 'Deny', arn: MethodArn, target: string): PolicyDocument {
  const Resource = [printMethodArn(arn, target)];
  return { Version: '2012-10-17', Statement: [{ Effect, Action: 'execute-api:Invoke', Resource }] };
}

export function fitsResourceLimit({ Statement }: PolicyDocument): boolean {
  return Statement.every(({ Resource }) =>
    Resource.every((resource) => resource.length <= POLICY_RESOURCE_LIMIT_CHARACTERS),
  );
}

type ClassTargets = {
  readonly condition: PolicyConditions | undefined;
  /** Targets such as `GET/users/*`, sorted and without duplicates. */
  readonly targets: readonly string[];
};

/** Returns the statements of one effect. Targets of all address classes appear once, without an address condition. */
function statementsOf(
  Effect: 'Allow' | 'Deny',
  classes: readonly ClassTargets[],
  arn: MethodArn,
  also?: PolicyConditions,
): readonly PolicyStatement[] {
  const [first, ...others] = classes;
  const sets = others.map(({ targets }) => new Set(targets));
  const shared = first?.targets.filter((target) => sets.every((targets) => targets.has(target))) ?? [];
  const isShared = new Set(shared);
  const own =
    sets.length === 0
      ? []
      : classes.map(({ condition, targets }) => ({
          condition,
          targets: targets.filter((target) => !isShared.has(target)),
        }));
  const prefix = printMethodArn(arn, '');
  return [{ condition: undefined, targets: shared }, ...own]
    .filter(({ targets }) => targets.length > 0)
    .map(({ condition, targets }) => {
      const Resource = targets.map((target) => `${prefix}${target}`);
      const conditions = { ...condition, ...also };
      const hasCondition = Object.keys(conditions).length > 0;
      return {
        Effect,
        Action: 'execute-api:Invoke',
        Resource,
        ...(hasCondition && { Condition: conditions }),
      };
    });
}

function addressClasses(networks: CompiledDocument['networks']): readonly AddressClass[] {
  if (networks.length === 0) return [{ within: new Set(), condition: undefined }];
  const classes: AddressClass[] = [];
  for (let bits = 0; bits < 2 ** networks.length; bits += 1) {
    const inside = networks.filter((_, index) => (bits >> index) % 2 === 1);
    const outside = networks.filter((_, index) => (bits >> index) % 2 === 0);
    const [first, ...more] = inside;
    const allowed = first && more.reduce(intersectNetworks, first);
    if (allowed?.length === 0) continue;
    const refused = [...new Set(outside.flat())].sort();
    const condition = {
      ...(allowed && { IpAddress: { 'aws:SourceIp': [...allowed] } }),
      ...(refused.length > 0 && { NotIpAddress: { 'aws:SourceIp': refused } }),
    };
    const within = new Set(networks.flatMap((_, index) => ((bits >> index) % 2 === 1 ? [index] : [])));
    classes.push({ within, condition });
  }
  return classes;
}

function expiryCondition({ expiresAtEpochSeconds }: Principal): PolicyConditions | undefined {
  if (expiresAtEpochSeconds === undefined) return undefined;
  const time = new Date(expiresAtEpochSeconds * 1000).toISOString().replace('.000Z', 'Z');
  return { DateLessThan: { 'aws:CurrentTime': time } };
}
