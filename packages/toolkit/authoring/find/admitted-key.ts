/**
 * Finds an API key that an access document admits to a route, so that the gateway, when it has started, can suggest a
 * command that creates it.
 */
import type { CompiledDocument, CompiledKeyIssuer } from '@gatewright/handlers/access/compiled-document';
import { claimAt } from '@gatewright/handlers/access/decide/claims';
import { keyPrefixesOf } from '@gatewright/handlers/access/keys/key-prefixes';
import { quote } from '@gatewright/aws/text/token-options';
import { isAllowed, satisfy, sourceOf } from './admitted-token.ts';
import type { AdmittedToken, Asked } from './admitted-token.ts';

/** The values to pass to `gatewright keys create`, and where the document reads the key from. */
export type AdmittedKey = {
  readonly owner:
    | { readonly option: 'tenant'; readonly name: string }
    /** A customer with a record, which names the plan of its keys. @see keyCustomer */
    | { readonly option: 'customer'; readonly name: string; readonly plan: string | undefined };
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /**
   * The plan by which the key's requests are charged; undefined if they are not charged, or if the document or the
   * record of the customer names the plan.
   */
  readonly plan: string | undefined;
  readonly source: AdmittedToken['source'];
};

/** The route for which a key is wanted. */
type AskedWithKey = Asked & {
  /** Whether the handler of the route charges requests. The handler then needs the plan of a customer's record. */
  readonly isChargedByHandler?: boolean;
};

/**
 * The tenant of the suggested key. It must differ from the customers that the recipes create, and from the suggested
 * customer: if a customer has a record, its keys must not have a plan of their own.
 */
const TENANT = 'example';
const CUSTOMER = 'example-customer';

/**
 * @param stage the stage of the stack with the authorizers
 * @param all all documents of the stage, because another document may accept the same key, and may require a plan
 * @returns undefined if no key with roles and scopes alone is admitted
 */
export function findAdmittedKey(
  document: CompiledDocument,
  stage: string,
  asked: AskedWithKey,
  all: readonly CompiledDocument[],
): AdmittedKey | undefined {
  const prefixes = keyPrefixesOf({ documents: all }, stage);
  const isOfCustomer = asked.isChargedByHandler === true;
  for (const issuer of document.apiKeys) {
    const source =
      issuer.only?.includes(stage) === false ? undefined : sourceOf(document, issuer, asked.places);
    if (source === undefined) continue;
    const { prefix } = issuer;
    const { planClaims = [], chargesOthers } = prefixes.get(prefix) ?? {};
    for (const { roles, scopes } of candidates(document, issuer))
      for (const plan of plansOf(all)) {
        const claims = { tenant: TENANT, ...(plan !== undefined && { plan }) };
        const caller = { claims: JSON.stringify(claims), issuer: issuer.id, role: roles, scope: scopes };
        // If a document charges by the plan of a key, `keys create` refuses a key without a plan.
        const isCreated =
          planClaims.length === 0 || planClaims.some((path) => typeof claimAt(claims, path) === 'string');
        if (!isCreated || !isAllowed(document, asked, caller)) continue;
        const key = { prefix, roles, scopes, source };
        return isOfCustomer && chargesOthers !== true
          ? {
              ...key,
              owner: { option: 'customer', name: CUSTOMER, plan: plan ?? plansOf(all)[1] },
              plan: undefined,
            }
          : { ...key, owner: { option: 'tenant', name: TENANT }, plan };
      }
  }
  return undefined;
}

/** Returns a text such as ` --tenant example --prefix shop --role user`: the options of `gatewright keys create`. */
export function keyOptions({ owner, prefix, roles, scopes, plan }: AdmittedKey): string {
  return [
    [owner.option, owner.name],
    ['prefix', prefix],
    ...roles.map((role) => ['role', role]),
    ...scopes.map((scope) => ['scope', scope]),
    ...(plan === undefined ? [] : [['plan', plan]]),
  ]
    .map(([name = '', value = '']) => ` --${name} ${quote(value)}`)
    .join('');
}

/**
 * Returns the customer to create before the key, in the form for `gatewright customers create`; undefined if the key
 * needs no customer. The plan is undefined if no document has a plan, because saved plans are only in the usage table.
 */
export function keyCustomer({
  owner,
}: AdmittedKey): { readonly name: string; readonly plan: string | undefined } | undefined {
  return owner.option === 'tenant'
    ? undefined
    : { name: quote(owner.name), plan: owner.plan === undefined ? undefined : quote(owner.plan) };
}

/** Returns the roles and scopes that each rule requires, if it requires nothing else. */
function candidates(
  { rules }: CompiledDocument,
  { id }: CompiledKeyIssuer,
): readonly { readonly roles: readonly string[]; readonly scopes: readonly string[] }[] {
  const trust = { roles: [['roles']], scopes: [['scopes']] };
  return rules
    .filter(({ effect }) => effect === 'allow')
    .flatMap(({ when }) => {
      const wanted = when === undefined ? {} : satisfy(when, { id, trust });
      if (wanted === undefined) return [];
      const { roles = [], scopes = [], ...others } = wanted;
      const isEnough = Object.keys(others).length === 0;
      return isEnough ? [{ roles: roles as readonly string[], scopes: scopes as readonly string[] }] : [];
    });
}

/**
 * Returns the plans to try for the key: the first plan of each document. The first attempt is without a plan, because
 * requests that are not charged need none.
 */
function plansOf(all: readonly CompiledDocument[]): readonly (string | undefined)[] {
  return [undefined, ...all.flatMap(({ quota }) => quota?.plans.slice(0, 1).map(({ id }) => id) ?? [])];
}
