// Copy a link, print, and select a field on focus; everything else works without a script.
"use strict";

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const address = new URL(copy.dataset.copy, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      window.copilot.toast(copy.dataset.done);
    } catch {
      window.copilot.toast(address, 30); // no right to the clipboard: show it to be copied by hand
    }
  }
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-select]")) event.target.select();
});
