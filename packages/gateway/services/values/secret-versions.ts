/** Versions of secrets and their staging labels [obs: secretsmanager] (docs/aws §22.5). */
import type { Content } from './value-definitions.ts';

export const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const PENDING = 'AWSPENDING';

/** A version of a secret. Without a label, it is deprecated. */
export type SecretVersion = {
  readonly id: string;
  readonly content: Content;
  readonly changedMs: number;
  readonly stages: readonly string[];
};

/** The number of versions that are kept (Secrets Manager user guide, quotas). */
const MAX_VERSIONS = 100;

/**
 * Attaches labels to a version, and detaches them from others. The version that loses AWSCURRENT becomes AWSPREVIOUS,
 * and is no longer AWSPENDING.
 */
export function moveStages(
  versions: readonly SecretVersion[],
  to: string,
  stages: readonly string[],
): readonly SecretVersion[] {
  const former = stages.includes(CURRENT)
    ? versions.find(({ id, stages: own }) => id !== to && own.includes(CURRENT))
    : undefined;
  const moved = new Set([...stages, ...(former === undefined ? [] : [PREVIOUS])]);
  const labelled = versions.map((version): SecretVersion => {
    const kept = version.stages.filter((stage) => !moved.has(stage));
    if (version.id === to) return { ...version, stages: sorted([...kept, ...stages]) };
    if (version !== former) return { ...version, stages: kept };
    return { ...version, stages: sorted([...kept.filter((stage) => stage !== PENDING), PREVIOUS]) };
  });
  const deprecated = labelled.filter(({ stages: own }) => own.length === 0);
  const dropped = new Set(deprecated.slice(0, Math.max(0, labelled.length - MAX_VERSIONS)));
  return labelled.filter((version) => !dropped.has(version));
}

/** Detaches a label from the version that has it. */
export function removeStage(versions: readonly SecretVersion[], stage: string): readonly SecretVersion[] {
  return versions.map((version) => ({
    ...version,
    stages: version.stages.filter((own) => own !== stage),
  }));
}

function sorted(stages: readonly string[]): readonly string[] {
  return [...new Set(stages)].toSorted();
}
