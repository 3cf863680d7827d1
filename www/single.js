// The page as one file: has what it is made of unpacked, and starts it. In the two scripts before this one
// stand the WebAssembly that unpacks (xtask/packing), and the packed page.
"use strict";

(async () => {
  const [unpacker, packed] = [...document.querySelectorAll("script[type='text/plain']")].map(bytes);

  // A character is 7 bits; one that HTML would not keep stands as another, with the 7 bits after it.
  function bytes({ dataset, textContent: text }) {
    const bytes = new Uint8Array(Number(dataset.length));
    let [bits, count, at] = [0, 0, 0];
    const take = (seven) => {
      bits = (bits << 7) | seven;
      count += 7;
      if (count >= 8) {
        count -= 8;
        bytes[at] = bits >> count;
        at += 1;
      }
      bits &= 2 ** count - 1;
    };
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 127) take([0, 13, 60][(code >> 7) - 1]);
      take(code & 127);
    }
    return bytes;
  }

  // It takes some seconds, and says so first.
  document.getElementById("unpacking").hidden = false;
  await new Promise((then) => setTimeout(then, 50));
  const { room, unpack, memory } = (await WebAssembly.instantiate(unpacker)).instance.exports;
  const place = room(packed.length);
  new Uint8Array(memory.buffer).set(packed, place);
  let at = unpack(place, packed.length);
  // How many parts there are, and of each its kind and its length.
  const header = new DataView(packed.buffer);
  const parts = Array.from({ length: header.getUint8(0) }, (_, i) => {
    const length = header.getUint32(5 * i + 2, true);
    at += length;
    return new Uint8Array(memory.buffer.slice(at - length, at));
  });
  const [wasm] = parts;
  const [styles, body, glue, boot] = parts.slice(1).map((part) => new TextDecoder().decode(part));

  const add = (tag, content) => {
    const element = document.createElement(tag);
    element.textContent = content;
    document.head.append(element);
  };
  add("style", styles);
  document.body.innerHTML = body;
  globalThis.dropoutMoments = { fallback: { wasm, glue } };
  add("script", glue);
  add("script", boot);
})().catch((error) => {
  console.error(error);
  document.body.append(`Dropout Moments can’t be started: its WebAssembly is refused (${error.message}). Chrome and Edge have what it takes since version 91, Firefox since 89, Safari since 16.4.`);
});
