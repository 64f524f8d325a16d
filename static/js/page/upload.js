// @ts-check
/** The upload zone (templates/library/_upload.html): choose or drop files, see each one go, try again what failed. */

import { filesIn } from './dropped_files.js';
import { Resumable } from './resumable.js';
import { fill, gettext } from './words.js';
import { UploadQueue } from './upload_queue.js';

const form = /** @type {HTMLFormElement} */ (document.getElementById('upload'));
const field = /** @type {HTMLInputElement} */ (document.getElementById('upload-files'));
const list = /** @type {HTMLElement} */ (document.getElementById('uploads'));
const rowTemplate = /** @type {HTMLTemplateElement} */ (document.getElementById('upload-row'));
const maxBytes = Number(form.dataset.maxBytes);

const resumable = new Resumable({
  endpoint: new URL(form.dataset.pieces ?? '', location.href).href,
  pieceBytes: Number(form.dataset.pieceBytes),
  account: form.dataset.account ?? '',
  csrfToken: String(new FormData(form).get('csrfmiddlewaretoken')),
});
const queue = new UploadQueue((file, onProgress, signal) => resumable.send(file, onProgress, signal, goneOnWith));

/** It has a row of its own now. @param {string} url */
function goneOnWith(url) {
  document.querySelector(`#unfinished [data-upload="${new URL(url).pathname}"]`)?.remove();
}

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

  const tooLarge = gettext('This file is larger than this site accepts.');
  if (file.size > maxBytes) show({ kind: 'refused', message: tooLarge, final: true });
  else queue.add(upload);

  /** @param {import('./upload_queue.js').UploadState} state */
  function show(state) {
    again.hidden = state.kind !== 'refused' || state.final;
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
    } else if (!state.track.ready) {
      said.textContent = gettext('It is being prepared already.'); // there is nothing to hear behind a link
      document.getElementById('unready')?.dispatchEvent(new Event('library-uploaded'));
    } else {
      const link = Object.assign(document.createElement('a'), { href: state.track.url, textContent: state.track.title });
      said.replaceChildren(gettext('It is in the library already:'), ' ', link);
      document.getElementById('unready')?.dispatchEvent(new Event('library-uploaded'));
    }
  }
}

function takeChosen() {
  addAll(field.files ?? []);
  field.value = '';
}

field.addEventListener('change', takeChosen);
takeChosen(); // somebody was quicker than this script

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

for (const row of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('#unfinished li'))) {
  const [said, discard] = [row.querySelector('.track-more'), row.querySelector('button')];
  if (said && discard) discard.addEventListener('click', () => end(row, said, discard));
}

/** @param {HTMLElement} row @param {Element} said @param {HTMLButtonElement} discard */
async function end(row, said, discard) {
  discard.disabled = true;
  try {
    await resumable.end(new URL(String(row.dataset.upload), location.href).href);
    row.remove();
    field.focus({ preventScroll: true }); // of whoever has no mouse
  } catch (error) {
    discard.disabled = false;
    said.classList.add('field-error');
    said.textContent = error instanceof Error ? error.message : String(error);
  }
}

window.addEventListener('beforeunload', (event) => {
  if (queue.busy) event.preventDefault();
});

document.body.classList.add('with-uploads');
