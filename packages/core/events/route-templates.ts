/** Event templates by route: the members of API, stage and route are constant. */
import { JsonTemplates } from './json-template.ts';
import type { ApiFacts, RoutedFacts, RouteFacts, StageFacts } from './request-facts.ts';

export type Place = Pick<RoutedFacts, 'api' | 'stage' | 'route'>;
type Build<Part extends string> = (place: Place, part: (name: Part) => unknown) => unknown;

type Known<Part extends string> = {
  readonly api: ApiFacts;
  readonly stage: StageFacts;
  readonly templates: JsonTemplates<Part>;
};

export class RouteTemplates<Part extends string> {
  readonly #parts: readonly Part[];
  readonly #build: Build<Part>;
  /** For the last API and stage of a route; it changes when a route is served at two addresses. */
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
