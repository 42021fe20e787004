/**
 * Templates from which the JSON of events is printed, one for each route. If the requests of a connection repeat the
 * same headers, the connection gets separate templates.
 */
import { JsonTemplates } from './json-template.ts';
import type { HeaderList } from './header-list.ts';
import type {
  ApiFacts,
  ApiKeyFacts,
  CallerFacts,
  RoutedFacts,
  RouteFacts,
  StageFacts,
} from './request-facts.ts';

export type Place = Pick<RoutedFacts, 'api' | 'stage' | 'route'>;
type Build<Part extends string> = (place: Place, part: (name: Part) => unknown) => unknown;

type Known<Part extends string> = {
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  readonly templates: JsonTemplates<Part>;
};

/** Event templates by route, in which the members of the API, stage and route are constant. */
export class RouteTemplates<Part extends string> {
  readonly #parts: readonly Part[];
  readonly #build: Build<Part>;
  /**
   * The templates of each route, with the API and stage for which they were compiled. They are replaced if a request
   * reaches the route through another API or stage.
   */
  readonly #known = new WeakMap<RouteFacts, Known<Part>>();

  constructor(parts: readonly Part[], build: Build<Part>) {
    this.#parts = parts;
    this.#build = build;
  }

  of({ api, stage, route }: Place): JsonTemplates<Part> {
    const known = this.#known.get(route);
    if (known?.api === api && known.stage === stage) return known.templates;
    const templates = new JsonTemplates(this.#parts, (part) => this.#build({ api, stage, route }, part));
    this.#known.set(route, { api, stage, templates });
    return templates;
  }
}

/**
 * The facts that are constant in a template. They never include the body and other data of a single request, because a
 * template must not store them.
 */
type ConnectionFacts = Place &
  Pick<RoutedFacts, 'method' | 'protocol' | 'sourceIp' | 'clientCertificate' | 'headers'> & {
    readonly apiKey: ApiKeyFacts;
  };
type BuildRepeated<Part extends string> = (facts: ConnectionFacts, part: (name: Part) => unknown) => unknown;

type RepeatedRoute = {
  readonly facts: ConnectionFacts;
  readonly templates: Pick<JsonTemplates<string>, 'print'>;
};

/** The maximum number of routes whose templates are stored per connection. */
const MOST_ROUTES = 8;

/**
 * Event templates by connection. In addition to the route's constant members, all members of `ConnectionFacts`, such as
 * the headers, the address and the API key, are constant in these templates.
 */
export class ConnectionTemplates<Part extends string> {
  readonly #parts: readonly Part[];
  readonly #build: BuildRepeated<Part>;
  readonly #kept = new WeakMap<HeaderList, Map<RouteFacts, RepeatedRoute>>();

  constructor(parts: readonly Part[], build: BuildRepeated<Part>) {
    this.#parts = parts;
    this.#build = build;
  }

  /**
   * Returns the templates for a connection. Returns undefined if the connection has not repeated its headers. Also
   * returns undefined if a signature identifies the caller, because each request has a different signature.
   */
  of(request: RoutedFacts, caller: CallerFacts, apiKey: ApiKeyFacts): RepeatedRoute['templates'] | undefined {
    if (!request.headers.isRepeated || caller.kind === 'iam') return undefined;
    const known = this.#kept.get(request.headers)?.get(request.route);
    if (known !== undefined && hasFacts(request, apiKey, known.facts)) return known.templates;
    const { api, stage, route, method, protocol, sourceIp, clientCertificate, headers } = request;
    const facts = { api, stage, route, method, protocol, sourceIp, clientCertificate, headers, apiKey };
    const templates = new JsonTemplates(this.#parts, (part) => this.#build(facts, part));
    const kept = this.#kept.get(headers);
    const routes =
      kept === undefined || kept.size === MOST_ROUTES ? new Map<RouteFacts, RepeatedRoute>() : kept;
    this.#kept.set(headers, routes.set(route, { facts, templates }));
    return templates;
  }
}

function hasFacts(request: RoutedFacts, apiKey: ApiKeyFacts, known: ConnectionFacts): boolean {
  return (
    request.api === known.api &&
    request.stage === known.stage &&
    request.method === known.method &&
    request.protocol === known.protocol &&
    request.sourceIp === known.sourceIp &&
    request.clientCertificate === known.clientCertificate &&
    apiKey?.id === known.apiKey?.id &&
    apiKey?.value === known.apiKey?.value
  );
}
