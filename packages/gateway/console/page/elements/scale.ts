/**
 * How much larger than usual everything is drawn: by the browser's settings, and on very wide screens
 * (style.css).
 */
import { useEffect, useState } from 'preact/hooks';

const USUAL_FONT_PX = 16;

/** For sizes that cannot be given in rem: rows placed by number, and canvases. */
export function useScale(): number {
  const [scale, setScale] = useState(readScale);
  useEffect(() => {
    const onResize = (): void => setScale(readScale());
    // It may have changed since the first drawing.
    onResize();
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);
  return scale;
}

function readScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT_PX;
}
