// @ts-check
// Renders a reply while it grows; when it has ended, the server's HTML replaces it. The two parsers (marked here, Markdig there) follow
// CommonMark and GFM, and both write what readers see alike. MarkdownRendererTests compares them and lists the differences that remain.

const HEADINGS_ABOVE = 2;
const LOWEST_HEADING = 6;
/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const SAFE = {
  ALLOWED_TAGS: ["a", "blockquote", "br", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul"],
  ALLOWED_ATTR: ["aria-label", "class", "data-language", "href", "rel", "role", "start", "tabindex", "target"],
  ALLOW_DATA_ATTR: false,
  // Absolute links to the web and mail, and links within this app; not //host and not /\host, which lead elsewhere.
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|\/(?![/\\]))/i,
  RETURN_DOM_FRAGMENT: true,
};

/** @typedef {(markdown: string) => DocumentFragment} Render */
/** @typedef {(this: any, token: any) => string} Writer a renderer of marked */

/** @type {Promise<Render> | undefined} */
let renderer;

/**
 * The renderer, loaded for the first reply.
 * @returns {Promise<Render>}
 */
export function loadMarkdown() {
  renderer ??= load();
  return renderer;
}

/** @returns {Promise<Render>} */
async function load() {
  const [{ Marked }, { default: purify }] = await Promise.all([
    import("../../lib/marked.esm.js"),
    import("../../lib/purify.es.mjs"),
  ]);
  const marked = new Marked({ gfm: true, breaks: true, renderer: writers() });
  purify.addHook("afterSanitizeAttributes", (/** @type {Element} */ node) => {
    if (node.tagName === "A" && /^(?:https?|mailto):/i.test(node.getAttribute("href") ?? "")) {
      node.setAttribute("rel", "noopener noreferrer nofollow");
      node.setAttribute("target", "_blank");
    }
  });
  return markdown => /** @type {any} */ (purify).sanitize(marked.parse(markdown), SAFE);
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, c => ESCAPES[c]);
}

/** Where the pages' HTML differs from marked's; see PageRenderers.cs. */
function writers() {
  return {
    /** @param {{text: string}} token */
    html: ({ text }) => escapeHtml(text),
    /** @param {{text: string, lang?: string}} token */
    code({ text, lang }) {
      const language = escapeHtml((lang ?? "").split(/\s/)[0]);
      return `<div class="code"><div class="code-bar"><span>${language}</span></div>`
        + `<pre tabindex="0"><code data-language="${language}">${escapeHtml(text)}\n</code></pre></div>`;
    },
    /**
     * An image would be a request that the reader did not ask for, so it becomes a link.
     * @param {{href: string, text: string}} token
     */
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    /** @param {{checked?: boolean}} token */
    checkbox: ({ checked }) => checked ? "☑ " : "☐ ",
    /** @type {Writer} */
    heading(token) {
      const level = Math.min(token.depth + HEADINGS_ABOVE, LOWEST_HEADING);
      return `<h${level}>${this.parser.parseInline(token.tokens)}</h${level}>`;
    },
    /** @type {Writer} */
    table({ header, rows }) {
      const row = (/** @type {object[]} */ cells) => `<tr>${cells.map(cell => this.tablecell(cell)).join("")}</tr>`;
      return `<div class="table" role="region" aria-label="Table" tabindex="0"><table><thead>${row(header)}</thead>`
        + `<tbody>${rows.map(row).join("")}</tbody></table></div>`;
    },
    /** @type {Writer} */
    tablecell({ header, align, tokens }) {
      const tag = header ? "th" : "td";
      const side = align === "center" ? "center" : align === "right" ? "end" : "";
      return `<${tag}${side && ` class="${side}"`}>${this.parser.parseInline(tokens)}</${tag}>`;
    },
  };
}
