/**
 * Leaves out findings that the additions of a plug-in may remove. A plug-in that is not installed may define a resource
 * to which the template refers, or write the file of a handler when it packages the service.
 */
import type { DeployFinding } from '../../../core/deployability/finding.ts';

export function withoutOmittedPlugins(findings: readonly DeployFinding[]): readonly DeployFinding[] {
  const files = new Set(findings.filter(isOmitted).map(({ file }) => file));
  if (files.size === 0) return findings;
  const lacking = findings.filter((finding) => files.has(finding.file) && lacks(finding) !== undefined);
  return findings
    .filter((finding) => !lacking.includes(finding))
    .map((finding) => {
      const names = new Set(lacking.filter(({ file }) => file === finding.file).flatMap(lacks));
      return !isOmitted(finding) || names.size === 0
        ? finding
        : {
            ...finding,
            consequence: `${finding.consequence ?? ''}; the plug-in perhaps adds ${[...names].join(', ')}, which the service refers to but does not define`,
          };
    });
}

function isOmitted({ id }: DeployFinding): boolean {
  return id === 'missing-plugin';
}

/** Returns the resource or file that the finding reports as missing; undefined for a finding about something else. */
function lacks({ id, message }: DeployFinding): string | undefined {
  const [, resource] =
    /^Template format error: Unresolved resource dependencies \[(\w+)\] in the \w+ block of the template$/.exec(
      message,
    ) ??
    /^Template error: instance of Fn::GetAtt references undefined resource (\w+)$/.exec(message) ??
    [];
  const [, file] = id === 'missing-handler' ? (/the package has no (\S+)$/.exec(message) ?? []) : [];
  return resource ?? file;
}
