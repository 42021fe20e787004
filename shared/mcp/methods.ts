/**
 * How each method of the Model Context Protocol is decided, in all revisions from 2024-11-05 to 2026-07-28. A method
 * that this file does not list is denied, unless a rule of the document names it under `methods`.
 */
import { foldText } from './fold-text.ts';

/** The subjects that rules name. `methods` are methods that the list below does not decide in another way. */
export const MCP_SUBJECTS = ['tools', 'prompts', 'resources', 'methods'] as const;

export type McpSubject = (typeof MCP_SUBJECTS)[number];

type MethodRule =
  /**
   * A caller to whom the document grants something, or would grant something with more scopes, may call the method.
   * The method neither reads nor changes data of the server.
   */
  | { readonly kind: 'protocol' }
  /** The same callers may call the method. Its result is filtered, so that it contains only what the caller may use. */
  | { readonly kind: 'list'; readonly of: McpSubject; readonly member: string; readonly key: string }
  /** A rule must grant the tool, prompt or resource that this parameter names. */
  | {
      readonly kind: 'named';
      readonly of: McpSubject;
      readonly parameter: 'name' | 'uri';
      /** The header `Mcp-Name` repeats the parameter (revision 2026-07-28, Standard Request Headers). */
      readonly isInHeader?: true;
      /** The answer belongs to one caller, so caches must not share it. */
      readonly isPrivate?: true;
      /** Plans do not charge the method. */
      readonly isFree?: true;
    }
  /**
   * Completions of an argument reveal values of a prompt or resource template, so a rule must grant that prompt or
   * template.
   */
  | { readonly kind: 'completion' }
  /** A rule must grant each resource whose changes the stream is to report. */
  | { readonly kind: 'subscription' };

const PROTOCOL: MethodRule = { kind: 'protocol' };

const METHODS: Readonly<Record<string, MethodRule>> = {
  'server/discover': PROTOCOL,
  initialize: PROTOCOL,
  ping: PROTOCOL,
  'notifications/initialized': PROTOCOL,
  'notifications/cancelled': PROTOCOL,
  'notifications/progress': PROTOCOL,
  'notifications/roots/list_changed': PROTOCOL,
  'tools/list': { kind: 'list', of: 'tools', member: 'tools', key: 'name' },
  'prompts/list': { kind: 'list', of: 'prompts', member: 'prompts', key: 'name' },
  'resources/list': { kind: 'list', of: 'resources', member: 'resources', key: 'uri' },
  'resources/templates/list': {
    kind: 'list',
    of: 'resources',
    member: 'resourceTemplates',
    key: 'uriTemplate',
  },
  'tools/call': { kind: 'named', of: 'tools', parameter: 'name', isInHeader: true },
  'prompts/get': { kind: 'named', of: 'prompts', parameter: 'name', isInHeader: true },
  'resources/read': { kind: 'named', of: 'resources', parameter: 'uri', isInHeader: true, isPrivate: true },
  'resources/subscribe': { kind: 'named', of: 'resources', parameter: 'uri' },
  'resources/unsubscribe': { kind: 'named', of: 'resources', parameter: 'uri', isFree: true },
  'completion/complete': { kind: 'completion' },
  'subscriptions/listen': { kind: 'subscription' },
};

/** Returns undefined for a method that only a rule under `methods` can open, such as `tasks/get`. */
export function methodRule(method: string): MethodRule | undefined {
  return Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
}

const FOLDED: ReadonlySet<string> = new Set(Object.keys(METHODS).map(foldText));

/** Whether this list decides the method. Case is ignored, because some servers read `Tools/Call` as `tools/call`. */
export function isDecidedMethod(method: string): boolean {
  return FOLDED.has(foldText(method));
}

/** Returns the parameter that the header `Mcp-Name` repeats; undefined if the method has none. */
export function parameterInHeader(method: string): 'name' | 'uri' | undefined {
  const rule = methodRule(method);
  return rule?.kind === 'named' && rule.isInHeader === true ? rule.parameter : undefined;
}

/** The methods whose answers are lists of what the caller may use. */
export const LIST_METHODS: readonly string[] = Object.keys(METHODS).filter(
  (method) => METHODS[method]?.kind === 'list',
);

/** Whether the answer belongs to one caller, so that caches must not share it. */
export function isPrivateMethod(method: string): boolean {
  const rule = methodRule(method);
  return rule?.kind === 'list' || (rule?.kind === 'named' && rule.isPrivate === true);
}

/**
 * Members of the filter of `subscriptions/listen` (revision 2026-07-28, Notification Filter). Extensions add others.
 */
export const NOTIFICATION_FILTERS = [
  'toolsListChanged',
  'promptsListChanged',
  'resourcesListChanged',
  'resourceSubscriptions',
];
