// Compiles the page's WebAssembly and starts it; says why where that can't be done.
//
// A classic script, like the glue before it: modules and `fetch` don't work on a page that was opened
// from the disk or sits in an iframe without an origin. There, and where the server sends the wasm with
// a wrong type, the wasm comes out of a further script that `cargo xtask post-build` has made.
"use strict";

(() => {
  const { glue, wasm } = document.currentScript.dataset;
  const absolute = (url) => new URL(url, document.baseURI).href;

  // What the Rust side needs to start workers with: the glue's address, and its text where a worker
  // could not import it from there.
  const ours = { glue: absolute(glue), glueText: null, later: null, loadLater, loadDigits, startWorker };
  // What the fallback script has brought, if it was needed; the page as one file has it from the start.
  let fallback = globalThis.dropoutMoments?.fallback;
  const isOneFile = Boolean(fallback);
  globalThis.dropoutMoments = ours;

  async function compile() {
    if (typeof WebAssembly !== "object") {
      throw new Error("This browser has no WebAssembly, or it is switched off.");
    }
    try {
      if (fallback) {
        return await compileFallback();
      }
      return await WebAssembly.compileStreaming(fetch(absolute(wasm)));
    } catch (error) {
      if (!hasSimd()) {
        throw new Error("This browser’s WebAssembly has no SIMD instructions. Chrome and Edge have had them since version 91, Firefox since 89, Safari since 16.4.");
      }
      if (fallback) {
        throw error;
      }
      await loadFallback(error);
      return compileFallback();
    }
  }

  function addScript(name, brings, error) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = trust(absolute(name));
      // It is there, but it may be broken.
      script.onload = () => (ours[brings] ? resolve() : script.onerror());
      script.onerror = () => reject(partIsMissing(error.message));
      document.head.append(script);
    });
  }

  // The images that networks are trained on, for whoever asks: `then` gets their bytes, or why there are none.
  function loadDigits(then) {
    const loaded = isOneFile
      ? Promise.reject(new Error("they are not in the page as one file, which they would make too large"))
      : fetchBytes(absolute("digits.bin")).catch((error) => addScript("digits.js", "digits", error).then(() => bytes(atob(ours.digits))));
    loaded.then(then, (error) => then(error.message));
  }

  async function fetchBytes(address) {
    const response = await fetch(address);
    if (!response.ok) {
      throw new Error(response.status);
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  async function loadFallback(error) {
    await addScript(wasm.replace("_bg.wasm", ".fallback.js"), "fallback", error);
    fallback = ours.fallback;
    delete ours.fallback;
  }

  function compileFallback() {
    ours.glueText = fallback.glue;
    return WebAssembly.compile(unpacked(fallback.wasm));
  }

  narrowPolicy();

  // The published page has a policy that leaves open whose files it is made of; this one allows only
  // those of its own folder (xtask/src/policy.rs says why here).
  function narrowPolicy() {
    const given = document.querySelector("meta[http-equiv=Content-Security-Policy]");
    if (!given) {
      return;
    }
    // What ends a directive can stand in an address.
    const folder = absolute(".").replaceAll(";", "%3B").replaceAll(",", "%2C");
    const own = folder.startsWith("file:") ? "file:" : folder;
    const narrow = given.cloneNode();
    narrow.content = given.content.replaceAll(/http: https:( file:)?/g, own);
    given.after(narrow);
  }

  // The page's policy has the browser refuse every address of a script but those that come from here.
  const policy = globalThis.trustedTypes?.createPolicy("dropout-moments", { createScriptURL: (url) => url });
  const trust = (url) => (policy ? policy.createScriptURL(url) : url);

  function startWorker(script) {
    return new Worker(trust(URL.createObjectURL(script)));
  }

  // The program asks for its later part, which `cargo xtask post-build` has split off: at the end of
  // its start with a function to call when it is there, in a task of its own, and with null where it is in need of it. It
  // then stands in the middle of a function, and nothing else may happen before it goes on.
  function loadLater(then) {
    // A call of a function that has come long since, as in each frame of a drag.
    if (!then && ours.later) {
      return;
    }
    // The glue's way to what the instance exports.
    const primary = wasm_bindgen.initSync();
    const name = Object.keys(primary).find((name) => name.endsWith(".wasm"));
    const isThere = () => !name || ours.later;
    const start = (module) => {
      new WebAssembly.Instance(module, { 0: primary });
      ours.later = module;
    };
    if (then) {
      const compiled = isThere() ? Promise.resolve() : compileLater(name);
      compiled.then((module) => isThere() || start(module)).then(() => new Promise(setTimeout)).then(() => then()).catch(fail);
    } else if (!isThere()) {
      try {
        start(moduleOf(fallback ? unpacked(fallback.later) : fetchNow(name)));
      } catch (error) {
        fail(error);
        throw error;
      }
    }
  }

  const addressOf = (name) => new URL(name, absolute(wasm)).href;
  // The fallback script has it as base64, the page as one file as bytes.
  const unpacked = (wasm) => (typeof wasm === "string" ? bytes(atob(wasm)) : wasm);
  const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const partIsMissing = (reason) => new Error(`A part of the page can’t be loaded; opening it anew may help (${reason}).`);

  function moduleOf(bytes) {
    try {
      return new WebAssembly.Module(bytes);
    } catch (error) {
      throw partIsMissing(error.message);
    }
  }

  async function compileLater(name) {
    if (fallback) {
      return WebAssembly.compile(unpacked(fallback.later));
    }
    const response = await fetch(addressOf(name)).catch((error) => { throw partIsMissing(error.message); });
    if (!response.ok) {
      throw partIsMissing(response.status);
    }
    return WebAssembly.compile(await response.arrayBuffer()).catch((error) => { throw partIsMissing(error.message); });
  }

  function fetchNow(name) {
    const request = new XMLHttpRequest();
    request.open("GET", addressOf(name), false);
    // A synchronous request gives nothing but text; its bytes are the lower halves of these characters.
    request.overrideMimeType("text/plain; charset=x-user-defined");
    try {
      request.send();
    } catch (error) {
      throw partIsMissing(error.message);
    }
    if (request.status !== 200) {
      throw partIsMissing(request.status);
    }
    return bytes(request.responseText);
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
