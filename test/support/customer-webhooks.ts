/** The receiver of a source whose customers create their secrets in the portal. It uses the tables of that portal. */
import { createHmac } from 'node:crypto';
import type { AwsJsonCall } from '#shared/ports.ts';
import type { SchemeName } from '#shared/webhooks/signature-headers.ts';
import { readEndpoint } from '#shared/endpoints/read-endpoint.ts';
import { createWebhookReceiver } from '#shared/webhooks/receive.ts';
import type { Receipt } from '#shared/webhooks/receive.ts';
import { MASTER } from './a-portal.ts';
import type { Portal } from './a-portal.ts';
import { aWebhookEvent, MemoryClaims } from './webhook-events.ts';

type SignedDelivery = {
  readonly endpoint: string;
  readonly secret: string;
  readonly source?: string;
  readonly body?: string;
  readonly id?: string;
};

export class CustomerWebhooks {
  /** The events that were put on the bus. */
  readonly events: { readonly Detail: string }[] = [];
  readonly claims = new MemoryClaims();
  /** The lines of the master secret that the owner has stored. */
  masters: readonly string[] = [MASTER];
  readonly #portal: Portal;
  readonly #receiver;
  #deliveries = 0;

  constructor(portal: Portal, scheme: SchemeName = 'standard') {
    this.#portal = portal;
    const { access, usage } = portal.tables;
    const ofStage = { stage: 'prod', scheme, toleranceSeconds: 300 };
    const source = {
      ...ofStage,
      secretsOf: 'customers',
      secret: { kind: 'parameter', name: '/shop/prod/master' },
      target: { kind: 'eventBridge', bus: 'hooks', source: 'shop.orders' },
    } as const;
    this.#receiver = createWebhookReceiver({
      webhooks: { sources: ['orders', 'returns'].map((name) => ({ ...source, name })) },
      config: {
        stage: 'prod',
        tableName: 'access',
        region: 'us-east-1',
        accountId: '123456789012',
        aws: { region: 'us-east-1', credentials: { accessKeyId: '', secretAccessKey: '' } } as never,
        localSecret: () => '',
      },
      claims: this.claims,
      caller: { call: (call) => Promise.resolve(this.#answer(call)) },
      endpoint: (name, id) =>
        Promise.resolve(readEndpoint({ access: access.store, usage: usage.store }, name, id)),
    });
  }

  /** Sends a delivery as the customer's program does, signed as Standard Webhooks specifies. */
  async deliver({ endpoint, secret, source = 'orders', body = '{}', id }: SignedDelivery): Promise<Receipt> {
    const message = id ?? `msg_${(this.#deliveries += 1)}`;
    const seconds = Math.floor(this.#portal.nowMs / 1000);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${message}.${seconds}.${body}`).digest('base64');
    return this.send(source, endpoint, body, [
      ['webhook-id', message],
      ['webhook-timestamp', String(seconds)],
      ['webhook-signature', `v1,${signature}`],
    ]);
  }

  send(
    source: string,
    endpoint: string | undefined,
    body: string,
    headers: readonly (readonly [string, string])[],
  ): Promise<Receipt> {
    const { nowMs: nowEpochMs } = this.#portal;
    const event = { source, body, headers, nowEpochMs, ...(endpoint !== undefined && { endpoint }) };
    return this.#receiver.receive(aWebhookEvent(event));
  }

  #answer({ service, input }: AwsJsonCall): Readonly<Record<string, unknown>> {
    if (service === 'ssm') return { Parameter: { Value: this.masters.join('\n') } };
    this.events.push(...(input['Entries'] as { readonly Detail: string }[]));
    return { FailedEntryCount: 0 };
  }
}
