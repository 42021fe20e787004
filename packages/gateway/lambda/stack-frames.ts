/** Reads the frames of stacks of JavaScript and tracebacks of Python, and tells the user's code from other code. */

/** Frames of V8 (innermost first) and of Python (innermost last). A syntax error of Python has a capital L. */
const FRAME_OF_JAVASCRIPT =
  /^[ \t]*at (?:async )?(?:[^()\n]* \()?(?:file:\/\/)?(?<file>[^()\n]+):(?<line>\d+):\d+\)?$/gm;
const FRAME_OF_PYTHON = /^[ \t]*File "(?<file>[^"]+)",? [lL]ine (?<line>\d+)/gm;
/**
 * Code of packages, of runtimes (ours for Python, too), and what the gateway provides for all projects. The SDK of
 * Python is also found in the folder of a function, into which `pip install -t` puts it.
 */
const FOREIGN =
  /(?:^|[\\/])(?:node_modules|site-packages|dist-packages|\.gatewright)[\\/]|[\\/]lambda[\\/]process[\\/]python[\\/]|[\\/]lent[\\/]python-|[\\/](?:botocore|boto3|s3transfer|urllib3)[\\/]|^node:|[\\/]lib[\\/]python\d|^\/var\/(?:runtime|lang)\/|^</;

/** The file of a function whose code is in the template. */
export const INLINE = /[\\/]inline[\\/][^\\/]+[\\/]index\.\w+$/;

type Frame = { readonly file: string; readonly line: number };

/** @returns the innermost frame of the user's own code; undefined if the text has none */
export function findOwnFrame(text: string): Frame | undefined {
  const own = [...text.matchAll(FRAME_OF_JAVASCRIPT), ...[...text.matchAll(FRAME_OF_PYTHON)].toReversed()]
    .map(({ groups }) => groups ?? {})
    .find(({ file = '' }) => isOwn(file));
  return own === undefined ? undefined : { file: own['file'] ?? '', line: Number(own['line']) };
}

function isOwn(file: string): boolean {
  return INLINE.test(file) || !FOREIGN.test(file);
}

/** A frame of Python is followed by its source line and by marks below it, which are indented further. */
const BELOW_FRAME = /^ {4}/;

/**
 * Replaces adjoining frames of packages and runtimes by one line that counts them. A text without a frame of the
 * user's own code stays as it is, because its frames are all that it says.
 */
export function foldFrames(text: string): string {
  if (findOwnFrame(text) === undefined) return text;
  const folded: string[] = [];
  let foreign: string[] = [];
  let count = 0;
  let isBelow = false;
  const close = (): void => {
    folded.push(...(count > 1 ? [`  … ${count} frames of packages and of the runtime …`] : foreign));
    foreign = [];
    count = 0;
  };
  for (const line of text.split('\n')) {
    const [frame] = [FRAME_OF_JAVASCRIPT, FRAME_OF_PYTHON].flatMap((kind) => [...line.matchAll(kind)]);
    const isForeign = frame !== undefined && !isOwn(frame.groups?.['file'] ?? '');
    if (isForeign) {
      count += 1;
      foreign.push(line);
    } else if (frame === undefined && isBelow && count > 0 && BELOW_FRAME.test(line)) foreign.push(line);
    else {
      close();
      folded.push(line);
    }
    if (frame !== undefined) isBelow = line.trimStart().startsWith('File ');
  }
  close();
  return folded.join('\n');
}
