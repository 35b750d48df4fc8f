// @ts-check
// Renders a reply while it grows; when it has ended, the server's HTML replaces it. The two parsers (marked here, Markdig there) follow
// CommonMark and GFM, and both write what readers see alike. MarkdownRendererTests compares them and lists the differences that remain.

const HEADINGS_ABOVE = 2;
const LOWEST_HEADING = 6;
/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// Absolute links to the web and mail, and links within this app; not //host and not /\host, which lead elsewhere.
const SAFE_LINK = /^(?:https?:\/\/|mailto:|#|\/(?![/\\]))/i;

const SAFE = {
  ALLOWED_TAGS: ["a", "blockquote", "br", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul"],
  ALLOWED_ATTR: ["aria-label", "class", "data-language", "href", "rel", "role", "start", "tabindex", "target", "title"],
  ALLOW_DATA_ATTR: false,
  // All others would have to look like a link that is allowed.
  ADD_URI_SAFE_ATTR: ["aria-label", "data-language", "rel", "start", "tabindex", "target"],
  ALLOWED_URI_REGEXP: SAFE_LINK,
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
  const marked = new Marked({ gfm: true, breaks: true, renderer: writers(), tokenizer: readers() });
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

/** @param {string} href */
function encodeAddress(href) {
  try {
    return encodeURI(href).replaceAll("%25", "%"); // what is encoded already stays so
  } catch {
    return href; // half of a surrogate pair
  }
}

/** Where the pages' Markdown differs from marked's; see SafeMarkdown.cs. False: as marked does; undefined: as text. */
function readers() {
  return {
    html: () => undefined,
    tag: () => undefined,
    /** @param {string} source */
    del: source => source.startsWith("~~") ? false : undefined,
    /** @param {string} source */
    url: source => /^(?:https?:|www\.)/i.test(source) ? false : undefined,
  };
}

/** Where the pages' HTML differs from marked's; see PageRenderers.cs. */
function writers() {
  return {
    /**
     * A forbidden link keeps only its text.
     * @type {Writer}
     */
    link({ href, title, tokens }) {
      const text = this.parser.parseInline(tokens);
      return SAFE_LINK.test(href) ? `<a href="${escapeHtml(encodeAddress(href))}"${title ? ` title="${escapeHtml(title)}"` : ""}>${text}</a>` : text;
    },
    /** @param {{text: string, lang?: string}} token */
    code({ text, lang }) {
      const language = escapeHtml((lang ?? "").split(/\s/)[0]);
      return `<div class="code"><div class="code-bar"><span>${language}</span></div>`
        + `<pre tabindex="0"><code data-language="${language}">${escapeHtml(text)}\n</code></pre></div>`;
    },
    /**
     * An image would be a request that the reader did not ask for, so it becomes a link.
     * @type {Writer}
     */
    image({ href, title, text, tokens }) {
      return this.link({ href, title, tokens: text ? tokens : [{ type: "text", raw: href, text: href, escaped: false }] });
    },
    /** @type {Writer} */
    listitem({ task, tokens }) {
      return `<li${task ? ' class="task-list-item"' : ""}>${this.parser.parse(tokens)}</li>`;
    },
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
