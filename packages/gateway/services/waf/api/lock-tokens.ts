/** Lock tokens. With its token, a change proves that it is based on the current state of an entity. */
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
