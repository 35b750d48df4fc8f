// @ts-check

/**
 * Copies a text that may still have to be fetched.
 * @param {Promise<string>} text
 */
export async function copy(text) {
  if (navigator.clipboard && window.ClipboardItem) {
    // Given the promise itself, Safari still counts the writing as part of the click.
    const blob = text.then(t => new Blob([t], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } else {
    copyOldWay(await text);
  }
}

/**
 * Without TLS browsers have no clipboard object, and people run servers at home without TLS.
 * @param {string} text
 */
function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
