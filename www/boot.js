// Compiles the page's WebAssembly and starts it; says why where that can't be done.
//
// A classic script, like the glue before it: modules and `fetch` don't work on a page that was opened
// from the disk or sits in an iframe without an origin. There, and where the server sends the wasm with
// a wrong type, the wasm comes out of a further script that `cargo xtask fallback-script` has made.
"use strict";

(() => {
  const { glue, wasm } = document.currentScript.dataset;
  const absolute = (url) => new URL(url, document.baseURI).href;

  // What the Rust side needs to start workers with: the glue's address, and its text where a worker
  // could not import it from there.
  globalThis.dropoutMoments = { glue: absolute(glue), glueText: null };

  async function compile() {
    if (typeof WebAssembly !== "object") {
      throw new Error("This browser has no WebAssembly, or it is switched off.");
    }
    try {
      return await WebAssembly.compileStreaming(fetch(absolute(wasm)));
    } catch (error) {
      if (!hasSimd()) {
        throw new Error("This browser's WebAssembly has no SIMD instructions; browsers have had them since 2021 (Safari since 2023).");
      }
      return compileFallback(error);
    }
  }

  async function compileFallback(error) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = absolute(wasm.replace("_bg.wasm", ".fallback.js"));
      script.onload = resolve;
      script.onerror = () => reject(error);
      document.head.append(script);
    });
    const { fallback } = globalThis.dropoutMoments;
    delete globalThis.dropoutMoments.fallback;
    globalThis.dropoutMoments.glueText = fallback.glue;
    return WebAssembly.compile(Uint8Array.from(atob(fallback.wasm), (c) => c.charCodeAt(0)));
  }

  // A module whose one function is `v128.const 0; drop`.
  function hasSimd() {
    return WebAssembly.validate(Uint8Array.of(
      0, 97, 115, 109, 1, 0, 0, 0, // magic number, version
      1, 4, 1, 96, 0, 0, //           types: () -> ()
      3, 2, 1, 0, //                  functions: one, of that type
      10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11, // code
    ));
  }

  function fail(error) {
    console.error(error);
    document.documentElement.dataset.ready = "failed";
    const reason = document.getElementById("load-failed-reason");
    // A panic has already written its own, which says more than the trap that follows it.
    if (reason && !reason.textContent) {
      reason.textContent = error.message;
    }
    document.getElementById("load-failed")?.removeAttribute("hidden");
  }

  // `initSync` runs Rust's `main`.
  compile().then((module) => wasm_bindgen.initSync({ module })).catch(fail);
})();
