/**
 * Finds an API key that an access document admits to a route, so that the first screen can suggest a command that
 * creates it.
 */
import type { CompiledDocument, CompiledKeyIssuer } from '@gatewright/handlers/access/compiled-document';
import { quote } from '@gatewright/aws/text/token-options';
import { isAllowed, satisfy, sourceOf } from './admitted-token.ts';
import type { AdmittedToken, Asked } from './admitted-token.ts';

/** The values to pass to `gatewright keys create`, and where the document reads the key from. */
export type AdmittedKey = {
  readonly tenant: string;
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /**
   * The plan by which the key's requests are charged; undefined if they are not charged, or if the document fixes the
   * plan.
   */
  readonly plan: string | undefined;
  readonly source: AdmittedToken['source'];
};

/**
 * The tenant of the suggested key. It must differ from the customers that the recipes create: if a customer has a
 * record, its keys must not have a plan of their own.
 */
const TENANT = 'example';

/**
 * @param stage the stage of the stack with the authorizers
 * @returns undefined if no key with roles and scopes alone is admitted
 */
export function findAdmittedKey(
  document: CompiledDocument,
  stage: string,
  asked: Asked,
): AdmittedKey | undefined {
  for (const issuer of document.apiKeys) {
    const source =
      issuer.only?.includes(stage) === false ? undefined : sourceOf(document, issuer, asked.places);
    if (source === undefined) continue;
    for (const { roles, scopes } of candidates(document, issuer))
      for (const plan of plansOf(document)) {
        const claims = { tenant: TENANT, ...(plan !== undefined && { plan }) };
        const caller = { claims: JSON.stringify(claims), issuer: issuer.id, role: roles, scope: scopes };
        if (isAllowed(document, asked, caller))
          return { tenant: TENANT, prefix: issuer.prefix, roles, scopes, plan, source };
      }
  }
  return undefined;
}

/** Returns a text such as ` --tenant example --prefix shop --role user`: the options of `gatewright keys create`. */
export function keyOptions({ tenant, prefix, roles, scopes, plan }: AdmittedKey): string {
  return [
    ['tenant', tenant],
    ['prefix', prefix],
    ...roles.map((role) => ['role', role]),
    ...scopes.map((scope) => ['scope', scope]),
    ...(plan === undefined ? [] : [['plan', plan]]),
  ]
    .map(([name = '', value = '']) => ` --${name} ${quote(value)}`)
    .join('');
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
 * Returns the plans to try for the key. The first try is without a plan, because requests that are not charged need
 * none.
 */
function plansOf({ quota }: CompiledDocument): readonly (string | undefined)[] {
  return [undefined, ...(quota?.plans.slice(0, 1).map(({ id }) => id) ?? [])];
}
