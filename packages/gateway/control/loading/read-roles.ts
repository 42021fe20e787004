/**
 * Reads the permissions of each role from `AWS::IAM::Role` and from the policies that templates attach to roles (IAM
 * user guide, "Policies and permissions").
 */
import { compileGlob } from '@gatewright/aws/glob';
import { makeRoleId } from '@gatewright/aws/physical-ids';
import { asOneOrMore, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import { unknownConditionKeys } from '../../core/policy/known-conditions.ts';
import { findManagedPolicy } from '../../core/policy/managed-policies.ts';
import { adviseStatement } from '../../core/stack/statement-advice.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import type { Role } from '../../core/policy/role.ts';
import { partitionOf } from '@gatewright/aws/arn';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';

export type RolesOfStacks = {
  readonly byArn: ReadonlyMap<string, Role>;
  /**
   * The roles by function name. A function without a role in these stacks has no entry, and all its calls are allowed.
   */
  readonly ofFunctions: ReadonlyMap<string, Role>;
  /** Findings about parts of policies that the gateway evaluates differently from IAM. */
  readonly unsupported: readonly UnsupportedItem[];
};

const ALLOW_ALL: CompiledPolicy = { decide: () => 'allow' };
const NOT_KNOWN = 'its permissions are unknown, so every call that no statement denies is allowed';

/**
 * @param tolerance determines whether a document that IAM refuses is accepted. An accepted document of this kind grants
 *   nothing
 */
export function readRoles(stacks: readonly ResolvedStack[], tolerance: Tolerance): RolesOfStacks {
  const reader = new RoleReader(stacks, tolerance);
  const byArn = new Map(reader.roles().map((role) => [role.arn, role]));
  const ofFunctions = new Map<string, Role>();
  for (const { resources } of stacks)
    for (const { type, properties, physicalId } of resources.values()) {
      const { Role: arn } = properties;
      const role = type === 'AWS::Lambda::Function' && typeof arn === 'string' ? byArn.get(arn) : undefined;
      if (role !== undefined) ofFunctions.set(physicalId, role);
    }
  return { byArn, ofFunctions, unsupported: reader.unsupported };
}

type Owned = { readonly stack: ResolvedStack; readonly resource: ResolvedResource };

class RoleReader {
  readonly unsupported: UnsupportedItem[] = [];
  readonly #tolerance: Tolerance;
  readonly #stacks: readonly ResolvedStack[];
  readonly #all: readonly Owned[];
  readonly #managed: ReadonlyMap<string, CompiledPolicy>;
  readonly #read = new Set<ResolvedResource>();

  constructor(stacks: readonly ResolvedStack[], tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#stacks = stacks;
    this.#all = stacks.flatMap((stack) =>
      [...stack.resources.values()].map((resource) => ({ stack, resource })),
    );
    this.#managed = new Map(
      this.#ofType('AWS::IAM::ManagedPolicy').map((owned) => [
        owned.resource.physicalId,
        this.#document(owned, 'PolicyDocument', owned.resource.properties['PolicyDocument']),
      ]),
    );
  }

  roles(): readonly Role[] {
    const roles = this.#ofType('AWS::IAM::Role').map((owned) => this.#role(owned));
    // IAM checks each policy, even if no role of these stacks has it.
    for (const owned of [...this.#ofType('AWS::IAM::Policy'), ...this.#ofType('AWS::IAM::RolePolicy')])
      if (!this.#read.has(owned.resource))
        this.#document(owned, 'PolicyDocument', owned.resource.properties['PolicyDocument']);
    return roles;
  }

  #ofType(type: string): readonly Owned[] {
    return this.#all.filter(({ resource }) => resource.type === type);
  }

  #role(owned: Owned): Role {
    const { stack, resource } = owned;
    const { properties, physicalId: name } = resource;
    const { Path: path, PermissionsBoundary: boundary } = properties;
    const isWhole = ['Policies', 'ManagedPolicyArns'].every((each) => !isUnresolved(resource, each));
    if (!isWhole) this.#note(owned, 'Policies', NOT_KNOWN);
    return {
      arn: `arn:${partitionOf(stack.region)}:iam::${stack.accountId}:role${typeof path === 'string' ? path : '/'}${name}`,
      name,
      id: makeRoleId(stack.stackName, resource.logicalId),
      policies: [
        ...(isWhole ? [] : [ALLOW_ALL]),
        ...this.#inline(owned),
        ...asOneOrMore(properties['ManagedPolicyArns']).map((arn) =>
          this.#byArn(owned, 'ManagedPolicyArns', arn),
        ),
        ...this.#attached(owned),
      ],
      boundary: boundary === undefined ? undefined : this.#byArn(owned, 'PermissionsBoundary', boundary),
      trust: readTrust(properties['AssumeRolePolicyDocument']),
      trustedServices: readTrustedServices(properties['AssumeRolePolicyDocument']),
      maxSessionSeconds: Number(properties['MaxSessionDuration'] ?? 3600),
      tags: readTags(properties['Tags']),
      place: resource.place(),
      region: stack.region,
      advise: (refused) => adviseStatement(this.#stacks, name, refused),
    };
  }

  #inline(owned: Owned): readonly CompiledPolicy[] {
    return asOneOrMore(owned.resource.properties['Policies']).map((policy, index) =>
      this.#document(owned, `Policies.${index}.PolicyDocument`, membersOf(policy)['PolicyDocument']),
    );
  }

  #attached({ stack, resource: role }: Owned): readonly CompiledPolicy[] {
    const named = (owned: Owned): boolean =>
      owned.stack.accountId === stack.accountId &&
      [...asOneOrMore(owned.resource.properties['Roles']), owned.resource.properties['RoleName']].includes(
        role.physicalId,
      );
    return [
      ...[...this.#ofType('AWS::IAM::Policy'), ...this.#ofType('AWS::IAM::RolePolicy')]
        .filter(named)
        .map((owned) => this.#document(owned, 'PolicyDocument', owned.resource.properties['PolicyDocument'])),
      ...this.#ofType('AWS::IAM::ManagedPolicy')
        .filter(named)
        .map(({ resource }) => this.#managed.get(resource.physicalId) ?? ALLOW_ALL),
    ];
  }

  #byArn(owned: Owned, property: string, arn: Json): CompiledPolicy {
    const known = typeof arn === 'string' ? (this.#managed.get(arn) ?? findManagedPolicy(arn)) : undefined;
    if (known !== undefined) return known;
    this.#note(owned, property, `${typeof arn === 'string' ? arn : 'the policy'}: ${NOT_KNOWN}`);
    return ALLOW_ALL;
  }

  #document(owned: Owned, property: string, written: Json | undefined): CompiledPolicy {
    const { resource } = owned;
    this.#read.add(resource);
    const document = ofText(written);
    if (document === undefined && isUnresolved(resource, property)) {
      this.#note(owned, property, NOT_KNOWN);
      return ALLOW_ALL;
    }
    const compiled = compilePolicy(document, { ofIdentity: true });
    if (compiled.kind === 'invalid') {
      const error = new DefinitionError(
        resource.place([property, ...compiled.at].join('.')),
        `IAM refuses the policy: ${compiled.reason}`,
      );
      this.#tolerance.note(error, 'the policy grants nothing');
      return { decide: () => 'implicit-deny' };
    }
    for (const key of unknownConditionKeys(document))
      this.#note(
        owned,
        property,
        `the gateway never provides the condition key ${key}, so the statement is evaluated as if the key were missing`,
      );
    return compiled.policy;
  }

  #note({ stack, resource }: Owned, property: string, consequence: string): void {
    const { logicalId, type } = resource;
    const { file, line } = resource.place(property);
    const { stackName } = stack;
    this.unsupported.push({ stackName, logicalId, type, property, consequence, file, line });
  }
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

