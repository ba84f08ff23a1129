// Hands over what the microphone hears, piece by piece.
registerProcessor("nova-microphone", class extends AudioWorkletProcessor {
  process(inputs) {
    if (inputs[0][0]) this.port.postMessage(inputs[0][0].slice());
    return true;
  }
});
