/**
 * A proof that `npm run prove` runs: checking its claim takes too long for `npm test`, or depends too much on the
 * machine.
 */

export type Figures = { readonly [name: string]: string | number | boolean | Figures | readonly Figures[] };

export type Outcome =
  | {
      readonly kind: 'proven';
      readonly figures: Figures;
      /** Whether the run covered less than the claim, so that it is not evidence. */
      readonly isPart?: boolean;
      /** The parts of the claim that no run has shown yet. The figures are about the other parts. */
      readonly due?: readonly string[];
    }
  | { readonly kind: 'refuted'; readonly reason: string; readonly figures: Figures }
  /** The machine lacks a tool, which `reason` names. */
  | { readonly kind: 'skipped'; readonly reason: string };

export type Proof = {
  /** The name on the command line, and in `docs/evidence/<name>.json`. */
  readonly name: string;
  readonly claim: string;
  /** Whether the proof is short enough for `--quick`, or has a shorter form. */
  readonly quick: boolean;
  run(options: {
    readonly quick: boolean;
    /** `--minutes`, for proofs that run as long as they are allowed to. */
    readonly minutes?: number | undefined;
    /** `--seed`, for proofs with random inputs. */
    readonly seed?: number | undefined;
    /** `--sample`, for proofs that draw a sample. */
    readonly sample?: number | undefined;
    /** `--only`: a single folder, case or target, for proofs with several. */
    readonly only?: string | undefined;
    /** `--survivors`: only mutants that survived an earlier run. */
    readonly survivors?: boolean | undefined;
    /** `--workers`: how many are tried at the same time. */
    readonly workers?: number | undefined;
    /** `--against`: a commit, for proofs that compare with one. */
    readonly against?: string | undefined;
  }): Promise<Outcome>;
};
