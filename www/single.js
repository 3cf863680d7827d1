// The page as one file: unpacks what it is made of from the script before this one, and starts it.
"use strict";

(async () => {
  const { length, sizes } = document.currentScript.dataset;
  const text = document.currentScript.previousElementSibling.textContent;

  // Each five characters are four bytes: digits of base 85, from "#" on, with "x" in place of "<".
  const packed = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let group = 0; 5 * group < text.length; group += 1) {
    let number = 0;
    for (let i = 5 * group; i < 5 * group + 5; i += 1) {
      const code = text.charCodeAt(i);
      number = 85 * number + (code === 120 ? 60 : code) - 35;
    }
    packed.setUint32(4 * group, number);
  }

  const unpacking = new Blob([packed]).slice(0, length).stream().pipeThrough(new DecompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(unpacking).arrayBuffer());
  let end = 0;
  const parts = sizes.split(" ").map((size) => bytes.subarray(end, (end += Number(size))));
  const [wasm, later] = parts;
  const [styles, body, glue, boot] = parts.slice(2).map((part) => new TextDecoder().decode(part));

  const add = (tag, content) => {
    const element = document.createElement(tag);
    element.textContent = content;
    document.head.append(element);
  };
  add("style", styles);
  document.body.innerHTML = body;
  globalThis.dropoutMoments = { fallback: { wasm, later, glue } };
  add("script", glue);
  add("script", boot);
})();
