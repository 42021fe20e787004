/**
 * VPC links of templates and calls. Because there is no VPC, integrations use the address that `--vpc-link`
 * gives for the link's id or name.
 */
import { mergeParts } from './edits/merge-defined.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { ControlResource } from './control-resource.ts';

/** `rest` links point to network load balancers, `http` links into subnets. */
export type VpcLink = ControlResource & {
  readonly kind: 'rest' | 'http';
  readonly createdAtEpochMs: number;
};

export class VpcLinks {
  #links: readonly VpcLink[] = [];
  #defined: readonly VpcLink[] = [];

  ofKind(kind: VpcLink['kind']): readonly VpcLink[] {
    return this.#links.filter((link) => link.kind === kind);
  }

  find(id: string): VpcLink | undefined {
    return this.#links.find((link) => link.id === id);
  }

  /** The link's display name; undefined for an unknown link. */
  nameOf(id: string): string | undefined {
    const name = textOf(this.find(id)?.properties ?? {}, 'Name');
    return name === '' ? undefined : name;
  }

  put(link: VpcLink): void {
    const isKnown = this.find(link.id) !== undefined;
    this.#links = isKnown
      ? this.#links.map((other) => (other.id === link.id ? link : other))
      : [...this.#links, link];
  }

  delete(id: string): void {
    this.#links = this.#links.filter((link) => link.id !== id);
  }

  /**
   * Replaces the templates' definitions; changes that calls made to a link stay until its own definition
   * changes.
   */
  adopt(defined: readonly VpcLink[]): void {
    const merged = mergeParts(this.#defined, this.#links, defined);
    this.#links = merged.map((link) => ({
      ...link,
      createdAtEpochMs: this.find(link.id)?.createdAtEpochMs ?? link.createdAtEpochMs,
    }));
    this.#defined = defined;
  }
}
