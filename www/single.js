// The page as one file: unpacks what it is made of from the script before this one, and starts it.
"use strict";

(() => {
  const { sizes } = document.currentScript.dataset;
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

  const lengths = sizes.split(" ").map(Number);
  const bytes = unpack(new Uint8Array(packed.buffer), lengths.reduce((a, b) => a + b));
  let end = 0;
  const parts = lengths.map((length) => bytes.subarray(end, (end += length)));
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

  // LZMA (I. Pavlov's specification, 2015), with 3 bits of context for literals and none of the position:
  // a sixth smaller than what browsers can unpack by themselves.
  function unpack(input, size) {
    const output = new Uint8Array(size);
    let at = 5;
    let range = 2 ** 32 - 1;
    let code = new DataView(input.buffer).getUint32(1);

    const normalise = () => {
      if (range < 2 ** 24) {
        range *= 256;
        code = code * 256 + input[at];
        at += 1;
      }
    };
    const half = (count) => new Uint16Array(count).fill(1024);
    const bit = (odds, i) => {
      const bound = (range >>> 11) * odds[i];
      const is1 = code >= bound;
      if (is1) {
        range -= bound;
        code -= bound;
        odds[i] -= odds[i] >> 5;
      } else {
        range = bound;
        odds[i] += (2048 - odds[i]) >> 5;
      }
      normalise();
      return Number(is1);
    };
    const tree = (odds, bits, start) => {
      let node = 1;
      for (let i = 0; i < bits; i += 1) node = 2 * node + bit(odds, start + node);
      return node - 2 ** bits;
    };
    const reversed = (odds, bits, start) => {
      let [node, number] = [1, 0];
      for (let i = 0; i < bits; i += 1) {
        const next = bit(odds, start + node);
        node = 2 * node + next;
        number += next * 2 ** i;
      }
      return number;
    };
    const direct = (bits) => {
      let number = 0;
      for (let i = 0; i < bits; i += 1) {
        range = Math.floor(range / 2);
        const is1 = code >= range;
        if (is1) code -= range;
        number = 2 * number + Number(is1);
        normalise();
      }
      return number;
    };
    const lengthOf = (odds) =>
      !bit(odds, 0) ? tree(odds, 3, 2) : !bit(odds, 1) ? 8 + tree(odds, 3, 10) : 16 + tree(odds, 8, 18);

    const [isMatch, isRepeat, isOlder, isOlderStill, isOldest, isLong] = Array.from({ length: 6 }, () => half(12));
    const [literals, slots, distances, align] = [half(8 * 0x300), half(4 * 64), half(115), half(16)];
    const [matchLength, repeatLength] = [half(274), half(274)];
    // The four distances that were used last, less 1.
    const last = [0, 0, 0, 0];
    let state = 0;
    for (let n = 0; n < size; ) {
      if (!bit(isMatch, state)) {
        const start = 0x300 * ((output[n - 1] ?? 0) >> 5);
        let symbol = 1;
        if (state >= 7) {
          for (let match = 256 + output[n - last[0] - 1]; symbol < 256; ) {
            match *= 2;
            const expected = (match >> 8) & 1;
            const next = bit(literals, start + 256 * (1 + expected) + symbol);
            symbol = 2 * symbol + next;
            if (next !== expected) break;
          }
        }
        while (symbol < 256) symbol = 2 * symbol + bit(literals, start + symbol);
        output[n] = symbol;
        n += 1;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let length = 1;
      if (!bit(isRepeat, state)) {
        length = lengthOf(matchLength);
        state = state < 7 ? 7 : 10;
        const slot = tree(slots, 6, 64 * Math.min(length, 3));
        const bits = (slot >> 1) - 1;
        let distance = slot < 4 ? slot : (2 + (slot & 1)) * 2 ** bits;
        if (slot >= 14) distance += 16 * direct(bits - 4) + reversed(align, 4, 0);
        else if (slot >= 4) distance += reversed(distances, bits, distance - slot);
        last.unshift(distance);
        last.pop();
        length += 2;
      } else {
        const which = !bit(isOlder, state) ? 0 : !bit(isOlderStill, state) ? 1 : 2 + bit(isOldest, state);
        if (which === 0 && !bit(isLong, state)) {
          state = state < 7 ? 9 : 11;
        } else {
          last.unshift(...last.splice(which, 1));
          length = 2 + lengthOf(repeatLength);
          state = state < 7 ? 8 : 11;
        }
      }
      for (; length > 0; length -= 1) {
        output[n] = output[n - last[0] - 1];
        n += 1;
      }
    }
    return output;
  }
})();
