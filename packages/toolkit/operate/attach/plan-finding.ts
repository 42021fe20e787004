import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import type { Choice } from './choose-routes.ts';
import type { AuthorizerSettings } from './choose-settings.ts';
import type { LiveApi } from './live-api.ts';

export type PlanFinding = {
  readonly id: string;
  /** The severity of the finding. The plan cannot be applied if there is an obstacle. */
  readonly level: 'obstacle' | 'warning' | 'note';
  readonly what: string;
  readonly fix: string;
};

export type Circumstances = {
  readonly live: LiveApi;
  readonly authorizer: AuthorizerFunction;
  readonly settings: AuthorizerSettings;
  readonly choice: Choice;
  /** The document for this API and stage; undefined if the folder does not contain one. */
  readonly document: CompiledDocument | undefined;
  /** The keys of the routes that will require an API key. The authorizer supplies this key. */
  readonly keyed: ReadonlySet<string>;
  readonly isIncludingEdits: boolean;
};

export const obstacle = (id: string, what: string, fix: string): PlanFinding => ({
  id,
  level: 'obstacle',
  what,
  fix,
});
export const warning = (id: string, what: string, fix: string): PlanFinding => ({
  id,
  level: 'warning',
  what,
  fix,
});

const SHOWN = 5;

export function list(texts: readonly string[]): string {
  const more = texts.length - SHOWN;
  return `${texts.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
