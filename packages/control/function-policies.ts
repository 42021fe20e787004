/**
 * Who may call which function: what templates say, with what calls have added and taken away. The second outlives a
 * reload, as all does that calls have made.
 */
import { compilePolicy } from '../core/policy/evaluate.ts';
import { resourcesOf, toControlResource } from './control-resource.ts';
import { printStatement } from './function-policy-statement.ts';
import { textOf } from '../core/stack/json-values.ts';
import { isSameFunction, printFunctionName, readFunctionName } from '../core/routing/function-name.ts';
import type { JsonObject, ResolvedStack } from '../core/stack/model.ts';
import type { PermissionSource } from '../core/deployment/invoke-permissions.ts';
import type { PolicyOwner } from '../core/routing/function-name.ts';
import type { CompiledPolicy } from '../core/policy/model.ts';
import type { ControlResource } from './control-resource.ts';

export class FunctionPolicies implements PermissionSource {
  #version = 0;
  #defined: readonly ControlResource[] = [];
  #own: ReadonlySet<string> = new Set();
  #added: readonly ControlResource[] = [];
  /** Of templates, and taken away by calls. */
  readonly #removed = new Set<string>();

  get version(): number {
    return this.#version;
  }

  get permissions(): readonly ControlResource[] {
    return [
      ...this.#defined.filter((one) => !this.#removed.has(nameOf(ownerOf(one), one.id))),
      ...this.#added,
    ];
  }

  isOwn(functionName: string): boolean {
    return this.#own.has(functionName);
  }

  /** What templates say, in the place of what they said before. */
  define(stacks: readonly ResolvedStack[]): void {
    this.#defined = resourcesOf(stacks, ['AWS::Lambda::Permission']).map(toControlResource);
    this.#own = new Set(stacks.flatMap(({ functions }) => functions.map(({ name }) => name)));
    this.#version += 1;
  }

  /** What will hold once these stacks are defined; what calls add from now on is not in it. */
  foresee(stacks: readonly ResolvedStack[]): PermissionSource {
    const next = new FunctionPolicies();
    next.define(stacks);
    next.#added = this.#added;
    for (const name of this.#removed) next.#removed.add(name);
    return next;
  }

  /** In the order in which they were made. */
  statementsOf(owner: PolicyOwner): readonly ControlResource[] {
    return this.permissions.filter((one) => isSameFunction(ownerOf(one), owner));
  }

  /** Undefined where nobody may call it. */
  documentOf(owner: PolicyOwner, arn: string): object | undefined {
    const statements = this.statementsOf(owner);
    if (statements.length === 0) return undefined;
    const Statement = statements.map((one) => printStatement(one, arn));
    return { Version: '2012-10-17', Id: 'default', Statement };
  }

  /** The same, compiled again after each change; a policy that cannot be read gives nothing. */
  policyOf(owner: PolicyOwner, arn: string): () => CompiledPolicy | undefined {
    let policy: CompiledPolicy | undefined;
    let readAt = Number.NaN;
    return () => {
      if (readAt === this.#version) return policy;
      readAt = this.#version;
      const compiled = compilePolicy(this.documentOf(owner, arn), { ofResource: true });
      policy = compiled.kind === 'invalid' ? undefined : compiled.policy;
      return policy;
    };
  }

  /** @param permission in the words of `AWS::Lambda::Permission`, without its function */
  add(owner: PolicyOwner, statementId: string, permission: JsonObject): ControlResource {
    const properties = { ...permission, FunctionName: printFunctionName(owner) };
    const made = {
      id: statementId,
      logicalId: statementId,
      properties,
      place: (property?: string) => ({ file: 'API call', logicalId: statementId, property }),
    };
    this.#added = [...this.#added, made];
    this.#version += 1;
    return made;
  }

  /** Whether there was one. */
  remove(owner: PolicyOwner, statementId: string): boolean {
    if (!this.statementsOf(owner).some(({ id }) => id === statementId)) return false;
    const isMeant = (one: ControlResource): boolean =>
      one.id === statementId && isSameFunction(ownerOf(one), owner);
    if (this.#defined.some(isMeant)) this.#removed.add(nameOf(owner, statementId));
    this.#added = this.#added.filter((one) => !isMeant(one));
    this.#version += 1;
    return true;
  }
}

function ownerOf({ properties }: ControlResource): PolicyOwner {
  return readFunctionName(textOf(properties, 'FunctionName'));
}

function nameOf({ functionName, qualifier = '' }: PolicyOwner, statementId: string): string {
  return `${functionName}:${qualifier} ${statementId}`;
}
