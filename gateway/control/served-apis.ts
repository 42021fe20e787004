/** What is loaded now: the stacks and their APIs. A reload replaces both; requests in flight keep what they began with. */
import { loadApis } from './load-apis.ts';
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { ServedApi } from '../exchange.ts';
import type { ApiState } from './api-state.ts';
import type { AuthorizerCaches } from './load-apis.ts';

export class ServedApis {
  readonly #caches: AuthorizerCaches = new Map();
  #stacks: readonly ResolvedStack[] = [];
  #apis = new Map<string, ApiState>();
  #unsupported: readonly UnsupportedItem[] = [];

  get stacks(): readonly ResolvedStack[] {
    return this.#stacks;
  }

  /** In template order. */
  get all(): readonly ApiState[] {
    return [...this.#apis.values()];
  }

  get unsupported(): readonly UnsupportedItem[] {
    return this.#unsupported;
  }

  find(apiId: string): ServedApi | undefined {
    return this.#apis.get(apiId)?.served;
  }

  state(apiId: string): ApiState | undefined {
    return this.#apis.get(apiId);
  }

  /** @throws DefinitionError, and then what was served before is served on. */
  replace(stacks: readonly ResolvedStack[]): void {
    const { apis, unsupported } = loadApis(stacks, this.#caches);
    this.#stacks = stacks;
    this.#apis = new Map(apis.map((api) => [api.identity.apiId, api]));
    this.#unsupported = [...stacks.flatMap((stack) => stack.unsupported), ...unsupported];
  }
}
