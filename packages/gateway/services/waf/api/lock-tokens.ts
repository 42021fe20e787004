/**
 * Lock tokens of entities. A change must pass the entity's current token, which proves that the change is based on the
 * entity's current state.
 */
import type { Random } from '../../../core/ports.ts';

export class LockTokens {
  readonly #random: Pick<Random, 'uuid'>;
  readonly #byArn = new Map<string, string>();

  constructor(random: Pick<Random, 'uuid'>) {
    this.#random = random;
  }

  of(arn: string): string {
    return this.#byArn.get(arn) ?? this.renew(arn);
  }

  renew(arn: string): string {
    const token = this.#random.uuid();
    this.#byArn.set(arn, token);
    return token;
  }
}
