/**
 * Custom domains and the targets of their base paths (docs/aws §10.4). Like stages, they are created by templates and
 * API calls. A reload changes only what the template has changed.
 */
import { findBasePath } from '../../core/routing/base-path.ts';
import { matchRule } from '../../core/routing/routing-rules.ts';
import { routingModeOf } from './read-routing-rules.ts';
import { isSameJson } from '@gatewright/aws/equal-json';
import type { PrivateDomain } from '../../core/events/request-facts.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { RoutingRule } from '../../core/routing/routing-rules.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type Mapping = {
  readonly apiId: string;
  /** The stage; empty means that the first segment after the base path is the stage name (REST only). */
  readonly stage: string;
  /** The id, if the mapping was set with a call to apigatewayv2. */
  readonly id?: string;
};

export type Domain = {
  /** The name in lower case. `*.example.com` matches every name that has one label in place of `*`. */
  readonly name: string;
  readonly properties: JsonObject;
  readonly mappings: ReadonlyMap<string, Mapping>;
  /** The rules in order of priority. The domain's routing mode determines whether they are used. */
  readonly rules: readonly RoutingRule[];
  readonly createdAtEpochMs: number;
  /** The reason why the domain's guard cannot be enforced. If it is set, every request to this domain receives 500. */
  readonly closedBecause?: string | undefined;
  readonly truststore?: Truststore | undefined;
  readonly access?: PrivateDomain | undefined;
};

export type DefinedDomain = Pick<
  Domain,
  'name' | 'properties' | 'mappings' | 'rules' | 'closedBecause' | 'truststore' | 'access'
>;

type DomainMatch =
  | { readonly kind: 'mapped'; readonly basePath: string; readonly mapping: Mapping }
  | { readonly kind: 'ruled'; readonly basePath: string; readonly rule: RoutingRule }
  | { readonly kind: 'unmapped'; readonly domain: Domain };

export class Domains {
  #domains = new Map<string, Domain>();
  #defined: ReadonlyMap<string, DefinedDomain> = new Map();

  get all(): readonly Domain[] {
    return [...this.#domains.values()];
  }

  get(name: string): Domain | undefined {
    return this.#domains.get(name.toLowerCase());
  }

  put(domain: Domain): void {
    this.#domains.set(domain.name, domain);
  }

  /** Removes all domains and definitions, so that the next `adopt` takes over the templates' domains unchanged. */
  clear(): void {
    this.#domains = new Map();
    this.#defined = new Map();
  }

  delete(name: string): void {
    this.#domains.delete(name);
  }

  /** Returns the domain for a Host header, ignoring its port; undefined for another host. */
  ofHost(host: string): Domain | undefined {
    if (this.#domains.size === 0) return undefined;
    const name = host.toLowerCase().replace(/\.?(?::\d{1,5})?$/, '');
    const dot = name.indexOf('.');
    return this.#domains.get(name) ?? (dot < 1 ? undefined : this.#domains.get(`*${name.slice(dot)}`));
  }

  /**
   * Replaces the templates' definitions. A domain or mapping that an API call created or edited stays until its own
   * definition changes.
   */
  adopt(defined: readonly DefinedDomain[], nowEpochMs: number): void {
    const next = new Map<string, Domain>();
    const byName = new Map(defined.map((domain) => [domain.name, domain]));
    for (const name of new Set([...byName.keys(), ...this.#domains.keys()])) {
      const domain = merge(this.#defined.get(name), this.#domains.get(name), byName.get(name));
      if (domain !== undefined) next.set(name, { createdAtEpochMs: nowEpochMs, ...domain });
    }
    this.#domains = next;
    this.#defined = byName;
  }
}

/** Returns the merged domain; undefined means that there is no domain. */
function merge(
  was: DefinedDomain | undefined,
  current: Domain | undefined,
  now: DefinedDomain | undefined,
): (DefinedDomain & { readonly createdAtEpochMs?: number }) | undefined {
  if (now === undefined) return was === undefined ? current : undefined;
  if (was === undefined) return now;
  if (current === undefined) return isSameJson(was.properties, now.properties) ? undefined : now;
  const mappings = new Map<string, Mapping>();
  for (const basePath of new Set([...now.mappings.keys(), ...current.mappings.keys()])) {
    const isUnchanged = isSameJson(was.mappings.get(basePath), now.mappings.get(basePath));
    const mapping = (isUnchanged ? current : now).mappings.get(basePath);
    if (mapping !== undefined) mappings.set(basePath, mapping);
  }
  const isUnchanged = isSameJson(was.properties, now.properties);
  const properties = isUnchanged ? current.properties : now.properties;
  const isOwn = isSameJson(properties[MUTUAL_TLS], now.properties[MUTUAL_TLS]);
  const { closedBecause, truststore } = isOwn ? now : current;
  const rules = mergeRules(was.rules, current.rules, now.rules);
  return { ...current, properties, mappings, rules, closedBecause, truststore, access: now.access };
}

/**
 * Merges rules in the same way as mappings. Changes to the template take precedence, and everything else stays as the
 * API calls left it.
 */
function mergeRules(
  was: readonly RoutingRule[],
  current: readonly RoutingRule[],
  now: readonly RoutingRule[],
): readonly RoutingRule[] {
  const byId = (rules: readonly RoutingRule[]) => new Map(rules.map((rule) => [rule.id, rule]));
  const [before, mine, defined] = [byId(was), byId(current), byId(now)];
  const kept = [...new Set([...defined.keys(), ...mine.keys()])].flatMap((id) => {
    const isUnchanged = isSameJson(before.get(id), defined.get(id));
    const rule = (isUnchanged ? mine : defined).get(id);
    return rule === undefined ? [] : [rule];
  });
  return byPriority(kept);
}

export function byPriority(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  return rules.toSorted((a, b) => a.priority - b.priority);
}

const MUTUAL_TLS = 'MutualTlsAuthentication';

/**
 * Returns the target of a request to this domain. If the routing mode uses rules, the first matching rule determines
 * the target. If no rule matches, or the mode does not use rules, the longest matching base path determines it, unless
 * the mode uses rules only.
 */
export function matchDomain(domain: Domain, path: string, rawHeaders: readonly string[] = []): DomainMatch {
  const mode = routingModeOf(domain.properties);
  const ruled = mode === 'mappings' ? undefined : matchRule(domain.rules, path, rawHeaders);
  if (ruled !== undefined) return { kind: 'ruled', ...ruled };
  if (mode === 'rules') return { kind: 'unmapped', domain };
  const { mappings } = domain;
  const depths = [...mappings.keys()].map((basePath) => basePath.split('/').length);
  const basePath = findBasePath(path, (text) => mappings.has(text), Math.max(0, ...depths));
  const mapping = basePath === undefined ? undefined : mappings.get(basePath);
  return basePath === undefined || mapping === undefined
    ? { kind: 'unmapped', domain }
    : { kind: 'mapped', basePath, mapping };
}
