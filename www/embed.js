// <dropout-moments figure="ratio" p="0.3"></dropout-moments>: a figure of the page that this script comes
// from, in an iframe that is as high as the figure and light or dark as the text around it. Each key of
// the page's fragment is an attribute. What stands within the element, or else the figure's picture, is
// shown until the figure is there, and where it never comes.
"use strict";

(() => {
  const page = new URL(".", document.currentScript.src).href;
  const ME = "dropout-moments";
  const NOT_SETTINGS = /^(figure|title|id|class|style|slot|lang|dir|hidden|role|tabindex|part|(data|aria|on).*)$/;

  const styles = new CSSStyleSheet();
  styles.replaceSync(`
    :host { display: block; position: relative; }
    :host([hidden]) { display: none; }
    iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; visibility: hidden; }
    .there iframe { position: static; display: block; visibility: visible; }
    .there slot { display: none; }
    img { display: block; width: 100%; height: auto; }
  `);

  // Whether the text around is lighter than its ground, in whatever way the host has made it so.
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const isDark = (element) => {
    context.fillStyle = getComputedStyle(element).color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return 2 * red + 5 * green + blue > 1024;
  };

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  customElements.define(ME, class extends HTMLElement {
    connectedCallback() {
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [styles];
      const figure = this.getAttribute("figure") ?? "ratio";
      const title = this.title || `Dropout Moments: ${figure}`;
      const picture = make("img", { src: `${page}figure/${figure}/picture.png`, alt: title, width: 1200, height: 630 });
      const link = make("a", { href: `${page}${this.fragment()}`, target: "_blank" }, picture);
      this.box = make("div", {}, make("slot", {}, link));
      root.replaceChildren(this.box);

      this.ended = new AbortController();
      const { signal } = this.ended;
      addEventListener("message", (event) => this.hear(event), { signal });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.tell(), { signal });
      const changes = new MutationObserver(() => this.tell());
      for (const element of [this, document.documentElement, document.body]) changes.observe(element, { attributes: true });
      // Only what is about to be seen is loaded.
      const view = new IntersectionObserver(([{ isIntersecting }]) => {
        if (!isIntersecting) return;
        view.disconnect();
        this.told = this.fragment();
        this.frame = make("iframe", { title, src: page + this.told });
        // The host runs this script as its own, so that an origin gives the figure nothing that it could not
        // have; but without one, no figure could use what another has loaded.
        this.frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox";
        this.box.append(this.frame);
      }, { rootMargin: "300px" });
      view.observe(this);
      signal.addEventListener("abort", () => (changes.disconnect(), view.disconnect()));
    }

    disconnectedCallback() {
      this.ended.abort();
      this.frame = undefined;
    }

    fragment() {
      const pairs = [["theme", isDark(this) ? "dark" : "light"], ["embed", this.getAttribute("figure") ?? "ratio"]];
      for (const { name, value } of this.attributes) if (!NOT_SETTINGS.test(name)) pairs.push([name, encodeURI(value)]);
      return `#${pairs.map((pair) => pair.join("=")).join("&")}`;
    }

    tell() {
      const fragment = this.fragment();
      if (!this.box.className || fragment === this.told) return;
      this.told = fragment;
      this.frame.contentWindow.postMessage({ target: ME, type: "set", fragment }, "*");
    }

    hear({ source, data }) {
      if (!this.frame || source !== this.frame.contentWindow || data?.source !== ME) return;
      if (data.type === "resize" && data.height > 0) {
        this.frame.style.height = `${data.height}px`;
        this.box.className = "there";
        this.tell();
      } else if (data.type === "state") {
        this.dispatchEvent(new CustomEvent("state", { detail: data }));
      }
    }
  });
})();
