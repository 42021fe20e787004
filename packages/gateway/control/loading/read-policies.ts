/**
 * Reads the policies that templates give to roles, users and groups (IAM user guide, "Policies and permissions"):
 * inline, managed, and attached by a resource of their own.
 */
import { asOneOrMore, membersOf, parseJson } from '@gatewright/aws/json-object';
import type { Json } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import type { Tolerance } from '../../core/errors.ts';
import { compilePolicy } from '../../core/policy/evaluate.ts';
import { unknownConditionKeys } from '../../core/policy/known-conditions.ts';
import { findManagedPolicy } from '../../core/policy/managed-policies.ts';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';

export type Owned = { readonly stack: ResolvedStack; readonly resource: ResolvedResource };

/** The kinds of holders of policies. The members name a holder in the resources that attach a policy. */
const HOLDERS = {
  role: { list: 'Roles', name: 'RoleName' },
  user: { list: 'Users', name: 'UserName' },
  group: { list: 'Groups', name: 'GroupName' },
} as const;
type Holder = keyof typeof HOLDERS;

/** The resources that attach an inline policy to a holder. */
const ATTACHING = [
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::GroupPolicy',
];

const ALLOW_ALL: CompiledPolicy = { decide: () => 'allow' };
const NOT_KNOWN = 'its permissions are unknown, so every call that no statement denies is allowed';

export class PolicyReader {
  /** Findings about parts of policies that the gateway evaluates differently from IAM. */
  readonly unsupported: UnsupportedItem[] = [];
  readonly #tolerance: Tolerance;
  readonly #all: readonly Owned[];
  readonly #managed: ReadonlyMap<string, CompiledPolicy>;
  readonly #read = new Map<ResolvedResource, Map<string, CompiledPolicy>>();

  /**
   * @param tolerance determines whether a document that IAM refuses is accepted. An accepted document of this kind
   *   grants nothing
   */
  constructor(stacks: readonly ResolvedStack[], tolerance: Tolerance) {
    this.#tolerance = tolerance;
    this.#all = stacks.flatMap((stack) =>
      [...stack.resources.values()].map((resource) => ({ stack, resource })),
    );
    this.#managed = new Map(
      this.ofType('AWS::IAM::ManagedPolicy').map((owned) => [
        owned.resource.physicalId,
        this.#document(owned, 'PolicyDocument', owned.resource.properties['PolicyDocument']),
      ]),
    );
  }

  ofType(type: string): readonly Owned[] {
    return this.#all.filter(({ resource }) => resource.type === type);
  }

  /**
   * Returns the policies of a role, user or group. If the gateway does not know all of them, one of the returned
   * policies allows everything.
   */
  policiesOf(owned: Owned, holder: Holder): readonly CompiledPolicy[] {
    const { resource } = owned;
    const isWhole = ['Policies', 'ManagedPolicyArns'].every((each) => !isUnresolved(resource, each));
    if (!isWhole) this.#note(owned, 'Policies', NOT_KNOWN);
    return [
      ...(isWhole ? [] : [ALLOW_ALL]),
      ...this.#inline(owned),
      ...asOneOrMore(resource.properties['ManagedPolicyArns']).map((arn) =>
        this.#byArn(owned, 'ManagedPolicyArns', arn),
      ),
      ...this.#attached(owned, holder),
    ];
  }

  boundaryOf(owned: Owned): CompiledPolicy | undefined {
    const { PermissionsBoundary: boundary } = owned.resource.properties;
    return boundary === undefined ? undefined : this.#byArn(owned, 'PermissionsBoundary', boundary);
  }

  /** Reads the attaching resources that no holder has read. IAM checks each policy, whoever has it. */
  readOthers(): void {
    for (const owned of ATTACHING.flatMap((type) => this.ofType(type))) this.#attaching(owned);
  }

  #inline(owned: Owned): readonly CompiledPolicy[] {
    return asOneOrMore(owned.resource.properties['Policies']).map((policy, index) =>
      this.#document(owned, `Policies.${index}.PolicyDocument`, membersOf(policy)['PolicyDocument']),
    );
  }

  #attached({ stack, resource: held }: Owned, holder: Holder): readonly CompiledPolicy[] {
    const { list, name } = HOLDERS[holder];
    const named = (owned: Owned): boolean =>
      owned.stack.accountId === stack.accountId &&
      [...asOneOrMore(owned.resource.properties[list]), owned.resource.properties[name]].includes(
        held.physicalId,
      );
    return [
      ...ATTACHING.flatMap((type) => this.ofType(type))
        .filter(named)
        .map((owned) => this.#attaching(owned)),
      ...this.ofType('AWS::IAM::ManagedPolicy')
        .filter(named)
        .map(({ resource }) => this.#managed.get(resource.physicalId) ?? ALLOW_ALL),
    ];
  }

  #attaching(owned: Owned): CompiledPolicy {
    return this.#document(owned, 'PolicyDocument', owned.resource.properties['PolicyDocument']);
  }

  #byArn(owned: Owned, property: string, arn: Json): CompiledPolicy {
    const known = typeof arn === 'string' ? (this.#managed.get(arn) ?? findManagedPolicy(arn)) : undefined;
    if (known !== undefined) return known;
    this.#note(owned, property, `${typeof arn === 'string' ? arn : 'the policy'}: ${NOT_KNOWN}`);
    return ALLOW_ALL;
  }

  /** Each document is read once, so that a policy of several holders is reported once. */
  #document(owned: Owned, property: string, written: Json | undefined): CompiledPolicy {
    const known = this.#read.get(owned.resource) ?? new Map<string, CompiledPolicy>();
    const policy = known.get(property) ?? this.#compile(owned, property, written);
    this.#read.set(owned.resource, known.set(property, policy));
    return policy;
  }

  #compile(owned: Owned, property: string, written: Json | undefined): CompiledPolicy {
    const { resource } = owned;
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
 * Returns the document that a string contains. A string that is not JSON, and a value that is not a string, is returned
 * unchanged. CloudFormation accepts JSON text for a policy, such as the result of Fn::Sub.
 */
export function ofText(document: Json | undefined): Json | undefined {
  return typeof document === 'string' ? ((parseJson(document) as Json | undefined) ?? document) : document;
}

function isUnresolved({ unresolved = [] }: ResolvedResource, property: string): boolean {
  return unresolved.includes(property.split('.')[0] ?? '');
}

/** Returns the tags by key in lower case, because `aws:PrincipalTag/…` is case-insensitive. */
export function readTags(tags: Json | undefined): ReadonlyMap<string, string> {
  return new Map(
    asOneOrMore(tags).flatMap((tag) => {
      const { Key: key, Value: value } = membersOf(tag);
      return typeof key === 'string' && typeof value === 'string' ? [[key.toLowerCase(), value]] : [];
    }),
  );
}
