/** How much larger than usual all is drawn: by the browser's settings, and on very wide screens (style.css). */
import { useEffect, useState } from 'preact/hooks';

/** What the sizes of this page are said for. */
const USUAL_FONT_PX = 16;

/** For what cannot say its size in rem: rows that are placed by number, and canvases. */
export function useScale(): number {
  const [scale, setScale] = useState(readScale);
  useEffect(() => {
    const onResize = (): void => setScale(readScale());
    // It may have changed between the first drawing and now.
    onResize();
    addEventListener('resize', onResize);
    return () => removeEventListener('resize', onResize);
  }, []);
  return scale;
}

function readScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT_PX;
}
