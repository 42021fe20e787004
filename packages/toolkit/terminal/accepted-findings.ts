/** Reads `check.accept` of the settings next to the sources: findings that a person has accepted, with the reason. */
import { isJsonObject, membersOf } from '@gatewright/aws/json-object';
import { UsageError } from '../../base/terminal/output.ts';
import { CHECK_SETTING } from '../../gateway/engine/start-settings.ts';
import { readSetting } from './settings-file.ts';

type AcceptedFinding = {
  readonly id: string;
  /** The logical id; absent means every resource. */
  readonly resource?: string | undefined;
  readonly reason: string;
  /** The file and line of the setting. */
  readonly at: string;
};

/** The members by which an entry of the settings identifies a finding. `resource` is a logical id. */
type Identified = { readonly id: string; readonly resource: string };

/** Returns the entry that accepts a finding; undefined if none does. */
export function findAccepted(
  accepted: readonly AcceptedFinding[],
  finding: Identified,
): AcceptedFinding | undefined {
  return accepted.find((entry) => isMeant(entry, finding));
}

/** Returns whether an entry of the settings is about the finding. */
export function isMeant(
  { id, resource }: Pick<AcceptedFinding, 'id' | 'resource'>,
  finding: Identified,
): boolean {
  return id === finding.id && (resource === undefined || resource === finding.resource);
}

const MEMBERS: ReadonlySet<string> = new Set(['id', 'resource', 'reason']);

/** @throws UsageError with file and line for an entry without an id or a reason */
export function readAccepted(sources: readonly string[]): readonly AcceptedFinding[] {
  return readSetting(sources, CHECK_SETTING).flatMap(({ value, at }) => parseAccepted(value, at));
}

function parseAccepted(value: unknown, at: string): readonly AcceptedFinding[] {
  const { accept = [], ...others } = membersOf(value);
  if (!isJsonObject(value) || Object.keys(others).length > 0 || !Array.isArray(accept))
    throw new UsageError(
      `${at}: "check" must be a map whose only member is a list "accept" of { id, resource?, reason }; found ${JSON.stringify(value)}`,
    );
  return accept.map((entry: unknown) => {
    const { id, resource, reason, ...more } = membersOf(entry);
    const isText = (text: unknown): text is string => typeof text === 'string' && text.trim() !== '';
    if (
      !isText(id) ||
      !isText(reason) ||
      (resource !== undefined && !isText(resource)) ||
      Object.keys(more).length > 0
    )
      throw new UsageError(
        `${at}: each entry of check.accept must have an id, a reason, and optionally a resource; found ${JSON.stringify(entry)}. Known members: ${[...MEMBERS].join(', ')}`,
      );
    return { id, reason, at, ...(resource !== undefined && { resource }) };
  });
}
