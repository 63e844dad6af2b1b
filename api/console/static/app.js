// What every page needs: short messages that go away by themselves, and errors of htmx requests told as such.
"use strict";

function toast(text, seconds = 6) {
  const box = document.getElementById("toasts");
  const note = document.createElement("div");
  note.textContent = text;
  box.append(note);
  setTimeout(() => note.remove(), seconds * 1000);
}

window.copilot = { toast };
