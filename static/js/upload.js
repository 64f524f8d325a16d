// @ts-check
/** The upload zone (templates/library/_upload.html): choose or drop files, see each one go, try again what failed. */

import { filesIn } from './dropped_files.js';
import { fill, gettext } from './page/words.js';
import { UploadQueue } from './upload_queue.js';

const form = /** @type {HTMLFormElement} */ (document.getElementById('upload'));
const field = /** @type {HTMLInputElement} */ (document.getElementById('upload-files'));
const list = /** @type {HTMLElement} */ (document.getElementById('uploads'));
const rowTemplate = /** @type {HTMLTemplateElement} */ (document.getElementById('upload-row'));
const maxBytes = Number(form.dataset.maxBytes);

/** @type {import('./upload_queue.js').Send} */
function send(file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much it has sent
    const fail = () => reject(new Error(gettext('The connection broke off.')));
    request.open('POST', form.action);
    request.responseType = 'json';
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onerror = fail;
    request.onabort = fail;
    request.onload = () => {
      if (request.status < 300 && request.response?.items) resolve(request.response.items[0]);
      else reject(new Error(request.response?.message ?? gettext('The server could not take this file.')));
    };
    signal.addEventListener('abort', () => request.abort());
    const body = new FormData(form);
    body.delete(field.name);
    body.append(field.name, file);
    request.send(body);
  });
}

const queue = new UploadQueue(send);

/** @param {Iterable<File>} files */
function addAll(files) {
  for (const file of files) add(file);
}

/** @param {File} file */
function add(file) {
  const row = /** @type {HTMLElement} */ (/** @type {Element} */ (rowTemplate.content.firstElementChild).cloneNode(true));
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (row.querySelector(selector));
  const [said, bar] = [part('.track-more'), /** @type {HTMLProgressElement} */ (part('progress'))];
  const [again, dismiss] = [part('.upload-again'), part('.upload-dismiss')];
  part('.track-title').textContent = file.name;
  bar.setAttribute('aria-label', fill(gettext('Upload of %(name)s'), { name: file.name }));
  list.append(row);

  /** @type {import('./upload_queue.js').Upload} */
  const upload = { file, onState: show };
  again.addEventListener('click', () => queue.add(upload));
  dismiss.addEventListener('click', () => {
    queue.cancel(upload);
    row.remove();
  });

  if (file.size > maxBytes) show({ kind: 'refused', message: gettext('This file is larger than this site accepts.') });
  else queue.add(upload);

  /** @param {import('./upload_queue.js').UploadState} state */
  function show(state) {
    again.hidden = state.kind !== 'refused' || file.size > maxBytes;
    bar.hidden = state.kind === 'refused' || state.kind === 'taken';
    said.classList.toggle('field-error', state.kind === 'refused');
    if (state.kind === 'waiting') said.textContent = gettext('Waiting');
    else if (state.kind === 'sending') {
      if (!bar.value) said.textContent = gettext('Uploading'); // once: it is read aloud
      bar.value = state.done;
    } else if (state.kind === 'storing') {
      bar.removeAttribute('value');
      said.textContent = gettext('Storing');
    } else if (state.kind === 'refused') {
      bar.value = 0;
      said.textContent = state.message;
    } else if (state.track.created) {
      row.remove(); // from here on it is in the list of what is being prepared
      document.getElementById('unready')?.dispatchEvent(new Event('library-uploaded'));
    } else {
      const link = Object.assign(document.createElement('a'), { href: state.track.url, textContent: state.track.title });
      said.replaceChildren(gettext('It is in the library already:'), ' ', link);
      document.getElementById('unready')?.dispatchEvent(new Event('library-uploaded'));
    }
  }
}

field.addEventListener('change', () => {
  addAll(field.files ?? []);
  field.value = '';
});

const carriesFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes('Files') ?? false;

document.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault(); // without it the browser would leave the page for the file
  document.body.classList.add('dropping');
});
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) document.body.classList.remove('dropping');
});
document.addEventListener('drop', async (event) => {
  document.body.classList.remove('dropping');
  if (!carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  addAll(await filesIn(event.dataTransfer));
});

window.addEventListener('beforeunload', (event) => {
  if (queue.busy) event.preventDefault();
});

document.body.classList.add('with-uploads');
