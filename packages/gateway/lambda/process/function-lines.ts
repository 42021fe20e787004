/** Splits the output of a process into the lines of Lambda's log. */
import { StringDecoder } from 'node:string_decoder';

import { LINE_LIMIT } from '../function-log-line.ts';

type Stream = 'stdout' | 'stderr';
type Unfinished = { readonly decoder: StringDecoder; text: string };

export class FunctionLines {
  readonly #write: (stream: Stream, message: string) => void;
  readonly #unfinished: Readonly<Record<Stream, Unfinished>> = {
    stdout: { decoder: new StringDecoder('utf8'), text: '' },
    stderr: { decoder: new StringDecoder('utf8'), text: '' },
  };

  constructor(say: (stream: Stream, message: string) => void) {
    this.#write = say;
  }

  take(stream: Stream, chunk: Buffer): void {
    const unfinished = this.#unfinished[stream];
    const lines = (unfinished.text + unfinished.decoder.write(chunk)).split('\n');
    unfinished.text = lines.pop() ?? '';
    for (const line of lines) this.#print(stream, line);
    if (unfinished.text.length <= LINE_LIMIT) return;
    this.#print(stream, unfinished.text);
    unfinished.text = '';
  }

  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const { text } = this.#unfinished[stream];
      this.#unfinished[stream].text = '';
      if (text !== '') this.#print(stream, text);
    }
  }

  /** In a traceback, Lambda's runtimes separate the lines by carriage returns, which are converted to line breaks. */
  #print(stream: Stream, line: string): void {
    const text = line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)} …` : line;
    this.#write(stream, text.replace(/\r$/, '').replaceAll('\r', '\n'));
  }
}
