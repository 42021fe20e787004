/**
 * Stores the labels that rules have added to a request, and the labels that unjudged rules may have added.
 * @see developer guide, "Matching against a label"
 */
import type { Judgement } from './judgement.ts';

export class Labels {
  readonly #sure: string[] = [];
  readonly #possible: (readonly string[])[] = [];
  /** Prefixes of labels that only AWS can add. */
  readonly #possiblePrefixes: string[] = [];

  add(labels: readonly string[]): void {
    for (const label of labels) if (!this.#sure.includes(label)) this.#sure.push(label);
  }

  addPossible(labels: readonly string[]): void {
    if (labels.length > 0) this.#possible.push(labels);
  }

  /**
   * Records that any label with this prefix may be present.
   * @param prefix the prefix of these labels
   */
  addPossiblePrefix(prefix: string): void {
    this.#possiblePrefixes.push(prefix);
  }

  get all(): readonly string[] {
    return this.#sure;
  }

  /**
   * Whether the request has a label or a namespace.
   * @param prefix the label prefix of the rule's own web ACL or rule group, which applies to keys without a prefix
   */
  match(scope: 'LABEL' | 'NAMESPACE', key: string, prefix: string): Judgement {
    if (this.#isEmpty) return 'no-match';
    const isMatch = matcherOf(scope, key, prefix);
    for (const label of this.#sure) if (isMatch(label)) return 'match';
    if (this.#possible.some((labels) => labels.some(isMatch))) return 'unjudged';
    if (key.startsWith('awswaf:'))
      for (const possible of this.#possiblePrefixes)
        if (key.startsWith(possible) || (scope === 'NAMESPACE' && possible.startsWith(key)))
          return 'unjudged';
    return 'no-match';
  }

  get #isEmpty(): boolean {
    return this.#sure.length + this.#possible.length + this.#possiblePrefixes.length === 0;
  }

  /** Returns the first label in a namespace; undefined if there is none. */
  inNamespace(namespace: string, prefix: string): string | undefined {
    const isMatch = matcherOf('NAMESPACE', namespace, prefix);
    return this.all.find(isMatch);
  }
}

function matcherOf(scope: 'LABEL' | 'NAMESPACE', key: string, prefix: string): (label: string) => boolean {
  if (key.startsWith('awswaf:'))
    return scope === 'LABEL' ? (label) => label === key : (label) => label.startsWith(key);
  // The leading colon makes the key match whole name parts.
  const end = `:${key}`;
  const isOwn = (label: string): boolean => label.startsWith(prefix);
  if (scope === 'LABEL') return (label) => isOwn(label) && label.slice(prefix.length - 1).endsWith(end);
  return (label) => isOwn(label) && label.slice(prefix.length - 1).includes(end);
}