/**
 * Returns the services that the statements with Effect Allow permit to assume the role; `*` means every principal.
 * Returns undefined if the document has no statements. Conditions are not evaluated, because the `aws:SourceArn` that
 * API Gateway sends when it assumes a role is not documented.
 */
function readTrustedServices(document: Json | undefined): ReadonlySet<string> | undefined {
  const statements = membersOf(ofText(document))['Statement'];
  if (statements === undefined) return undefined;
  const assuming = asOneOrMore(statements).flatMap((one) => {
    const { Effect: effect, Action: action, Principal: principal } = membersOf(one);
    const isMeant = asOneOrMore(action).some(
      (name) => typeof name === 'string' && compileGlob(name.toLowerCase())('sts:assumerole'),
    );
    return effect === 'Allow' && isMeant && principal !== undefined ? [principal] : [];
  });
  return new Set(
    assuming
      .flatMap((principal) =>
        principal === '*'
          ? ['*']
          : [...asOneOrMore(membersOf(principal)['Service']), ...everybody(principal)],
      )
      .filter((name) => typeof name === 'string'),
  );
}

function everybody(principal: Json): readonly Json[] {
  return asOneOrMore(membersOf(principal)['AWS']).filter((name) => name === '*');
}

/**
 * Returns the document that a string contains. A string that is not JSON, and a value that is not a string, is returned
 * unchanged. CloudFormation accepts JSON text for a policy, such as the result of Fn::Sub.
 */
function ofText(document: Json | undefined): Json | undefined {
  return typeof document === 'string' ? ((parseJson(document) as Json | undefined) ?? document) : document;
}

function isUnresolved({ unresolved = [] }: ResolvedResource, property: string): boolean {
  return unresolved.includes(property.split('.')[0] ?? '');
}

function readTags(tags: Json | undefined): ReadonlyMap<string, string> {
  return new Map(
    asOneOrMore(tags).flatMap((tag) => {
      const { Key: key, Value: value } = membersOf(tag);
      return typeof key === 'string' && typeof value === 'string' ? [[key.toLowerCase(), value]] : [];
    }),
  );
}
