/** What `npm run prove` runs: a claim that is too long or too dependent on the machine for `npm test`. */

export type Figures = { readonly [name: string]: string | number | boolean | Figures | readonly Figures[] };

export type Outcome =
  | {
      readonly kind: 'proven';
      readonly figures: Figures;
      /** Smaller than the claim: it is no evidence. */
      readonly isPart?: boolean;
      /** Parts of the claim that no run has shown yet; the figures are of those that runs have. */
      readonly due?: readonly string[];
    }
  | { readonly kind: 'refuted'; readonly reason: string; readonly figures: Figures }
  /** A tool that this machine lacks; `reason` names it. */
  | { readonly kind: 'skipped'; readonly reason: string };

export type Proof = {
  /** Name on the command line and of `docs/evidence/<name>.json`. */
  readonly name: string;
  readonly claim: string;
  /** Short enough for `--quick`, or has a shorter form of itself. */
  readonly quick: boolean;
  run(options: {
    readonly quick: boolean;
    /** `--minutes`, for those that continue for as long as they are let. */
    readonly minutes?: number | undefined;
    /** `--seed`, for those that throw dice. */
    readonly seed?: number | undefined;
    /** `--sample`, for those that draw one. */
    readonly sample?: number | undefined;
    /** `--only`: a folder, a case or a target, for those that go through several. */
    readonly only?: string | undefined;
    /** `--survivors`: only those that were tried and survived. */
    readonly survivors?: boolean | undefined;
    /** `--workers`: how many are tried side by side. */
    readonly workers?: number | undefined;
    /** `--against`: a commit, for those that compare with one. */
    readonly against?: string | undefined;
  }): Promise<Outcome>;
};
