// @ts-check
/** Commands under way: each has an id, is answered once, and is sent again after a cut while it still makes sense. */

/** The server answers a repeated id with the first answer, so sending twice does no harm; pressing "next" half a minute
 * late does. */
export const COMMAND_LIFE_MS = 10_000;

/** Why a command was not carried out. `code` is one of the server's, or `unanswered` or `left`. */
export class CommandError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
  }
}

export class Commands {
  /** @param {(message: {type: string, id: string}) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Map<string, {message: {type: string, id: string}, resolve: (answer: {revision: number}) => void,
     *   reject: (error: CommandError) => void, timer: any}>} */
    this.waiting = new Map();
    /** @type {CommandError | null}  why nothing is sent any more */
    this.ended = null;
  }

  /**
   * @param {string} type @param {object} [fields]
   * @returns {Promise<{revision: number}>}  rejects with CommandError
   */
  issue(type, fields = {}) {
    if (this.ended) return Promise.reject(this.ended);
    const message = { type, id: newId(), ...fields };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.refuse(message.id, 'unanswered', 'The server did not answer.'), COMMAND_LIFE_MS);
      this.waiting.set(message.id, { message, resolve, reject, timer });
      this.send(message);
    });
  }

  /** A new connection: whether the old one delivered what is unanswered is unknown. */
  resend() {
    for (const { message } of this.waiting.values()) this.send(message);
  }

  /** @param {string} id @param {number} revision */
  accept(id, revision) {
    this.take(id)?.resolve({ revision });
  }

  /** @param {string} id @param {string} code @param {string} message */
  refuse(id, code, message) {
    this.take(id)?.reject(new CommandError(code, message));
  }

  /** The link is closed for good. @param {string} code @param {string} message */
  end(code, message) {
    this.ended = new CommandError(code, message);
    for (const id of [...this.waiting.keys()]) this.refuse(id, code, message);
  }

  /** @param {string} id */
  take(id) {
    const waiting = this.waiting.get(id);
    clearTimeout(waiting?.timer);
    this.waiting.delete(id);
    return waiting;
  }
}

/** 128 random bits. `crypto.randomUUID` is missing on plain http. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
