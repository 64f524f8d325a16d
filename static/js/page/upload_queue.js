// @ts-check
/** Which uploads run, which wait. Knows no page and no network: `send` is handed in. */

/** Two, so that the line is busy while the server stores the file before; more would only share the same line. */
export const PARALLEL_UPLOADS = 2;

/**
 * @typedef {{ file: File, onState: (state: UploadState) => void }} Upload
 * @typedef {{ kind: 'waiting' } | { kind: 'sending', done: number } | { kind: 'storing' }
 *   | { kind: 'taken', track: TakenTrack } | { kind: 'refused', message: string, final: boolean }} UploadState
 * @typedef {{ id: number, title: string, url: string, created: boolean, ready: boolean }} TakenTrack
 * @typedef {(file: File, onProgress: (done: number) => void, signal: AbortSignal) => Promise<TakenTrack>} Send
 *   `done` is 0 to 1. Rejects with an Error whose message is for people; a Refused, if trying again cannot help.
 */

/** The file itself is not taken, now or later. */
export class Refused extends Error {}

export class UploadQueue {
  /** @type {Upload[]} */
  #waiting = [];

  /** @type {Map<Upload, AbortController>} */
  #running = new Map();

  /** @param {Send} send */
  constructor(send) {
    this.send = send;
  }

  /** Whether leaving the page would lose something. */
  get busy() {
    return this.#waiting.length + this.#running.size > 0;
  }

  /** Also takes one up again that was refused. @param {Upload} upload */
  add(upload) {
    this.#waiting.push(upload);
    upload.onState({ kind: 'waiting' });
    this.#startNext();
  }

  /** It hears of no further state. @param {Upload} upload */
  cancel(upload) {
    this.#waiting = this.#waiting.filter((other) => other !== upload);
    this.#running.get(upload)?.abort();
  }

  #startNext() {
    while (this.#running.size < PARALLEL_UPLOADS) {
      const upload = this.#waiting.shift();
      if (!upload) return;
      this.#run(upload);
    }
  }

  /** @param {Upload} upload */
  async #run(upload) {
    const controller = new AbortController();
    this.#running.set(upload, controller);
    /** @param {UploadState} state */
    const tell = (state) => controller.signal.aborted || upload.onState(state);
    try {
      tell({ kind: 'sending', done: 0 });
      const onProgress = (/** @type {number} */ done) => tell(done < 1 ? { kind: 'sending', done } : { kind: 'storing' });
      tell({ kind: 'taken', track: await this.send(upload.file, onProgress, controller.signal) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell({ kind: 'refused', message, final: error instanceof Refused });
    } finally {
      this.#running.delete(upload);
      this.#startNext();
    }
  }
}
