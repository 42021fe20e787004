/**
 * The VPC links of templates and API calls. There is no VPC, so integrations use the address that `--vpc-link`
 * specifies for the link's id or name.
 */
import { mergeParts } from './edits/merge-defined.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { ControlResource } from './control-resource.ts';

/** A VPC link. `rest` links point to network load balancers, and `http` links point to subnets. */
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

  /** Returns the display name of a link; undefined for an unknown link. */
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

  forget(): void {
    this.#links = [];
    this.#defined = [];
  }

  /**
   * Replaces the templates' definitions. A change to a link by an API call stays until the link's own definition
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
