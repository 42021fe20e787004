/** CHANGELOG.md, in the form of keepachangelog.com: `## [1.2.3] - 2026-11-21`, newest first. */

/** What the changelog says of a version. @throws Error where it has no part of it, an empty one, or one without a date */
export function notesOf(changelog: string, version: string): string {
  const parts = changelog.split(/^## /m).slice(1);
  const part = parts.find((text) => text.startsWith(`[${version}]`));
  if (part === undefined) throw new Error(`CHANGELOG.md has no section "## [${version}] - DATE"`);
  const [heading = '', ...lines] = part.split('\n');
  if (!/^\[[^\]]+\] - \d{4}-\d\d-\d\d$/.test(heading))
    throw new Error(
      `CHANGELOG.md: "## ${heading}" needs the date of the release, as in "## [${version}] - 2026-11-21"`,
    );
  const notes = lines.join('\n').trim();
  if (notes === '') throw new Error(`CHANGELOG.md has no entries for ${version}`);
  return notes;
}
