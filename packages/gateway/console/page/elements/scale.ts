/**
 * What scripts need to know about the window: the factor by which everything is drawn larger than the default, because of the
 * browser's settings or a very wide screen, and whether the window is narrow (style.css).
 */
import { useEffect, useState } from 'preact/hooks';

const USUAL_FONT_PX = 16;

/** Returns the scale for sizes that cannot be given in rem: rows with numeric positions, and canvases. */
export function useScale(): number {
  const [scale, setScale] = useState(readScale);
  useEffect(() => {
    const onResize = (): void => setScale(readScale());
    // The scale may have changed since the page was first drawn.
    onResize();
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);
  return scale;
}

function readScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT_PX;
}

/** The width below which `style.css` uses the layout for phones. */
const NARROW = '(max-width: 720px)';

export function useIsNarrow(): boolean {
  const [isNarrow, setIsNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const onChange = (): void => setIsNarrow(query.matches);
    onChange();
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }, []);
  return isNarrow;
}
