/** Administrators and authorizers that share one access table, with a clock that moves on request. */
import { RevocationAdmin } from '#shared/access/revocation/revocation-admin.ts';
import { revocableIssuersOf, cachedApisByDocument } from '#shared/access/revocation/revocation-issuers.ts';
import { createRevocationReader } from '#shared/access/revocation/revocation-store.ts';
import { DomainError } from '#shared/errors.ts';
import type { ItemStore } from '#shared/ports.ts';
import { STORE_DOWN } from './access-stores.ts';
import type { AccessStore } from './access-stores.ts';
import { aDocument, anAccess } from './an-access-document.ts';
import { NOON_SECONDS } from './api-key-table.ts';
import { REAL_RANDOM } from './real-quota-ports.ts';

export const ISSUER = 'https://issuer.example/';

/** The documents: `orders` (REST) and `users` (HTTP) look up whether tokens of `main` are revoked, `menu` does not. */
const ACCESS = anAccess(
  {
    ...aDocument({
      issuers: [
        {
          id: 'main',
          type: 'oidc',
          issuer: ISSUER,
          audience: ['api'],
          revocation: true,
          maxTokenAgeSeconds: 3600,
        },
      ],
    }),
    name: 'orders',
    apis: [{ for: 'prod', apiId: 'rest000000', stage: 'v1' }],
  },
  {
    ...aDocument(
      {
        issuers: [
          {
            id: 'customers',
            type: 'oidc',
            issuer: ISSUER,
            audience: ['api'],
            revocation: { cacheSeconds: 5 },
          },
          { id: 'old', type: 'oidc', issuer: 'https://old.example/', audience: ['api'] },
        ],
        sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['customers', 'old'] }],
      },
      undefined,
      'http',
    ),
    name: 'users',
    apis: [{ for: 'prod', apiId: 'http000000', stage: '$default' }],
  },
  { ...aDocument(), name: 'menu', apis: [{ for: 'prod', apiId: 'menu000000', stage: 'v1' }] },
);

export class RevocationDesk {
  nowSeconds = NOON_SECONDS;
  isDown = false;
  /** While true, writes are carried out, but their answers are lost. */
  losesAnswers = false;
  isGatewayDown = false;
  readonly messages: string[] = [];
  readonly admin: RevocationAdmin;
  readonly reader: ReturnType<typeof createRevocationReader>;

  constructor({ store, listing }: Pick<AccessStore, 'store' | 'listing'>) {
    const at = (): ItemStore => (this.isDown ? STORE_DOWN : store);
    const ports: ItemStore = {
      update: (write) => at().update(write),
      transact: async (writes) => {
        const outcome = await at().transact(writes);
        return this.losesAnswers ? { kind: 'unknown', reason: 'lost' } : outcome;
      },
      read: (key, options) => at().read(key, options),
    };
    this.reader = createRevocationReader(ports);
    this.admin = new RevocationAdmin(
      {
        store: ports,
        listing,
        clock: { nowEpochMs: () => this.nowSeconds * 1000 },
        caches: {
          flush: ({ kind, apiId, stage }) => {
            if (this.isGatewayDown)
              return Promise.reject(new DomainError('CONTROL_PLANE_FAILED', 'API Gateway cannot be reached'));
            this.messages.push(`flush ${kind} ${apiId}/${stage}`);
            return Promise.resolve();
          },
        },
      },
      { issuers: revocableIssuersOf(ACCESS, 'prod'), cached: cachedApisByDocument(ACCESS, 'prod') },
    );
  }

  operation(): { readonly id: string; readonly by: string } {
    return { id: `op-${REAL_RANDOM.hex(8)}`, by: 'arn:aws:iam::123456789012:user/ada' };
  }
}
