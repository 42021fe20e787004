/** `access/webhooks.compiled.json`: the receiver's data. Names of secrets, never secrets. */
import type { SchemeName } from './signature-headers.ts';

export type CompiledWebhooks = {
  readonly sources: readonly CompiledSource[];
};

export type CompiledSource = {
  /** Last segment of the path: `POST /webhooks/{name}`. */
  readonly name: string;
  readonly stage: string;
  readonly scheme: SchemeName;
  readonly secret: SecretPlace;
  readonly target: Target;
  readonly toleranceSeconds: number;
  readonly trustDeliveryId?: true;
};

export type SecretPlace = {
  /** `parameter`: SSM; `secret`: Secrets Manager; `env`: a variable, never read when deployed. */
  readonly kind: 'env' | 'parameter' | 'secret';
  readonly name: string;
};

export type Target =
  | {
      readonly kind: 'eventBridge';
      readonly bus: string;
      readonly source: string;
      /** Default: the type of the event, as the sender names it. */
      readonly detailType?: string;
    }
  | { readonly kind: 'sqs'; readonly queue: string };

/** The file as imported; written and checked by the build only. */
export function parseCompiledWebhooks(json: unknown): CompiledWebhooks {
  return json as CompiledWebhooks;
}
