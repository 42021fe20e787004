/** Reads the roles of stacks with their permissions, and the users that sign calls. */
import { makeRoleId } from '@gatewright/aws/physical-ids';
import { asOneOrMore, membersOf } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import type { Tolerance } from '../../core/errors.ts';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import { adviseStatement } from '../../core/stack/statement-advice.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import { API_GATEWAY } from '../../core/policy/role.ts';
import type { Role } from '../../core/policy/role.ts';
import { readTrustStatements } from '../../core/policy/trust-statements.ts';
import { partitionOf } from '@gatewright/aws/arn';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import { ofText, PolicyReader, readTags } from './read-policies.ts';
import { readKeyHolders } from './read-key-holders.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { Owned } from './read-policies.ts';

export type RolesOfStacks = {
  readonly byArn: ReadonlyMap<string, Role>;
  /**
   * The roles by function name. A function without a role in these stacks has no entry, and all its calls are allowed.
   */
  readonly ofFunctions: ReadonlyMap<string, Role>;
  /** The users of these stacks with access keys of these stacks, one per key. */
  readonly keyHolders: readonly LocalIdentity[];
  /** Findings about parts of policies that the gateway evaluates differently from IAM. */
  readonly unsupported: readonly UnsupportedItem[];
};

/**
 * @param tolerance determines whether a document that IAM refuses is accepted. An accepted document of this kind grants
 *   nothing
 */
export function readRoles(stacks: readonly ResolvedStack[], tolerance: Tolerance): RolesOfStacks {
  const reader = new PolicyReader(stacks, tolerance);
  const roles = reader.ofType('AWS::IAM::Role').map((owned) => readRole(owned, reader, stacks));
  const keyHolders = readKeyHolders(reader);
  reader.readOthers();
  const byArn = new Map(roles.map((role) => [role.arn, role]));
  const ofFunctions = new Map<string, Role>();
  for (const { resources } of stacks)
    for (const { type, properties, physicalId } of resources.values()) {
      const { Role: arn } = properties;
      const role = type === 'AWS::Lambda::Function' && typeof arn === 'string' ? byArn.get(arn) : undefined;
      if (role !== undefined) ofFunctions.set(physicalId, role);
    }
  return { byArn, ofFunctions, keyHolders, unsupported: reader.unsupported };
}

function readRole(owned: Owned, reader: PolicyReader, stacks: readonly ResolvedStack[]): Role {
  const { stack, resource } = owned;
  const { properties, physicalId: name } = resource;
  const { Path: path } = properties;
  return {
    arn: `arn:${partitionOf(stack.region)}:iam::${stack.accountId}:role${typeof path === 'string' ? path : '/'}${name}`,
    name,
    id: makeRoleId(stack.stackName, resource.logicalId),
    policies: reader.policiesOf(owned, 'role'),
    boundary: reader.boundaryOf(owned),
    trust: readTrust(properties['AssumeRolePolicyDocument']),
    ...readServices(properties['AssumeRolePolicyDocument']),
    maxSessionSeconds: Number(properties['MaxSessionDuration'] ?? 3600),
    tags: readTags(properties['Tags']),
    place: resource.place(),
    region: stack.region,
    advise: (refused) => adviseStatement(stacks, name, refused),
  };
}

/**
 * Returns the compiled trust policy; undefined for a policy that IAM refuses. A trust policy has no `Resource`, because
 * it applies to its own role.
 */
function readTrust(document: Json | undefined): CompiledPolicy | undefined {
  const { Statement: statement, ...rest } = membersOf(ofText(document));
  const statements = asOneOrMore(statement);
  if (statements.some((one) => 'Resource' in membersOf(one) || 'NotResource' in membersOf(one)))
    return undefined;
  const Statement = statements.map((one) => ({ ...membersOf(one), Resource: '*' }));
  const compiled = compilePolicy({ ...rest, Statement }, { ofResource: true });
  return compiled.kind === 'compiled' ? compiled.policy : undefined;
}

/** Returns what the trust policy says about services; empty if the document has no statements. */
function readServices(document: Json | undefined): Pick<Role, 'trustedServices' | 'asksForSourceAccount'> {
  const statements = readTrustStatements(document);
  if (statements === undefined) return {};
  const ofGateway = statements.filter(({ services }) =>
    services.some((name) => name === '*' || name === API_GATEWAY),
  );
  return {
    trustedServices: new Set(statements.flatMap(({ services }) => services)),
    asksForSourceAccount:
      ofGateway.length > 0 && ofGateway.every(({ asksForSourceAccount }) => asksForSourceAccount),
  };
}
