/**
 * The permissions to invoke functions. Templates define them, and API calls change them. A reload keeps the changes
 * that API calls made.
 */
import { compilePolicy } from '../../core/policy/evaluate.ts';
import { resourcesOf, toControlResource } from '../control-resource.ts';
import { printStatement } from './function-policy-statement.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { isSameFunction, printFunctionName } from '../../core/routing/function-name.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { PermissionSource } from '../../core/deployment/authorization/invoke-permissions.ts';
import type { NamedFunction } from '@gatewright/aws/function-name';
import type { CompiledPolicy } from '../../core/policy/model.ts';
import type { ControlResource } from '../control-resource.ts';

export class FunctionPolicies implements PermissionSource {
  #version = 0;
  #defined: readonly ControlResource[] = [];
  #own: ReadonlySet<string> = new Set();
  #added: readonly ControlResource[] = [];
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

  /** Discards the changes that API calls made. */
  forgetCalls(): void {
    this.#added = [];
    this.#removed.clear();
    this.#version += 1;
  }

  define(stacks: readonly ResolvedStack[]): void {
    this.#defined = resourcesOf(stacks, ['AWS::Lambda::Permission']).map(toControlResource);
    this.#own = new Set(stacks.flatMap(({ functions }) => functions.map(({ name }) => name)));
    this.#version += 1;
  }

  /**
   * Returns the permissions that will apply once these stacks are defined. They include the changes that API calls have
   * made so far, but no later changes.
   */
  predict(stacks: readonly ResolvedStack[]): FunctionPolicies {
    const next = new FunctionPolicies();
    next.define(stacks);
    next.#added = this.#added;
    for (const name of this.#removed) next.#removed.add(name);
    return next;
  }

  statementsOf(owner: NamedFunction): readonly ControlResource[] {
    return this.permissions.filter((one) => isSameFunction(ownerOf(one), owner));
  }

  /** Returns the policy document; undefined if there are no statements. */
  documentOf(owner: NamedFunction, arn: string): object | undefined {
    const statements = this.statementsOf(owner);
    if (statements.length === 0) return undefined;
    const Statement = statements.map((one) => printStatement(one, arn));
    return { Version: '2012-10-17', Id: 'default', Statement };
  }

  /**
   * Returns a function that returns the compiled policy, and compiles it again after each change. A policy that cannot
   * be read grants nothing.
   */
  policyOf(owner: NamedFunction, arn: string): () => CompiledPolicy | undefined {
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

  /** @param permission the permission in the form of `AWS::Lambda::Permission`, without its function */
  add(owner: NamedFunction, statementId: string, permission: JsonObject): ControlResource {
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

  remove(owner: NamedFunction, statementId: string): boolean {
    if (!this.statementsOf(owner).some(({ id }) => id === statementId)) return false;
    const isMeant = (one: ControlResource): boolean =>
      one.id === statementId && isSameFunction(ownerOf(one), owner);
    if (this.#defined.some(isMeant)) this.#removed.add(nameOf(owner, statementId));
    this.#added = this.#added.filter((one) => !isMeant(one));
    this.#version += 1;
    return true;
  }
}

function ownerOf({ properties }: ControlResource): NamedFunction {
  return readFunctionName(textOf(properties, 'FunctionName'));
}

function nameOf({ functionName, qualifier = '' }: NamedFunction, statementId: string): string {
  return `${functionName}:${qualifier} ${statementId}`;
}
