// The editor of drafts: a sentence shows its sources, a finding can take its line out, keys, and nothing is lost unsaved.
"use strict";

(() => {
  const one = (selector) => document.querySelector(selector);
  const text = one("#text");
  const editor = one("#editor");
  const saved = text?.value;
  let leaving = false;

  function light(sentence, on) {
    const wanted = new Set((sentence.dataset.sources || "").split(" "));
    sentence.classList.toggle("lit", on);
    const shown = [];
    for (const source of document.querySelectorAll("[data-source]")) {
      const mine = on && wanted.has(source.dataset.source);
      source.classList.toggle("lit", mine);
      if (!mine) continue;
      const line = document.createElement("p");
      line.append(...[...source.childNodes].map((node) => node.cloneNode(true)));
      shown.push(line);
    }
    one("#peek")?.replaceChildren(...shown);
  }
  for (const [name, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(name, (event) => {
      const sentence = event.target.closest?.(".said");
      if (sentence) light(sentence, on);
    });
  }

  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (!drop || !text) return;
    const lines = text.value.split("\n");
    lines.splice(Number(drop.dataset.drop), 1);
    text.value = lines.join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  document.addEventListener("submit", (event) => {
    const ask = event.target.dataset.ask;
    if (ask && !window.confirm(ask)) event.preventDefault();
    else if (event.target !== editor && unsaved() && !window.confirm(editor.dataset.leave)) event.preventDefault();
    else leaving = true;
  });

  const unsaved = () => Boolean(text) && text.value !== saved;
  window.addEventListener("beforeunload", (event) => {
    if (unsaved() && !leaving) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && editor) {
      event.preventDefault();
      editor.requestSubmit();
      return;
    }
    if (event.key === "Escape") for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const button = one(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (button && !unsaved()) {
      event.preventDefault();
      button.form.requestSubmit(button);
    }
  });

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
  });
})();
