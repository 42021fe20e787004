/**
 * The state that is served: the stacks with their APIs and function URLs, the APIs that were created with API calls,
 * the custom domains, and the VPC links. A reload keeps the changes that API calls made. A request in flight keeps the
 * state with which it started.
 */
import { REFUSING } from '../core/errors.ts';
import { carryOver } from './edits/carry-over.ts';
import { resourcesOf, toControlResource } from './control-resource.ts';
import { Domains, matchDomain } from './domains/domains.ts';
import { noteAliases } from './functions/function-aliases.ts';
import { reportUnpermitted, readFunctionUrls } from './loading/read-function-urls.ts';
import { loadApis } from './loading/load-apis.ts';
import { textOf } from '@gatewright/aws/json-object';
import { readDomains } from './domains/read-domains.ts';
import { VpcLinks } from './vpc-links.ts';
import { serveClosed, serveMapped, serveRuled } from './domains/serve-domain.ts';
import type { ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
import type { Tolerance } from '../core/errors.ts';
import type { ServedApi } from '../core/exchange.ts';
import type { Account } from './account.ts';
import type { TruststoreSource } from './domains/mutual-tls.ts';
import type { ApiState } from './api-state.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';
import type { FunctionUrl } from './loading/read-function-urls.ts';
import type { VpcLink } from './vpc-links.ts';
import type { ApiIdentity } from '../core/deployment/model.ts';

type PreparedApis = {
  /** The APIs of the stacks, as they will be served. */
  readonly apis: readonly ApiState[];
  readonly isEmpty: boolean;
  readonly unsupported: readonly UnsupportedItem[];
  serve(unsupported?: readonly UnsupportedItem[]): void;
};

/** The result for a request to a custom domain. If `api` is undefined, no rule or mapping matches the request. */
export type DomainAnswer = {
  readonly api: ServedApi | undefined;
  readonly isHttpOnly: boolean;
  /** The domain and the base paths of its mappings, which the explanation of a refusal mentions. */
  readonly facts: { readonly domain: string; readonly basePaths: readonly string[] };
  /**
   * A domain that requires client certificates, and its truststore; undefined means that the domain does not require
   * client certificates.
   */
  readonly mutual?: { readonly domain: string; readonly truststore: Truststore } | undefined;
};

export class ServedApis {
  readonly account: Account;
  readonly domains = new Domains();
  readonly vpcLinks = new VpcLinks();
  #stacks: readonly ResolvedStack[] = [];
  #functionArns: ReadonlyMap<string, string> = new Map();
  #apis = new Map<string, ApiState>();
  #urls = new Map<string, FunctionUrl>();
  #labels: ReadonlyMap<string, string> | undefined;
  #unsupported: readonly UnsupportedItem[] = [];
  readonly #made = new Set<string>();

  constructor(account: Account) {
    this.account = account;
  }

  get stacks(): readonly ResolvedStack[] {
    return this.#stacks;
  }

  /** Returns the ARN of a function of the stacks. The region of a stack may differ from the gateway's. */
  functionArnOf(name: string): string | undefined {
    return this.#functionArns.get(name);
  }

  /** Returns all APIs in template order, followed by the APIs that API calls created. */
  get all(): readonly ApiState[] {
    return [...this.#apis.values()];
  }

  get urls(): readonly FunctionUrl[] {
    return [...this.#urls.values()];
  }

  get unsupported(): readonly UnsupportedItem[] {
    return this.#unsupported;
  }

  find(apiId: string): ServedApi | undefined {
    return this.#apis.get(apiId)?.served ?? this.#urls.get(apiId)?.served;
  }

  /** Returns the label before the request lines of an API, such as `shop `; empty if there is only one API. */
  labelOf(apiId: string): string {
    this.#labels ??= labelApis([
      ...this.all.map(({ identity }) => identity),
      ...this.urls.map(({ served }) => served),
    ]);
    return this.#labels.get(apiId) ?? '';
  }

  state(apiId: string): ApiState | undefined {
    return this.#apis.get(apiId);
  }

  /** Restores the state that the templates define, without changes by API calls, usage, caches or counts. */
  restart(tolerance: Tolerance): void {
    const unsupported = this.#unsupported;
    this.#apis = new Map();
    this.#made.clear();
    this.account.forget();
    this.account.clientCertificates.forget();
    this.domains.clear();
    this.vpcLinks.forget();
    this.prepare(this.#stacks, tolerance).serve(unsupported);
  }

  /** Adds an API that was created with an API call. It stays until a call deletes it. */
  add(api: ApiState): void {
    this.#made.add(api.identity.apiId);
    this.#apis.set(api.identity.apiId, api);
    this.#labels = undefined;
  }

  /** Removes an API. An API of a template returns when the template is loaded again. */
  remove(apiId: string): void {
    this.#made.delete(apiId);
    this.#apis.delete(apiId);
    this.#labels = undefined;
  }

  /** Returns the result for a custom domain in the Host header; undefined for any other host. */
  atDomain(host: string, target: string, rawHeaders?: readonly string[]): DomainAnswer | undefined {
    const domain = this.domains.ofHost(host);
    if (domain === undefined) return undefined;
    const { truststore } = domain;
    const facts = { domain: domain.name, basePaths: [...domain.mappings.keys()] };
    const mutual = truststore && { domain: domain.name, truststore };
    const found = matchDomain(domain, target.replace(/\?.*/s, ''), rawHeaders);
    const to = found.kind === 'mapped' ? found.mapping : found.kind === 'ruled' ? found.rule : undefined;
    const api = to && this.find(to.apiId);
    if (found.kind !== 'unmapped' && api !== undefined) {
      const mapped =
        found.kind === 'ruled'
          ? serveRuled(api, host, found, domain.access)
          : serveMapped(api, host, found.basePath, found.mapping, domain.access);
      const { closedBecause } = domain;
      const isClosed = closedBecause !== undefined;
      return {
        api: isClosed ? serveClosed(mapped, closedBecause) : mapped,
        isHttpOnly: false,
        facts,
        mutual,
      };
    }
    const protocols = [...domain.mappings.values()].map(({ apiId }) => this.find(apiId)?.protocol);
    const isHttpOnly = protocols.length > 0 && protocols.every((kind) => kind === 'http');
    return { api: undefined, isHttpOnly, facts, mutual };
  }

  /**
   * Compiles the stacks without serving them yet.
   * @throws DefinitionError if no fault is tolerated. In that case the previous state is still served.
   */
  prepare(
    stacks: readonly ResolvedStack[],
    tolerance: Tolerance = REFUSING,
    truststores?: TruststoreSource,
  ): PreparedApis {
    const certificates = this.account.clientCertificates.prepare(certificatesOf(stacks));
    const { apis, unsupported, adopt } = certificates.during(() => loadApis(stacks, this.account, tolerance));
    const urls = readFunctionUrls(stacks, this.account, tolerance);
    reportUnpermitted(urls, stacks, tolerance);
    noteAliases(stacks, tolerance);
    const all = [...stacks.flatMap((stack) => stack.unsupported), ...unsupported];
    const byId = new Map(apis.map((api) => [api.identity.apiId, api]));
    const domains = readDomains(
      stacks,
      (apiId) => byId.get(apiId) ?? this.state(apiId),
      tolerance,
      this.account.vpcEndpoints,
      truststores,
    );
    return {
      apis,
      isEmpty: apis.length === 0 && urls.length === 0,
      unsupported: all,
      serve: (items = all) => {
        certificates.adopt();
        for (const api of apis) {
          const before = this.#apis.get(api.identity.apiId);
          if (before !== undefined) carryOver(before, api, tolerance.allowsUnguarded);
        }
        this.#stacks = stacks;
        this.#functionArns = new Map(
          stacks.flatMap(({ functions }) => functions.map(({ name, arn }) => [name, arn] as const)),
        );
        const made = [...this.#apis].filter(([apiId]) => this.#made.has(apiId) && !byId.has(apiId));
        this.#apis = new Map([...byId, ...made]);
        this.#urls = new Map(urls.map((url) => [url.served.apiId, url]));
        this.#labels = undefined;
        this.domains.adopt(domains, this.account.clock.nowEpochMs());
        this.vpcLinks.adopt(vpcLinksOf(stacks, this.account.clock.nowEpochMs()));
        this.#unsupported = items;
        if (truststores !== undefined) this.account.truststores = truststores;
        adopt();
      },
    };
  }
}

function certificatesOf(stacks: readonly ResolvedStack[]): { id: string; description: string }[] {
  return stacks.flatMap(({ resources }) =>
    [...resources.values()]
      .filter(({ type }) => type === 'AWS::ApiGateway::ClientCertificate')
      .map(({ physicalId, properties }) => ({
        id: physicalId,
        description: textOf(properties, 'Description'),
      })),
  );
}

function vpcLinksOf(stacks: readonly ResolvedStack[], createdAtEpochMs: number): VpcLink[] {
  const read = (kind: VpcLink['kind'], type: string): VpcLink[] =>
    resourcesOf(stacks, [type]).map((resource) => ({
      ...toControlResource(resource),
      kind,
      createdAtEpochMs,
    }));
  return [...read('rest', 'AWS::ApiGateway::VpcLink'), ...read('http', 'AWS::ApiGatewayV2::VpcLink')];
}

const KINDS: Readonly<Record<ApiIdentity['protocol'], string>> = {
  rest: 'REST',
  http: 'HTTP',
  websocket: 'WebSocket',
};

/**
 * Returns the shortest label that distinguishes each API's request lines, by API id. The label is the API's name,
 * followed by a space. If the name is not unique, the API type is added, then the id. With a single API there are no
 * labels.
 */
export function labelApis(
  apis: readonly (Pick<ApiIdentity, 'apiId' | 'name' | 'protocol'> & { readonly functionUrl?: unknown })[],
): ReadonlyMap<string, string> {
  if (apis.length < 2) return new Map();
  const forms = apis.map(({ apiId, name, protocol, functionUrl }) => {
    const kind = functionUrl === undefined ? KINDS[protocol] : 'URL';
    return [name, `${name} (${kind})`, `${name} (${kind} ${apiId})`];
  });
  return new Map(
    apis.map(({ apiId }, index) => {
      const own = forms[index] ?? [];
      const unique = own.find((text, at) => forms.filter((other) => other[at] === text).length === 1);
      return [apiId, `${unique ?? apiId} `];
    }),
  );
}
