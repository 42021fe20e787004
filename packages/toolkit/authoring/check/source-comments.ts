/** Blanks out comments of a language, so that places in the text stay what they are. */

const BLOCKS = String.raw`\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*`;
const QUOTED = String.raw`"(?:\\.|[^"\\\n])*"`;
const APOSTROPHES = String.raw`'(?:\\.|[^'\\\n])*'`;
const CHARACTER = String.raw`'(?:\\.|[^'\\\n])'`;
const ANY_OF_THREE = String.raw`"""[^]*?"""|'''[^]*?'''`;

/** By ending of a file's name. A group holds what is a comment; the rest are texts, which may look like one. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  // A text in three quotes that is not formatted is documentation, or as harmless.
  '.py': new RegExp(
    String.raw`[fF][rR]?(?:${ANY_OF_THREE})|(${ANY_OF_THREE})|${QUOTED}|${APOSTROPHES}|(#[^\n]*)`,
    'g',
  ),
  '.rb': new RegExp(
    String.raw`(^=begin\b[^]*?^=end\b)|${QUOTED}|${APOSTROPHES}|((?<![\w$?])#(?!\{)[^\n]*)`,
    'gm',
  ),
  '.go': new RegExp(`${QUOTED}|${CHARACTER}|\`[^\`]*\`|(${BLOCKS})`, 'g'),
  '.rs': new RegExp(`${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.java': new RegExp(`"""[^]*?"""|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.kt': new RegExp(`"""[^]*?"""|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
  '.cs': new RegExp(`@"(?:""|[^"])*"|${QUOTED}|${CHARACTER}|(${BLOCKS})`, 'g'),
};

/** Undefined: a language whose comments are not known here, such as JavaScript with its expressions. */
export function withoutComments(text: string, file: string): string | undefined {
  const pattern = COMMENTS[/\.\w+$/.exec(file)?.[0] ?? ''];
  return pattern && text.replace(pattern, blank);
}

function blank(whole: string, ...groups: readonly unknown[]): string {
  const isComment = groups.slice(0, -2).some((group) => group !== undefined);
  return isComment ? whole.replace(/[^\n]/g, ' ') : whole;
}
