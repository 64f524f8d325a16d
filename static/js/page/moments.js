// @ts-check
/** Dates and times in this reader's zone and language; the server wrote its own (rooms/templatetags/moments.py). */

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const FORMS = {
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  date: { dateStyle: 'medium' },
  time: { hour: '2-digit', minute: '2-digit' },
};

/** The reader's own form of the page's language: British and American clocks differ. */
function language() {
  const { lang } = document.documentElement;
  return navigator.languages.find((name) => name.split('-')[0] === lang.split('-')[0]) ?? lang;
}

/** @param {ParentNode} within */
export function localise(within) {
  const inLanguage = language();
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (within.querySelectorAll('time[data-form]'))) {
    const at = new Date(time.dateTime);
    const text = new Intl.DateTimeFormat(inLanguage, FORMS[time.dataset.form ?? 'moment']).format(at);
    if (time.textContent !== text) time.textContent = text;
    time.title = new Intl.DateTimeFormat(inLanguage, { dateStyle: 'full', timeStyle: 'long' }).format(at);
  }
}

localise(document);
document.addEventListener('htmx:after:swap', () => localise(document));
