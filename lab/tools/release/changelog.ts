/** Reads CHANGELOG.md in the format of keepachangelog.com: `## [1.2.3] - 2026-11-21`, newest first. */

/**
 * Returns the changelog section of a version.
 * @throws Error if the section is missing, is empty or has no date
 */
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
