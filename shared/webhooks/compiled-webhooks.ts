/** The receiver's data, `access/webhooks.compiled.json`. It contains names of secrets, never secrets. */
import type { SchemeName } from './signature-headers.ts';

export type CompiledWebhooks = {
  readonly sources: readonly CompiledSource[];
};

export type CompiledSource = {
  /** As in the path `POST /webhooks/{name}`, or `POST /webhooks/{name}/{endpoint}` if customers have secrets. */
  readonly name: string;
  readonly stage: string;
  readonly scheme: SchemeName;
  /** The place of the sender's secrets, or of the master secret from which the secrets of customers are derived. */
  readonly secret: SecretPlace;
  /** Customers create the secrets, one or two for each of their endpoints. */
  readonly secretsOf?: 'customers';
  readonly target: Target;
  readonly toleranceSeconds: number;
  readonly trustDeliveryId?: true;
};

export type SecretPlace = {
  /**
   * The place in which a secret is stored. `parameter`: an SSM parameter. `secret`: a secret in Secrets Manager. `env`:
   * an environment variable, which is used only on a developer's machine.
   */
  readonly kind: 'env' | 'parameter' | 'secret';
  readonly name: string;
};

export type Target =
  | {
      readonly kind: 'eventBridge';
      readonly bus: string;
      readonly source: string;
      /** The event's detail type. Default: the type that the sender names. */
      readonly detailType?: string;
    }
  | { readonly kind: 'sqs'; readonly queue: string };

/** Returns the file as imported, because only the build writes and checks it. */
export function parseCompiledWebhooks(json: unknown): CompiledWebhooks {
  return json as CompiledWebhooks;
}
