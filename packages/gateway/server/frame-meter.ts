/**
 * Finds the first data frame of a WebSocket that exceeds the size limit. `ws` limits only whole messages, but AWS also
 * limits each frame (docs/aws §11.1). The meter therefore also reads frame headers. It needs only the frame lengths,
 * which are within the first 14 bytes of a frame, and does not read payloads. `ws` refuses malformed frames.
 */
export class FrameMeter {
  readonly #limitBytes: number;
  readonly #header = Buffer.alloc(14);
  #headerBytes = 0;
  #payloadLeft = 0;
  #messages = 0;
  #isOversized = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Whether an oversized frame was found. The bytes after it are not read. */
  get isOversized(): boolean {
    return this.#isOversized;
  }

  /**
   * Returns the number of data messages that were complete before the oversized frame. These messages are still
   * delivered.
   */
  get messagesBefore(): number {
    return this.#messages;
  }

  observe(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.#isOversized) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
      } else {
        this.#header[this.#headerBytes] = chunk[at] ?? 0;
        this.#headerBytes += 1;
        at += 1;
        if (this.#headerBytes >= 2 && this.#headerBytes === headerLength(this.#header)) this.#endHeader();
      }
    }
  }

  #endHeader(): void {
    const length = payloadLength(this.#header);
    const first = this.#header.readUInt8(0);
    const isControl = (first & 0x08) !== 0;
    this.#headerBytes = 0;
    if (!isControl && length > this.#limitBytes) {
      this.#isOversized = true;
      return;
    }
    const isFinal = (first & 0x80) !== 0;
    if (!isControl && isFinal) this.#messages += 1;
    this.#payloadLeft = length;
  }
}

/** Returns the length of a frame header (RFC 6455 §5.2): 2 bytes, 2 or 8 more for long payloads, and 4 for the mask. */
function headerLength(header: Buffer): number {
  const second = header.readUInt8(1);
  const lengthBytes = (second & 0x7f) === 127 ? 8 : (second & 0x7f) === 126 ? 2 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  return 2 + lengthBytes + maskBytes;
}

function payloadLength(header: Buffer): number {
  const short = header.readUInt8(1) & 0x7f;
  if (short === 126) return header.readUInt16BE(2);
  if (short === 127) return Number(header.readBigUInt64BE(2));
  return short;
}
