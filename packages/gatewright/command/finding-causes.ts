/** Counts findings in the same way for each command that reports them. */
import type { DeployFinding } from '../../gateway/core/deployability/finding.ts';

/** Returns a text that is equal for findings that have the same cause at the same place, such as a line of Globals. */
export function causeAtPlace(finding: DeployFinding): string {
  const { id, file, line, resource, property, message } = finding;
  return JSON.stringify([id, file, line ?? [resource, property], message]);
}

/** Returns the number of causes. A value that several resources get from one place counts once. */
export function countCauses(findings: readonly DeployFinding[]): number {
  return new Set(findings.map(causeAtPlace)).size;
}

/** Whether osls refuses to compile the service, which then never reaches AWS. */
export function isRefusedByOsls({ id }: Pick<DeployFinding, 'id'>): boolean {
  return id === 'not-compiled';
}
