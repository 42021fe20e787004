/**
 * Contrast of the text on the owner's colour. The portal has the same colour on light and dark pages, and writes on it
 * in white or in near-black, whichever is easier to read.
 */

/** White, and near-black, which is the background colour of the dark page. */
const INKS = ['#ffffff', '#10131a'] as const;
/** @see WCAG 2.2, success criterion 1.4.3 */
const LEAST = 4.5;

/**
 * Returns the text colour that is easier to read on this colour.
 * @param colour such as `#0b5fa5`
 */
export function inkOn(colour: string): string {
  const [white, black] = INKS;
  return contrastOf(colour, white) >= contrastOf(colour, black) ? white : black;
}

/** Returns a message if neither text colour can be read on this colour. */
export function findUnreadable(colour: string): string | undefined {
  const [white, black] = INKS.map((ink) => contrastOf(colour, ink));
  const best = Math.max(white ?? 0, black ?? 0);
  if (best >= LEAST) return undefined;
  // Rounded down, so that 4.49 is not printed as 4.5.
  const [onWhite, onBlack] = [white ?? 0, black ?? 0].map((ratio) =>
    (Math.floor(ratio * 100) / 100).toFixed(2),
  );
  return (
    `is hard to read: the contrast of white text on ${colour} is ${onWhite}:1, and the contrast of near-black text ${onBlack}:1, ` +
    `but one of the two contrasts must be at least ${LEAST}:1; choose a darker or a lighter colour`
  );
}

/** @see WCAG 2.2, definition of contrast ratio */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** @see WCAG 2.2, definition of relative luminance */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
