// The page hears of errors, but not of promises that fail.
addEventListener("unhandledrejection", ({ reason }) => setTimeout(() => { throw reason; }));
postMessage("ready");
onmessage = ({ data: [module, later] }) => {
  let isThere = !later;
  globalThis.dropoutMoments = {
    // As in boot.js; the page starts its workers when it has the later part itself.
    loadLater() {
      if (!isThere) {
        isThere = true;
        new WebAssembly.Instance(later, { 0: wasm_bindgen.initSync() });
      }
    },
  };
  wasm_bindgen.initSync({ module });
  wasm_bindgen.run_worker();
};
