// @ts-check

/**
 * Copies a text that may have to be fetched first.
 * @param {Promise<string>} text
 */
export async function copy(text) {
  if (navigator.clipboard && window.ClipboardItem) {
    // Safari counts this as part of the click only if it is given the promise itself.
    const blob = text.then(t => new Blob([t], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } else {
    copyOldWay(await text);
  }
}

/**
 * Browsers have no clipboard object without TLS, which servers at home often lack.
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
