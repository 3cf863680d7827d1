postMessage("ready");
onmessage = ({ data }) => {
  wasm_bindgen.initSync({ module: data });
  wasm_bindgen.run_worker();
};
