// @ts-check
/** Sends a file in pieces (tus), by tus-js-client: after a cut it goes on by itself, after a reload once the same file is
 * chosen again. */

import '../../vendor/tus/tus.min.js';
import { Refused } from './upload_queue.js';
import { gettext } from './words.js';

const tus = /** @type {typeof import('../../vendor/tus/tus.min.js')} */ (/** @type {any} */ (globalThis).tus);

/** Longer than a restart of the server or a phone's way to another network; anew after each piece. */
export const RETRY_DELAYS_MS = [0, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000];

/** Refusals that lie with the file (library/errors.py). */
const OF_THE_FILE = new Set(['empty_file', 'not_audio', 'unreadable', 'too_large']);

/**
 * @typedef {object} Where
 * @property {string} endpoint  absolute
 * @property {number} pieceBytes
 * @property {string} account  whose uploads are gone on with
 * @property {string} csrfToken
 */

export class Resumable {
  /** @param {Where} where */
  constructor(where) {
    this.where = where;
    this.headers = { 'X-CSRFToken': where.csrfToken, Accept: 'application/json' };
  }

  /**
   * @param {File} file
   * @param {(done: number) => void} onProgress
   * @param {AbortSignal} signal  gives the upload up: the server forgets it
   * @param {(url: string) => void} onUrl  the address of the upload, a new one or one that is gone on with
   * @returns {Promise<import('./upload_queue.js').TakenTrack>}
   */
  async send(file, onProgress, signal, onUrl) {
    let url = '';
    try {
      await this.#sendPieces(file, onProgress, signal, (known) => onUrl(url = known));
      const answer = await this.#ask('POST', url, signal);
      return (await answer.json()).items[0];
    } catch (error) {
      if (error instanceof Refused) await forget(url); // as the server has
      throw error;
    }
  }

  /** The server forgets it. @param {string} url  absolute */
  async end(url) {
    await this.#ask('DELETE', url, null);
    await forget(url);
  }

  /**
   * @param {File} file
   * @param {(done: number) => void} onProgress
   * @param {AbortSignal} signal
   * @param {(url: string) => void} onUrl
   * @returns {Promise<void>}  once all of it has come
   */
  #sendPieces(file, onProgress, signal, onUrl) {
    return new Promise((resolve, reject) => {
      const upload = new tus.Upload(file, {
        endpoint: this.where.endpoint,
        chunkSize: this.where.pieceBytes,
        headers: this.headers,
        metadata: { filename: file.name },
        retryDelays: RETRY_DELAYS_MS,
        removeFingerprintOnSuccess: true,
        fingerprint: async () => fingerprint(file, this.where),
        onShouldRetry: (error) => goesOn(error.originalResponse?.getStatus() ?? 0),
        onAfterResponse: askAgain,
        onUploadUrlAvailable: () => onUrl(String(upload.url)),
        onProgress: (sent, total) => onProgress(sent / total),
        onSuccess: () => resolve(),
        onError: (error) => {
          const answer = 'originalResponse' in error ? error.originalResponse : null;
          reject(refusal(answer && answer.getBody()));
        },
      });
      signal.addEventListener('abort', () => {
        upload.abort(true).catch(() => {}); // it expires
        reject(new Error(gettext('The connection broke off.')));
      });
      upload.findPreviousUploads().then(([previous]) => {
        if (signal.aborted) return;
        if (previous) upload.resumeFromPreviousUpload(previous);
        upload.start();
      }, reject);
    });
  }

  /** @param {string} method @param {string} url @param {AbortSignal | null} signal */
  async #ask(method, url, signal) {
    for (let attempt = 0; ; attempt++) {
      /** @type {Response | null} */
      const answer = await fetch(url, { method, headers: { ...this.headers, 'Tus-Resumable': '1.0.0' }, signal }).catch(() => null);
      if (answer && (answer.ok || (method === 'DELETE' && answer.status === 404))) return answer;
      const delayMs = RETRY_DELAYS_MS[attempt];
      if (signal?.aborted || delayMs === undefined || !goesOn(answer?.status ?? 0)) {
        throw refusal(answer && await answer.text());
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

/** Whether what failed with this status may go well the next time: no answer, one that came too late, one at a time. */
export function goesOn(/** @type {number} */ status) {
  return status === 0 || status >= 500 || [408, 409, 423].includes(status);
}

/**
 * What makes a file the same one after a reload. A browser tells no path, and reading all of it takes too long.
 * @param {File} file
 * @param {Pick<Where, 'account' | 'endpoint'>} where
 */
export function fingerprint(file, { account, endpoint }) {
  return ['synchro', endpoint, account, file.name, file.size, file.lastModified].join(' ');
}

/**
 * Trap: tus-js-client begins a file anew when it is not told the offset, also where a proxy says that the server is away
 * for a moment. An error here makes it ask again.
 * @param {import('../../vendor/tus/tus.min.js').HttpRequest} request
 * @param {import('../../vendor/tus/tus.min.js').HttpResponse} response
 */
export function askAgain(request, response) {
  if (request.getMethod() === 'HEAD' && goesOn(response.getStatus())) throw new Error('the offset is not known');
}

/** What a person is told. @param {string | null} body  of the answer; null: there was none */
export function refusal(body) {
  if (body === null) return new Error(gettext('The connection broke off.'));
  const { code, message } = parsed(body) ?? {};
  if (!message) return new Error(gettext('The server could not take this file.'));
  return OF_THE_FILE.has(code) ? new Refused(message) : new Error(message);
}

/** @param {string} body */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null; // a proxy's page
  }
}

/** Whoever chooses the file again begins anew. @param {string} url */
async function forget(url) {
  const { urlStorage } = tus.defaultOptions;
  const known = await urlStorage.findAllUploads();
  await Promise.all(known.filter((one) => one.uploadUrl === url).map((one) => urlStorage.removeUpload(one.urlStorageKey)));
}
