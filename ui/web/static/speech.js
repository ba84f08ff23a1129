// Push to talk: hold the button (or the key on it), speak, let go; the words come into the composer.
(() => {
  "use strict";
  const { el } = window.nova;
  const RATE = 16000, LONGEST_S = 28, SO_FAR_MS = 1500;
  const MICROPHONE = "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M9 21h6";
  let recording = null;

  const picture = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("class", "nova-icon");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", MICROPHONE);
    svg.append(path);
    return svg;
  };

  const wav = (pieces) => {
    const length = Math.min(pieces.reduce((sum, piece) => sum + piece.length, 0), RATE * LONGEST_S);
    const view = new DataView(new ArrayBuffer(44 + length * 2));
    const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
    text(0, "RIFF"); view.setUint32(4, 36 + length * 2, true); text(8, "WAVEfmt ");
    view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
    view.setUint32(24, RATE, true); view.setUint32(28, RATE * 2, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
    text(36, "data"); view.setUint32(40, length * 2, true);
    let at = 0;
    for (const piece of pieces) for (const value of piece) {
      if (at >= length) break;
      view.setInt16(44 + at++ * 2, Math.max(-1, Math.min(1, value)) * 32767, true);
    }
    return new Blob([view], { type: "audio/wav" });
  };

  const send = async (pieces, partial) => {
    const answer = await fetch(`/api/web/speech${partial ? "?partial=true" : ""}`, { method: "POST", body: wav(pieces) });
    const given = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(given.error?.message || given.message || "It could not be heard.");
    return given;
  };

  const tell = (words, tone = "quiet") => {
    const line = document.querySelector(".nova-heard");
    if (line) { line.textContent = words; line.dataset.tone = tone; }
  };

  // The words go where the person types, to be mended there; nothing is sent from here.
  const compose = (words) => {
    const input = document.querySelector("#chat-input");
    if (!input) return;
    input.focus();
    document.execCommand("insertText", false, words);
  };

  const begin = async (button) => {
    if (recording) return;
    const mine = (recording = { pieces: [], over: false, busy: false });
    button.setAttribute("aria-pressed", "true");
    tell("Listening …");
    fetch("/api/web/speech/ready", { method: "POST" }).catch(() => null);
    try {
      mine.stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
      mine.context = new AudioContext({ sampleRate: RATE });
      await mine.context.audioWorklet.addModule("/public/speech_worklet.js");
      const node = new AudioWorkletNode(mine.context, "nova-microphone");
      node.port.onmessage = ({ data }) => mine.pieces.push(data);
      mine.context.createMediaStreamSource(mine.stream).connect(node);
    } catch (error) {
      close(mine, button);
      tell(error.name === "NotAllowedError" ? "The browser does not let NovaCron use the microphone." : "There is no microphone.", "warn");
      return;
    }
    if (mine.over) { close(mine, button); return; }
    mine.timer = setInterval(async () => {
      if (mine.busy) return;
      mine.busy = true;
      const { text } = await send(mine.pieces, true).catch(() => ({}));
      mine.busy = false;
      if (text && recording === mine && !mine.over) tell(`… ${text}`);
    }, SO_FAR_MS);
    mine.limit = setTimeout(() => end(button), LONGEST_S * 1000);
  };

  const close = (mine, button) => {
    clearInterval(mine.timer);
    clearTimeout(mine.limit);
    mine.stream?.getTracks().forEach((track) => track.stop());
    mine.context?.close();
    button.setAttribute("aria-pressed", "false");
    if (recording === mine) recording = null;
  };

  const end = async (button) => {
    const mine = recording;
    if (!mine || mine.over) return;
    mine.over = true;
    if (!mine.context) return;
    close(mine, button);
    if (!mine.pieces.length) { tell("Hold the button while you speak."); return; }
    tell("One moment …");
    try {
      const heard = await send(mine.pieces, false);
      compose(heard.text);
      tell(heard.question || "Mend it where it is wrong, then send it.", heard.question ? "warn" : "quiet");
    } catch (error) {
      tell(error.message, "warn");
    }
  };

  const make = () => {
    const button = el("button.nova-talk", { type: "button", id: "nova-talk", "aria-pressed": "false", "aria-label": "Hold to talk", title: "Hold to talk" }, picture());
    const keys = [" ", "Enter"];
    button.addEventListener("pointerdown", (event) => { event.preventDefault(); button.setPointerCapture(event.pointerId); begin(button); });
    for (const name of ["pointerup", "pointercancel"]) button.addEventListener(name, () => end(button));
    button.addEventListener("keydown", (event) => { if (keys.includes(event.key)) { event.preventDefault(); if (!event.repeat) begin(button); } });
    button.addEventListener("keyup", (event) => { if (keys.includes(event.key)) { event.preventDefault(); end(button); } });
    button.addEventListener("blur", () => end(button));
    return button;
  };

  const place = () => {
    const submit = document.querySelector("#chat-submit");
    if (!submit || document.querySelector("#nova-talk")) return;
    submit.before(make());
    const composer = document.querySelector("#message-composer") || submit.closest("form") || submit.parentElement.parentElement;
    composer.after(el("p.nova-heard", { role: "status", "aria-live": "polite" }));
  };

  const start = async () => {
    if (!navigator.mediaDevices?.getUserMedia || !window.AudioWorkletNode) return;
    const answer = await fetch("/api/web/speech").catch(() => null);
    if (!answer?.ok || !(await answer.json()).ready) return;
    document.head.append(el("link", { rel: "stylesheet", href: "/public/speech.css" }));
    new MutationObserver(place).observe(document.documentElement, { childList: true, subtree: true });
    place();
  };
  start();
})();
