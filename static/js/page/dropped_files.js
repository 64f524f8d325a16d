// @ts-check
/** The files in what was dropped on the page, those inside folders among them. */

/**
 * @param {DataTransfer} dropped
 * @returns {Promise<File[]>}
 */
export async function filesIn(dropped) {
  // taken before the first await: afterwards the browser has emptied the list
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (!entries.length) return [...dropped.files];
  return (await Promise.all(entries.map(filesOf))).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [file];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // at most 100 at once
    if (!some.length) return files;
    files.push(...(await Promise.all(some.map(filesOf))).flat().filter(isSound));
  }
}

/** A folder of music holds pictures and texts too; a file chosen by itself is left for the server to judge. */
function isSound(/** @type {File} */ file) {
  return file.type.startsWith('audio/') || (file.type === '' && !file.name.startsWith('.'));
}
