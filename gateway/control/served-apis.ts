/** What is loaded now: the stacks and their APIs. A reload replaces both; requests in flight keep what they began with. */
import { loadApis } from './load-apis.ts';
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { ServedApi } from '../exchange.ts';
import type { Account } from './account.ts';
import type { ApiState } from './api-state.ts';

/** APIs that are compiled and wait for the rest of their stacks. */
export type PreparedApis = {
  readonly unsupported: readonly UnsupportedItem[];
  /** From here on requests are served by them. */
  serve(): void;
};

export class ServedApis {
  readonly account: Account;
  #stacks: readonly ResolvedStack[] = [];
  #apis = new Map<string, ApiState>();
  #unsupported: readonly UnsupportedItem[] = [];

  constructor(account: Account) {
    this.account = account;
  }

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

  /**
   * Compiles the stacks without serving them yet.
   * @throws DefinitionError, and then what was served before is served on.
   */
  prepare(stacks: readonly ResolvedStack[]): PreparedApis {
    const { apis, unsupported, adopt } = loadApis(stacks, this.account);
    const all = [...stacks.flatMap((stack) => stack.unsupported), ...unsupported];
    return {
      unsupported: all,
      serve: () => {
        this.#stacks = stacks;
        this.#apis = new Map(apis.map((api) => [api.identity.apiId, api]));
        this.#unsupported = all;
        adopt();
      },
    };
  }
}
