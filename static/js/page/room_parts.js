// @ts-check
/** What the server wrote into the page of the room that it rendered: nothing of it need come over the socket again. */

const element = document.getElementById('room-parts');

/** @type {import('../link/protocol').RoomParts} */
export const parts = JSON.parse(element?.textContent || '{}');

/** The room's revision as the page shows it; 0: the page says none. */
export const revision = Number(element?.dataset.revision ?? 0);
